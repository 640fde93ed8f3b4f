import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LabError } from '../errors.ts';
import { decodeDns, encodeDns } from '../wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../wire/dns/message.ts';
import type { DnsAgency } from './agency-zone.ts';
import { askByTcp } from './ask.ts';
import { builtInCorefile } from './corefile.ts';
import { applyDns, type PatchTools, revertDns, verifyDns } from './patch.ts';
import { runCommand } from './perform.ts';
import { readPresent, serialOf } from './present.ts';

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

/** A cluster that holds what kubeadm installs, and does to it what the patches say. */
class FakeCluster {
  data: Record<string, string> = { Corefile: builtInCorefile() };
  items = ['Corefile'];
  pods = ['coredns-1', 'coredns-2'];
  readonly commands: string[] = [];

  readonly run = async (command: readonly string[], cwd = folder): Promise<string> => {
    const words = command.slice(command.indexOf('-n') + 2);
    this.commands.push(words.slice(0, 3).join(' '));
    const [verb, kind] = words;
    if (verb === 'get' && kind === 'configmap') return JSON.stringify({ data: this.data });
    if (verb === 'get' && kind === 'deployment') {
      const volumes = [
        { name: 'other' },
        { name: 'config-volume', configMap: { items: this.items.map((key) => ({ key })) } },
      ];
      return JSON.stringify({ spec: { template: { spec: { volumes } } } });
    }
    if (verb === 'get') return JSON.stringify({ items: this.pods.map((name) => ({ metadata: { name } })) });
    if (verb === 'patch' && kind === 'configmap') this.#merge(readFileSync(join(cwd, words.at(-1) ?? ''), 'utf8'));
    if (verb === 'patch' && kind === 'deployment') this.#patch(JSON.parse(words.at(-1) ?? '[]'));
    return '';
  };

  #merge(text: string): void {
    const keys = [...text.matchAll(/^ {2}(\S+): (null|\|)/gm)];
    for (const [at, [, key = '', value]] of keys.entries()) {
      if (value === 'null') delete this.data[key];
      else {
        const body = text.slice((keys[at]?.index ?? 0) + (keys[at]?.[0].length ?? 0) + 1, keys[at + 1]?.index);
        this.data[key] = body.replaceAll(/^ {4}/gm, '');
      }
    }
  }

  #patch([, change]: { op: string; path: string; value: { key: string } | { key: string }[] }[]): void {
    if (change === undefined || !change.path.startsWith('/spec/template/spec/volumes/1/'))
      throw new Error('wrong volume');
    this.items = Array.isArray(change.value) ? change.value.map(({ key }) => key) : [...this.items, change.value.key];
    this.pods = this.pods.map((name) => `${name}x`);
  }
}

const tools = (cluster: FakeCluster, more: Partial<PatchTools> = {}): PatchTools => ({
  run: cluster.run,
  forward: () => Promise.reject(new Error('no forward')),
  say: () => {},
  nowS: () => 1000,
  ...more,
});
const request = (variant: 'cluster' | 'separate' = 'cluster') => ({ variant, agencies, options: {}, folder });

