import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { decodeDns, encodeDns } from '../wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../wire/dns/message.ts';
import type { DnsAgency } from './agency-zone.ts';
import { askByTcp } from './ask.ts';
import { builtInCorefile } from './corefile.ts';
import { FakeCluster } from './fake-cluster.test-data.ts';
import { applyDns, type PatchTools, revertDns } from './patch.ts';
import { runCommand } from './perform.ts';
import { serialOf } from './present.ts';
import { verifyDns } from './verify-pods.ts';

const agencies: DnsAgency[] = [
  {
    name: 'a',
    domain: 'a.mcx.test',
    interconnectDomain: 'ic.a.mcx.test',
    node: '172.18.0.2',
    clientPort: 30060,
    interconnectPort: 30070,
  },
];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dns-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const tools = (cluster: FakeCluster, more: Partial<PatchTools> = {}): PatchTools => ({
  run: cluster.run,
  forward: () => Promise.reject(new Error('no forward')),
  say: () => {},
  nowS: () => 1000,
  ...more,
});
const request = (variant: 'cluster' | 'separate' = 'cluster') => ({ variant, agencies, options: {}, folder });

const stateOf = ({ configMap, deployment, replicaSets }: FakeCluster) => {
  const { resourceVersion: _, ...metadata } = configMap.metadata;
  const { generation: __, ...ofDeployment } = deployment.metadata;
  return structuredClone({ metadata, data: configMap.data, ofDeployment, spec: deployment.spec, replicaSets });
};
const itemsOf = ({ deployment }: FakeCluster) =>
  deployment.spec.template.spec.volumes[1]?.configMap?.items.map(({ key }) => key);

