import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ClusterSpec } from '../fabric.ts';
import { clusterName, type KindCluster } from './cluster-config.ts';
import { KindClusters } from './clusters.ts';
import { readState, writeState } from './state.ts';

// kind and kubectl are scripts that keep clusters as files: what the lab asks of them is what is tested.
const fakeKind = `#!/bin/sh
echo "$*" >> "$FAKE/calls"
case "$1 $2" in
  "get clusters") ls "$FAKE/clusters" ;;
  "create cluster") sleep 0.1; touch "$FAKE/clusters/$4"; if [ -e "$FAKE/fail" ]; then echo 'ERROR: failed to create cluster: boom' >&2; exit 1; fi ;;
  "delete cluster") rm -f "$FAKE/clusters/$4" ;;
  "export logs") echo kubelet > "$5/kubelet.log" ;;
esac
`;
const fakeKubectl = `#!/bin/sh
echo "kubectl $*" >> "$FAKE/calls"
[ -e "$FAKE/deaf" ] && exit 1
case "$*" in *"wait nodes"*) echo "node/x condition met" ;; esac
exit 0
`;

let fake = '';
let stateFolder = '';
let said: string[] = [];
beforeEach(() => {
  fake = mkdtempSync(join(tmpdir(), 'fake-kind-'));
  stateFolder = join(fake, 'state');
  mkdirSync(join(fake, 'clusters'));
  for (const [name, text] of [
    ['kind', fakeKind],
    ['kubectl', fakeKubectl],
  ] as const) {
    writeFileSync(join(fake, name), text);
    chmodSync(join(fake, name), 0o755);
  }
  vi.stubEnv('PATH', `${fake}${delimiter}${process.env.PATH}`);
  vi.stubEnv('FAKE', fake);
  said = [];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(fake, { recursive: true });
});

const spec = (name: string): ClusterSpec => ({
  name,
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  nodes: ['172.18.0.2'],
  pods: [],
  services: [],
});
const cluster: KindCluster = { podCidr: '10.244.0.0/16', serviceCidr: '10.96.0.0/16', nodes: 1, proxyMode: 'iptables' };
const A = clusterName('a', cluster);
const B = clusterName('b', cluster);

const lab = (keep: boolean) =>
  new KindClusters({
    proxyMode: 'iptables',
    keep,
    stateFolder,
    logs: join(fake, 'logs'),
    say: (line) => void said.push(line),
  });
const standing = () => readdirSync(join(fake, 'clusters'));
const calls = (word: string) =>
  (existsSync(join(fake, 'calls')) ? readFileSync(join(fake, 'calls'), 'utf8').split('\n') : []).filter((line) =>
    line.startsWith(word),
  );

