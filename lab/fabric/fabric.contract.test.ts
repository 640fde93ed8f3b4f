import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { normal } from './contract/probe.ts';
import { openSite } from './contract/site.ts';
import { contractSpec } from './contract/spec.ts';
import { type ProbeResult, probeGroups, runContract } from './fabric.contract.ts';
import type { Conversation, Fabric, RunningFabric } from './fabric.ts';
import { run } from './netns/run.ts';
import { isolation, outerAs, rootlessPossible } from './netns/trial/inside.ts';

const program = new URL('./netns/contract-main.ts', import.meta.url).pathname;
const rootless = await rootlessPossible();
// The user who runs the tests measures the contract in a part of its own: `npm run lab -- contract --fabric netns`.
describe.skipIf(isolation.how === 'no' || !rootless)('the netns fabric of an ordinary user', () => {
  test('keeps the contract in every point', { timeout: 90_000 }, async () => {
    const { stdout, stderr } = await run(outerAs('nobody', [process.execPath, program]));
    const { fabric, probes } = JSON.parse(stdout) as { fabric: string; probes: ProbeResult[] };
    expect(fabric).toBe('netns');
    expect(probes.filter(({ same }) => !same)).toEqual([]);
    expect(probes.map(({ id }) => id).toSorted()).toEqual(
      probeGroups.flatMap((group) => group.probes().map(({ id }) => id)).toSorted(),
    );
    expect(stderr).toContain(`${probes.length} probes, 0 differ`);
  });
});

describe('the suite', () => {
  const ids = probeGroups.flatMap((group) => group.probes().map(({ id }) => id));

  test('has each probe once', () => {
    expect(new Set(ids).size).toBe(ids.length);
  });

  // Section 7 of what the fabrics must reproduce, and the one of the subscribers' routers.
  test.each([
    'egress-keeps-port',
    'egress-clash-randomises',
    'egress-mapping-stable',
    'inbound-unsolicited-dropped',
    'nodeport-cluster-source-is-gateway-and-random',
    'nodeport-local-keeps-source',
    'hairpin-source-is-gateway',
    'server-initiated-flow-not-from-nodeport',
    'rtp-crossing-changes-port',
    'nodeport-before-rule-blackholes',
    'overlap-unknown-pod-ip-leaks-private-source',
    'overlap-known-pod-ip-hits-wrong-pod',
    'nonoverlap-pod-ip-masqueraded-and-lost',
    'udp-timeout-30/120',
    'symmetric-switch',
    'ue-cannot-forge-node-source',
  ])('asks %s', (id) => {
    expect(ids).toContain(id);
  });

  test('needs nothing but the contract of a fabric', () => {
    const own = ['access', 'changes', 'egress', 'media', 'node-ports', 'nodes', 'overlap', 'site', 'spec', 'timeouts'];
    for (const name of own) {
      expect(readFileSync(new URL(`./contract/${name}.ts`, import.meta.url), 'utf8')).not.toContain('netns/');
    }
  });
});

/** A fabric that carries nothing: every conversation ends at once, as if its image had no probe. */
function brokenFabric(nat: RunningFabric['nat']): Fabric {
  const conversation: Conversation = {
    place: 'x',
    send: () => {},
    onLine: () => {},
    ended: Promise.resolve({ code: 127, stderr: 'no such program' }),
    close: async () => {},
  };
  const unused = () => Promise.reject(new Error('not carried'));
  return {
    name: 'kube',
    up: async (spec) => ({
      spec,
      nat,
      address: async () => '10.244.0.5',
      residence: () => ({ node: 'node', project: '/mcx', sockets: '/run/mcx', local: false }),
      converse: async () => conversation,
      start: unused,
      tap: unused,
      mark: unused,
      applyService: unused,
      removeService: unused,
      rearrange: unused,
      deletePod: unused,
      impair: unused,
      translations: unused,
      down: async () => {},
    }),
  };
}

describe('a fabric that does not work', () => {
  test('is measured, not thrown: each probe says what happened', async () => {
    const seen: ProbeResult[] = [];
    const results = await runContract(brokenFabric({}), (result) => seen.push(result));
    const byId = (one: ProbeResult, other: ProbeResult) => one.id.localeCompare(other.id);
    expect(results.toSorted(byId)).toEqual(seen.toSorted(byId));
    // Told as they end, given back in the order of the groups: `timeouts` runs aside.
    expect(results[0]?.id).toBe('udp-timeout-30/120');
    expect(results.length).toBe(probeGroups.flatMap((group) => group.probes()).length);
    expect(results.filter(({ same }) => same)).toEqual([]);
    const first = results.find(({ id }) => id === 'egress-keeps-port');
    expect(first?.measured).toBe('failed: the probe in x ended (127): no such program');
  });

  test('and lacks a knob says which', async () => {
    const results = await runContract(brokenFabric({}));
    const lacking = results.filter(({ notApplicable }) => notApplicable !== undefined);
    expect(lacking.map(({ id, measured }) => [id, measured])).toEqual(
      [
        ['rtp-crossing-input-drop-keeps-port', 'not applicable: this fabric has no dropUnaskedInput'],
        ['udp-timeout-in-force', 'not applicable: this fabric has no setUdpTimeouts'],
      ].toSorted(
        (one, two) => results.findIndex(({ id }) => id === one[0]) - results.findIndex(({ id }) => id === two[0]),
      ),
    );
  });
});

test('measured values name places, and only a changed port is random', async () => {
  const running = await brokenFabric({}).up(contractSpec('preserve'));
  const site = openSite(running, { arriveMs: 1, quietMs: 1, syncMs: 0 }, [], '/nonexistent');
  expect(normal(site, undefined, 5060, ['a-node'])).toBe('nothing');
  expect(normal(site, { address: '172.18.0.2', port: 5060 }, 5060, ['a-node'])).toBe('a-node:5060');
  expect(normal(site, { address: '172.18.0.2', port: 1024 }, 5060, ['a-node'])).toBe('a-node:random');
  expect(normal(site, { address: '10.244.0.1', port: 1024 }, 5060, ['b-one'])).toBe('gateway:random');
  expect(normal(site, { address: '10.244.0.6', port: 5060 }, 5060, ['b-two', 'a-two'])).toBe('b-two:5060');
  expect(normal(site, { address: '9.9.9.9', port: 5060 }, 5060, ['b-one'])).toBe('9.9.9.9:5060');
});