describe('applied to a cluster', () => {
  test('the zone, the block and the item are there, and copies of what was', async () => {
    const cluster = new FakeCluster();
    await applyDns(request(), tools(cluster));
    expect(cluster.items).toEqual(['Corefile', 'db.mcx.test']);
    expect(cluster.data.Corefile).toMatch(/^mcx\.test:53 \{/);
    expect(serialOf(cluster.data['db.mcx.test'])).toBe(1000);
    expect(readdirSync(folder)).toEqual(
      expect.arrayContaining(['coredns-configmap.before.json', 'coredns-deployment.before.json']),
    );
    const before: unknown = JSON.parse(readFileSync(join(folder, 'coredns-configmap.before.json'), 'utf8'));
    expect(before).toEqual({ data: { Corefile: builtInCorefile() } });
  });

  test('again: one item, a later serial, and the copies stay those of the first time', async () => {
    const cluster = new FakeCluster();
    await applyDns(request(), tools(cluster));
    await applyDns(request(), tools(cluster));
    expect(cluster.items).toEqual(['Corefile', 'db.mcx.test']);
    expect(serialOf(cluster.data['db.mcx.test'])).toBe(1001);
    expect(readFileSync(join(folder, 'coredns-configmap.before.json'), 'utf8')).not.toContain('mcx.test');
  });

  test('and back: everything as it was', async () => {
    const cluster = new FakeCluster();
    await applyDns(request(), tools(cluster));
    expect(await revertDns(request(), tools(cluster))).toBe(true);
    expect(cluster.data).toEqual({ Corefile: builtInCorefile() });
    expect(cluster.items).toEqual(['Corefile']);
  });

  test('back from nothing does nothing', async () => {
    const cluster = new FakeCluster();
    expect(await revertDns(request(), tools(cluster))).toBe(false);
    expect(cluster.commands.every((command) => command.startsWith('get '))).toBe(true);
  });

  test('what failed can be pasted', async () => {
    const failing = runCommand(['sh', '-c', 'echo no such thing >&2; exit 3']);
    await expect(failing).rejects.toMatchObject({
      code: 'dns/kubectl',
      message: 'no such thing',
      command: "sh -c 'echo no such thing >&2; exit 3'",
      exitCode: 3,
    });
  });

  test('a CoreDNS that kubeadm did not make is left alone', async () => {
    const cluster = new FakeCluster();
    cluster.data = {};
    const present = readPresent(cluster.run, 'db.mcx.test');
    await expect(present).rejects.toBeInstanceOf(LabError);
    const whole = async (command: readonly string[]): Promise<string> => {
      const volumes = [{ name: 'config-volume', configMap: {} }];
      const deployment = JSON.stringify({ spec: { template: { spec: { volumes } } } });
      return command.includes('deployment') ? deployment : new FakeCluster().run(command);
    };
    await expect(readPresent(whole, 'db.mcx.test')).rejects.toMatchObject({ code: 'dns/cluster' });
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
    const checks = await verifyDns(
      request(),
      tools(new FakeCluster(), {
        forward: ({ pod, port: at, namespace }, use) => {
          forwarded.push(`${namespace}/${pod}:${at}`);
          return use(port);
        },
      }),
    );
    server.close();
    return { checks, forwarded };
  };
  const good = (key: string): Partial<DnsMessage> => {
    const record = records[key];
    return record === undefined ? { rcode: 3 } : { answers: [record] };
  };

  test('all the same, at both replicas', async () => {
    const { checks, forwarded } = await verified(good);
    expect(forwarded).toEqual(['kube-system/coredns-1:53', 'kube-system/coredns-2:53']);
    expect(checks).toHaveLength(12);
    expect(checks.filter(({ same }) => !same)).toEqual([]);
  });

  test('a wrong port, a name too many, and a cluster that has lost its own names are told apart', async () => {
    const { checks } = await verified((key) => {
      if (key.startsWith('SRV _sip._udp.ic')) return { answers: [srv('_sip._udp.ic.a.mcx.test', 30061)] };
      if (key.includes('no-such-name')) return { answers: [{ name: 'x', ttl: 5, type: 'A', address: '1.1.1.1' }] };
      return key.includes('kubernetes') ? { rcode: 2 } : good(key);
    });
    const wrong = checks.filter(({ same, pod }) => !same && pod === 'coredns-1');
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
    const cluster = new FakeCluster();
    const [first] = await verifyDns(request(), tools(cluster, { forward: (_pod, use) => use(port) }));
    expect(first).toMatchObject({ same: false, seen: expect.stringContaining('ECONNREFUSED') });
  });

  test('no pods is an error, not a proof', async () => {
    const cluster = new FakeCluster();
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