describe('clusters of a lab', () => {
  test('are made, all of them, and go with it', async () => {
    const clusters = lab(false);
    const accesses = await clusters.open([spec('a'), spec('b')]);
    expect(accesses).toEqual([
      { name: 'a', context: `kind-${A}`, kubeconfig: join(stateFolder, `${A}.kubeconfig`) },
      { name: 'b', context: `kind-${B}`, kubeconfig: join(stateFolder, `${B}.kubeconfig`) },
    ]);
    expect(standing()).toEqual([A, B]);
    expect(await readState(stateFolder, A)).toMatchObject({ holder: process.pid, ready: true });
    const patches = calls('kubectl').filter((line) => line.includes('patch deployment coredns'));
    expect(patches).toHaveLength(2);
    for (const patch of patches) expect(patch).toContain('"readinessProbe":{"periodSeconds":1}');
    await clusters.close();
    expect(standing()).toEqual([]);
    expect(readdirSync(stateFolder)).toEqual([]);
  });

  test('are made once, however often they are asked for', async () => {
    const clusters = lab(false);
    await Promise.all([clusters.open([spec('a')]), clusters.open([spec('a'), spec('b')])]);
    await clusters.open([spec('b')]);
    expect(calls('create')).toHaveLength(2);
    await clusters.close();
  });

  test('go as soon as the next world has others, unless they are kept', async () => {
    const other = { ...spec('b'), podCidr: '10.245.0.0/16' };
    for (const keep of [false, true]) {
      const clusters = lab(keep);
      await clusters.open([spec('a'), spec('b')]);
      await clusters.open([spec('a'), other]);
      expect(standing()).toHaveLength(keep ? 3 : 2);
      expect(standing().includes(B)).toBe(keep);
      await clusters.close();
    }
  });

  test('stay with --keep and are found again by what they are made from', async () => {
    const first = lab(true);
    await first.open([spec('a'), spec('b')]);
    await first.close();
    expect(await readState(stateFolder, A)).toMatchObject({ kept: true });
    expect(await readState(stateFolder, A)).not.toHaveProperty('holder');
    const second = lab(false);
    await second.open([spec('a'), spec('b')]);
    expect(calls('create')).toHaveLength(2);
    expect(said.slice(-2).toSorted()).toEqual([`cluster a: ${A} found again`, `cluster b: ${B} found again`]);
    await second.close();
    expect(standing()).toEqual([]);
  });

  test('that do not answer any more are made anew', async () => {
    const first = lab(true);
    await first.open([spec('a')]);
    await first.close();
    await writeState(stateFolder, { ...(await readState(stateFolder, A)), ready: false } as never);
    await lab(true).open([spec('a')]);
    expect(calls('delete')).toHaveLength(1);
    expect(calls('create')).toHaveLength(2);
  });
});

describe('a cluster of the same name', () => {
  test('that this lab has not made is never touched', async () => {
    writeFileSync(join(fake, 'clusters', A), '');
    const clusters = lab(false);
    await expect(clusters.open([spec('a')])).rejects.toMatchObject({
      code: 'kind-cluster-not-ours',
      exitCode: 3,
      command: `kind delete cluster --name ${A}`,
    });
    await clusters.close();
    expect(standing()).toEqual([A]);
    expect([...calls('create'), ...calls('delete')]).toEqual([]);
  });

  test('that a living lab uses is not taken from it', async () => {
    writeFileSync(join(fake, 'clusters', A), '');
    const theirs = { version: 1, name: A, digest: '', kubeconfig: '', kept: false, ready: true } as const;
    await writeState(stateFolder, { ...theirs, holder: process.ppid });
    const clusters = lab(false);
    await expect(clusters.open([spec('a')])).rejects.toMatchObject({ code: 'kind-cluster-in-use', exitCode: 3 });
    await clusters.close();
    expect(standing()).toEqual([A]);
  });
});

describe('a cluster that fails', () => {
  test('says why into the folder, is deleted, and decides nothing', async () => {
    writeFileSync(join(fake, 'fail'), '');
    const clusters = lab(true);
    await expect(clusters.open([spec('a')])).rejects.toMatchObject({
      code: 'kind-failed',
      exitCode: 3,
      message: 'kind create cluster failed: failed to create cluster: boom',
    });
    expect(readFileSync(join(fake, 'logs', A, 'kubelet.log'), 'utf8')).toBe('kubelet\n');
    expect(standing()).toEqual([]);
    await clusters.close();
    expect(readdirSync(stateFolder)).toEqual([]);
  });

  test('whose nodes never become ready, too', async () => {
    writeFileSync(join(fake, 'deaf'), '');
    await expect(lab(true).open([spec('a')])).rejects.toMatchObject({ exitCode: 3 });
    expect(standing()).toEqual([]);
  });

  test('can be tried again', async () => {
    writeFileSync(join(fake, 'fail'), '');
    const clusters = lab(false);
    await expect(clusters.open([spec('a')])).rejects.toThrow('boom');
    rmSync(join(fake, 'fail'));
    await clusters.open([spec('a')]);
    expect(standing()).toEqual([A]);
    await clusters.close();
  });
});