describe('applied to a cluster', () => {
  test('the zone, the block and the item are there, and copies of what was', async () => {
    const cluster = new FakeCluster(() => folder);
    await applyDns(request(), tools(cluster));
    expect(itemsOf(cluster)).toEqual(['Corefile', 'db.mcx.test']);
    expect(cluster.configMap.data.Corefile).toMatch(/^mcx\.test:53 \{/);
    expect(serialOf(cluster.configMap.data['db.mcx.test'])).toBe(1000);
    const before: unknown = JSON.parse(readFileSync(join(folder, 'coredns-configmap.before.json'), 'utf8'));
    expect(before).toMatchObject({ data: { Corefile: builtInCorefile() } });
    expect(readFileSync(join(folder, 'coredns-deployment.before.json'), 'utf8')).not.toContain('mcx.test');
  });

  test('again with the same agencies: nothing is changed', async () => {
    const cluster = new FakeCluster(() => folder);
    await applyDns(request(), tools(cluster));
    const once = stateOf(cluster);
    const changes = cluster.changes.length;
    await applyDns(request(), tools(cluster, { nowS: () => 2000 }));
    expect(stateOf(cluster)).toEqual(once);
    expect(cluster.changes.slice(changes)).toEqual(['rollout status deployment/coredns']);
  });

  test('with other agencies: one item, a later serial, other pods, and the copies stay those of the first time', async () => {
    const cluster = new FakeCluster(() => folder);
    await applyDns(request(), tools(cluster));
    const pods = cluster.pods;
    const other = { ...request(), agencies: agencies.map((agency) => ({ ...agency, node: '172.18.0.9' })) };
    await applyDns(other, tools(cluster));
    expect(itemsOf(cluster)).toEqual(['Corefile', 'db.mcx.test']);
    expect(serialOf(cluster.configMap.data['db.mcx.test'])).toBe(1001);
    expect(cluster.pods).not.toEqual(pods);
    expect(readFileSync(join(folder, 'coredns-configmap.before.json'), 'utf8')).not.toContain('mcx.test');
  });

  test('and back: everything as it was, the history of the Deployment included', async () => {
    const cluster = new FakeCluster(() => folder);
    const before = stateOf(cluster);
    await applyDns(request(), tools(cluster));
    await applyDns({ ...request(), agencies: [] }, tools(cluster));
    expect(stateOf(cluster)).not.toEqual(before);
    expect(await revertDns(request(), tools(cluster))).toBe('as it was');
    expect(stateOf(cluster)).toEqual(before);
  });

  test('what others have changed meanwhile stays, and is told', async () => {
    const cluster = new FakeCluster(() => folder);
    await applyDns(request(), tools(cluster));
    cluster.configMap.data.Corefile = cluster.configMap.data.Corefile?.replace('ttl 30', 'ttl 10') ?? '';
    cluster.configMap.data.other = 'x';
    expect(await revertDns(request(), tools(cluster))).toBe('taken out');
    expect(cluster.configMap.data).toEqual({ Corefile: builtInCorefile().replace('ttl 30', 'ttl 10'), other: 'x' });
  });

  test('back from nothing does nothing', async () => {
    const cluster = new FakeCluster(() => folder);
    const before = stateOf(cluster);
    expect(await revertDns(request(), tools(cluster))).toBe('nothing to take out');
    expect(stateOf(cluster)).toEqual(before);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'killed at change %i of apply: the next call finishes, or undoes',
    async (killAt) => {
      for (const next of ['apply', 'revert']) {
        const cluster = new FakeCluster(() => folder);
        const before = stateOf(cluster);
        cluster.killAt = killAt;
        const died = await applyDns(request(), tools(cluster)).then(
          () => false,
          () => true,
        );
        expect(died).toBe(killAt <= 4);
        cluster.killAt = Number.POSITIVE_INFINITY;
        if (next === 'apply') {
          await applyDns(request(), tools(cluster));
          expect(itemsOf(cluster)).toEqual(['Corefile', 'db.mcx.test']);
          expect(cluster.configMap.data.Corefile).toMatch(/^mcx\.test:53 \{/);
        }
        await revertDns(request(), tools(cluster));
        expect(stateOf(cluster)).toEqual(before);
      }
    },
  );

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('killed at change %i of revert: the next revert finishes', async (killAt) => {
    const cluster = new FakeCluster(() => folder);
    const before = stateOf(cluster);
    await applyDns(request(), tools(cluster));
    cluster.killAt = cluster.changes.length + killAt;
    await revertDns(request(), tools(cluster)).catch(() => {});
    cluster.killAt = Number.POSITIVE_INFINITY;
    await revertDns(request(), tools(cluster));
    expect(stateOf(cluster)).toEqual(before);
  });

  test.each<[string, (cluster: FakeCluster) => void]>([
    ['dns/zone-served', ({ configMap }) => (configMap.data.Corefile = `mcx.test:53 {\n}\n${builtInCorefile()}`)],
    ['dns/corefile', ({ configMap }) => (configMap.data.Corefile = '.:53 {\n')],
    ['dns/corefile', ({ configMap }) => (configMap.data.Corefile = `import more/*\n${builtInCorefile()}`)],
    ['dns/corefile', ({ configMap }) => (configMap.data.Corefile = `{$ZONES} {\n}\n${builtInCorefile()}`)],
    ['dns/key-taken', ({ configMap }) => (configMap.data['db.mcx.test'] = '; mine')],
    ['dns/cluster', ({ configMap }) => delete configMap.data.Corefile],
    ['dns/cluster', ({ deployment }) => deployment.spec.template.spec.volumes.pop()],
  ])('refused with nothing touched: %s', async (code, spoil) => {
    const cluster = new FakeCluster(() => folder);
    spoil(cluster);
    const before = stateOf(cluster);
    await expect(applyDns(request(), tools(cluster))).rejects.toMatchObject({ code });
    expect(cluster.changes).toEqual([]);
    expect(stateOf(cluster)).toEqual(before);
  });

  test('a zone that CoreDNS would refuse is refused with nothing touched', async () => {
    const cluster = new FakeCluster(() => folder);
    const bad = { ...request(), agencies: agencies.map((agency) => ({ ...agency, node: 'no address' })) };
    await expect(applyDns(bad, tools(cluster))).rejects.toMatchObject({ code: 'dns/zone' });
    expect(cluster.changes).toEqual([]);
  });

  test('somebody was quicker: the server refuses, and what he wrote stays', async () => {
    const cluster = new FakeCluster(() => folder);
    const quick = tools(cluster, {
      run: async (command, cwd) => {
        if (command.includes('patch')) cluster.configMap.metadata.resourceVersion = '77';
        return cluster.run(command, cwd);
      },
    });
    await expect(applyDns(request(), quick)).rejects.toThrow('has been modified');
  });

  test('what failed can be pasted', async () => {
    const failing = runCommand(['sh', '-c', 'echo no such thing >&2; exit 3']);
    await expect(failing).rejects.toMatchObject({
      code: 'dns/kubectl',
      message: 'no such thing',
      command: "sh -c 'echo no such thing >&2; exit 3'",
      exitCode: 3,
    });
    await expect(runCommand(['no-such-kubectl'])).rejects.toMatchObject({ code: 'dns/kubectl-missing', exitCode: 3 });
  });
});

/** A DNS server by TCP that answers as it is told, in two pieces. */
async function listen(
  answer: (query: DnsMessage) => Partial<DnsMessage> | undefined,
): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => {
    socket.on('data', (chunk: Buffer) => {
      const query = decodeDns(chunk.subarray(2)).value;
      const said = query === undefined ? undefined : answer(query);
      if (query === undefined || said === undefined) return socket.destroy();
      const bytes = encodeDns({ ...query, response: true, ...said });
      socket.write(Buffer.from([bytes.length >> 8]));
      socket.write(Buffer.concat([Buffer.from([bytes.length & 255]), bytes]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe('verified at every pod', () => {
  const records: Record<string, DnsRecord> = {
    'A node-a.mcx.test': { name: 'node-a.mcx.test', ttl: 5, type: 'A', address: '172.18.0.2' },
    'SRV _sip._udp.a.mcx.test': srv('_sip._udp.a.mcx.test', 30060),
    'SRV _sip._udp.ic.a.mcx.test': srv('_sip._udp.ic.a.mcx.test', 30070),
    'NAPTR ic.a.mcx.test': {
      name: 'ic.a.mcx.test',
      ttl: 5,
      type: 'NAPTR',
      order: 10,
      preference: 10,
      flags: 's',
      services: 'SIP+D2U',
      regexp: '',
      replacement: '_sip._udp.ic.a.mcx.test',
    },
    'A kubernetes.default.svc.cluster.local': { name: 'kubernetes', ttl: 5, type: 'A', address: '10.96.0.1' },
  };

  const verified = async (answering: (key: string) => Partial<DnsMessage>) => {
    const { server, port } = await listen((query) =>
      answering(`${query.questions[0]?.type} ${query.questions[0]?.name}`),
    );
    const forwarded: string[] = [];
    const cluster = new FakeCluster(() => folder);
    const checks = await verifyDns(
      request(),
      tools(cluster, {
        forward: ({ pod, ports, namespace }, use) => {
          forwarded.push(`${namespace}/${pod}: ${ports.join()}`);
          return use(() => port);
        },
      }),
    );
    server.close();
    return { checks, forwarded, changes: cluster.changes };
  };
  const good = (key: string): Partial<DnsMessage> => {
    const record = records[key];
    return record === undefined ? { rcode: 3 } : { answers: [record] };
  };

  test('all the same, at both replicas and the Service, by both protocols; the pod that asked goes', async () => {
    const { checks, forwarded, changes } = await verified(good);
    expect(forwarded).toEqual(['kube-system/mcx-dns-verify: 10000,10001,10002,10003,10004,10005']);
    expect(checks).toHaveLength(36);
    expect(new Set(checks.map(({ pod, protocol }) => `${pod} ${protocol}`)).size).toBe(6);
    expect(checks.filter(({ same }) => !same)).toEqual([]);
    expect(changes.at(-1)).toBe('delete pod,configmap mcx-dns-verify');
    const [config] = parseAllDocuments(readFileSync(join(folder, 'mcx-dns-verify.yaml'), 'utf8'));
    expect(config?.toJS().data.Corefile).toContain('forward . 10.244.0.2:53 {\n        prefer_udp');
    expect(config?.toJS().data.Corefile).toContain('forward . 10.96.0.10:53 {\n        force_tcp');
  });

  test('a wrong port, a name too many, and a cluster that has lost its own names are told apart', async () => {
    const { checks } = await verified((key) => {
      if (key.startsWith('SRV _sip._udp.ic')) return { answers: [srv('_sip._udp.ic.a.mcx.test', 30061)] };
      if (key.includes('no-such-name')) return { answers: [{ name: 'x', ttl: 5, type: 'A', address: '1.1.1.1' }] };
      return key.includes('kubernetes') ? { rcode: 2 } : good(key);
    });
    const wrong = checks.filter(({ same, pod, protocol }) => !same && pod === 'coredns-1' && protocol === 'udp');
    expect(wrong.map(({ name, seen }) => [name, seen])).toEqual([
      ['_sip._udp.ic.a.mcx.test', '10 50 30061 node-a.mcx.test.'],
      ['no-such-name.mcx.test', '1.1.1.1'],
      ['kubernetes.default.svc.cluster.local', 'SERVFAIL'],
    ]);
  });

  test('nobody answers: said, not thrown', async () => {
    const { server, port } = await listen(() => undefined);
    await expect(askByTcp(port, 'x.test', 'A')).rejects.toThrow('the connection was closed');
    server.close();
    const cluster = new FakeCluster(() => folder);
    const [first] = await verifyDns(request(), tools(cluster, { forward: (_pod, use) => use(() => port) }));
    expect(first).toMatchObject({ same: false, seen: expect.stringContaining('ECONNREFUSED') });
  });

  test('no pods is an error, not a proof', async () => {
    const cluster = new FakeCluster(() => folder);
    cluster.pods = [];
    await expect(verifyDns(request(), tools(cluster))).rejects.toMatchObject({ code: 'dns/no-pods' });
  });

  function srv(name: string, port: number): DnsRecord {
    return { name, ttl: 5, type: 'SRV', priority: 10, weight: 50, port, target: 'node-a.mcx.test' };
  }
});

test('the serial of a zone in any spelling, and of none', () => {
  expect(serialOf('@ IN SOA ns. h. ( 2026010101 60 30 600 5 )')).toBe(2026010101);
  expect(serialOf('x 5 IN SOA ns. h. 7 60 30 600 5')).toBe(7);
  expect(serialOf(undefined)).toBeUndefined();
});
