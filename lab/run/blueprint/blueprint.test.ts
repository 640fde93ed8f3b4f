import { describe, expect, test } from 'vitest';
import { type Configuration, configurationSchema } from '../settings/configuration.ts';
import { addressesOf, withBystanders } from './addresses.ts';
import { blueprintOf } from './blueprint.ts';
import { variationOf } from './variation.ts';

const configured = (changes: Record<string, unknown> = {}): Configuration => configurationSchema.parse(changes);
const paths = { sockets: '/s', files: '/f', scenario: 's' };

/** Keys at which two blueprints' casts differ, as `place.path.to.key`. */
function differingKeys(one: Configuration, other: Configuration): string[] {
  const flat = (value: unknown, path: string): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => flat(inner, `${path}.${key}`))
      : [[path, value]];
  const all = (configuration: Configuration) =>
    new Map(
      blueprintOf(configuration, 7)
        .cast(paths)
        .flatMap((member) => flat(member.config, member.place)),
    );
  const [left, right] = [all(one), all(other)];
  return [...new Set([...left.keys(), ...right.keys()])].filter((key) => left.get(key) !== right.get(key));
}

describe('blueprint', () => {
  test('the default addresses are those of the two-cluster example', () => {
    const [a, b] = addressesOf(configured());
    expect(a).toMatchObject({ node: '172.18.0.2', pods: { edge: '10.244.0.5', server: '10.244.0.6' } });
    expect(b).toMatchObject({ node: '172.18.0.3', pods: { edge: '10.244.0.25', server: '10.244.0.26' } });
    expect(a?.nodePorts).toEqual({ clients: 30060, agencies: 30070 });
    expect(b?.nodePorts).toEqual({ clients: 31060, agencies: 31070 });
  });

  test('no address of one cluster exists in the other unless a scenario wants it', () => {
    const [a, b] = addressesOf(configured());
    const shared = Object.values(a?.pods ?? {}).filter((address) => Object.values(b?.pods ?? {}).includes(address));
    expect(shared).toEqual([]);
  });

  test('a bystander has the address of the partner server, in both clusters', () => {
    const agencies = withBystanders(addressesOf(configured()), 'has-partner-address');
    expect(agencies.map((agency) => agency.pods.bystander)).toEqual(['10.244.0.26', '10.244.0.6']);
  });

  test('distinct ranges share no pod network', () => {
    const cidrs = addressesOf(configured({ cidr: 'distinct', agencies: 3 })).map((agency) => agency.podCidr);
    expect(new Set(cidrs).size).toBe(3);
  });

  test('a repetition moves all pods together', () => {
    const [a, b] = addressesOf(configured(), { ...variationOf(1, 0), pods: 3 });
    expect([a?.pods.edge, b?.pods.edge]).toEqual(['10.244.0.8', '10.244.0.28']);
  });

  test('every tap records at a place that the fabric has', () => {
    for (const changes of [
      {},
      { bystander: 'has-partner-address' },
      { dns: { variant: 'separate' } },
      { strangers: 'present' },
      { agencies: 3 },
    ]) {
      const { fabric, topology } = blueprintOf(configured(changes), 1);
      const places = new Set([
        'bridge',
        ...fabric.clusters.flatMap((cluster) => [`${cluster.name}-node`, ...cluster.pods.map((pod) => pod.name)]),
        ...fabric.accesses.flatMap((access) => [`${access.name}-access`, ...access.hosts.map((host) => host.name)]),
      ]);
      expect(topology.taps.filter((tap) => !places.has(tap.place))).toEqual([]);
      expect(new Set(topology.taps.map((tap) => tap.name)).size).toBe(topology.taps.length);
    }
  });

  test('strangers: a process and a tap at each place, a subscriber in no group, and partners’ addresses to forge', () => {
    const { fabric, topology, cast } = blueprintOf(configured({ strangers: 'present' }), 1);
    const members = cast(paths);
    const strangers = members.filter(({ emulator }) => emulator === 'stranger').map(({ place }) => place);
    expect(strangers.sort()).toEqual([
      'a-bystander',
      'a-spoofer',
      'a-stranger',
      'b-bystander',
      'b-spoofer',
      'b-stranger',
      'bridge',
    ]);
    expect(strangers.filter((place) => !topology.taps.some((tap) => tap.place === place))).toEqual([]);
    const hosts = fabric.accesses.flatMap((access) => access.hosts);
    expect(hosts.find(({ name }) => name === 'b-spoofer')).toEqual({
      name: 'b-spoofer',
      address: '192.168.20.67',
      extraAddresses: ['172.18.0.2'],
    });
    const server = members.find(({ place }) => place === 'b-mcx');
    const config = server?.emulator === 'agency' ? server.config : undefined;
    expect(config?.users).toContain('sip:b-stranger@b.mcx.test');
    expect(JSON.stringify(config?.groups)).not.toContain('stranger');
    expect(topology.ues.map(({ name }) => name)).not.toContain('b-stranger');
  });

  test('every process of the cast has a name of its own', () => {
    const names = blueprintOf(configured({ strangers: 'present' }), 1)
      .cast(paths)
      .map(({ config }) => config.process.name);
    expect(new Set(names).size).toBe(names.length);
  });

  test('without strangers nobody plays them, nobody knows them and nothing records them', () => {
    const { topology, cast } = blueprintOf(configured(), 1);
    expect(JSON.stringify([topology, cast(paths)])).not.toMatch(/stranger|spoofer"|bystander"/);
  });

  test('a loopback is recorded only where packets can be on one', () => {
    const names = (changes: Record<string, unknown>) =>
      blueprintOf(configured(changes), 1).topology.taps.map(({ name }) => name);
    expect(names({})).not.toContain('a-mcx-lo');
    expect(names({ bystander: 'same-address' })).toEqual(expect.arrayContaining(['a-mcx-lo', 'b-mcx-lo']));
  });

  test("partners' node port leads to whoever is the border, and to nobody else", () => {
    const behind = (path: string, nodePort: number) =>
      blueprintOf(configured({ border: { path } }), 1).fabric.clusters.flatMap(({ services }) =>
        services
          .filter(({ ports }) => ports.some((port) => port.nodePort === nodePort))
          .map(({ endpoints }) => endpoints),
      );
    expect([behind('edge', 30070), behind('edge', 31070)]).toEqual([[['a-edge']], [['b-edge']]]);
    expect([behind('server', 30070), behind('server', 31070)]).toEqual([[['a-mcx']], [['b-mcx']]]);
    expect([behind('server', 30060), behind('server', 30100)]).toEqual([[['a-edge']], [['a-edge'], ['b-edge']]]);
  });

  test('names say the same whoever is the border; where pods are routed both ways to a server have one', () => {
    const names = (changes: Record<string, unknown>) => blueprintOf(configured(changes), 1).names;
    expect(names({ border: { path: 'server' } })).toEqual(names({}));
    const routed = names({ cidr: 'distinct', border: { path: 'server' }, nat: 'none' });
    expect(routed).toEqual(names({ cidr: 'distinct' }));
    const [{ interconnectDomain } = { interconnectDomain: '' }] = routed;
    expect([interconnectDomain, ...(routed[0]?.otherBorders ?? []).map(({ domain }) => domain)]).toEqual([
      'ic.a.mcx.test',
      'pod.a.mcx.test',
    ]);
  });

  test.each<Record<string, unknown>>([
    { dns: { variant: 'separate' } },
    { dns: { zone: 'absent' } },
    { strangers: 'present' },
    { server: { sdpRepair: 'signalling-source' } },
    { edge: { partners: 'unknown' } },
    { partnerFunction: 'participating' },
    { timers: 'standard' },
    { edge: { mediaPorts: 2 } },
    { server: { mediaPorts: 2 } },
  ])('%o runs on the fabric of the working configuration', (changes) => {
    expect(blueprintOf(configured(changes), 1).fabric).toEqual(blueprintOf(configured(), 1).fabric);
  });
});

describe('pods routed between the clusters', () => {
  const routed = (changes: Record<string, unknown>) =>
    blueprintOf(configured({ cidr: 'distinct', nat: 'none', ...changes }), 1);

  test('servers that are their own border are found and shown at their pod’s address', () => {
    const { topology, cast } = routed({ border: { path: 'server' } });
    const [a] = topology.agencies;
    expect(a).toMatchObject({ interconnectPort: 5060, interconnectAddress: '10.244.0.6' });
    const server = cast(paths).find(({ place }) => place === 'a-mcx');
    expect(server?.config).toMatchObject({ interconnect: { advertisedSip: '10.244.0.6:5060' } });
  });

  test('an edge knows its partner’s edge by both of its addresses', () => {
    const { topology, cast } = routed({});
    expect(topology.agencies[0]).toMatchObject({ interconnectPort: 30070 });
    expect(topology.agencies[0]).not.toHaveProperty('interconnectAddress');
    const edge = cast(paths).find(({ place }) => place === 'a-edge');
    expect(edge?.config).toMatchObject({ peers: [{ domain: 'b.mcx.test', nodes: ['172.18.0.3', '10.30.0.25'] }] });
  });
});

describe('a remedy switches its own keys and nothing else', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'border.path',
      { border: { path: 'server' } },
      ['a', 'b'].flatMap((one) => [`${one}-mcx.interconnect.nextHop`, `${one}-mcx.interconnect.advertisedSip`]),
    ],
    ['server.sdpRepair', { server: { sdpRepair: 'signalling-source' } }, ['a-mcx.sdpRepair', 'b-mcx.sdpRepair']],
    ['edge.rootMemory', { edge: { rootMemory: 'transactions' } }, ['a-edge.memory']],
    [
      'edge.identityCheck',
      { edge: { identityCheck: 'every-request' } },
      ['a-edge.identityCheck', 'b-edge.identityCheck'],
    ],
    ['edge.peerMedia', { edge: { peerMedia: 'latch' } }, ['a-edge.peerMedia', 'b-edge.peerMedia']],
    [
      'edge.partners',
      { edge: { partners: 'unknown' } },
      ['a', 'b'].flatMap((one) => [`${one}-edge.peers.0.domain`, `${one}-edge.peers.0.nodes.0`]),
    ],
    ['edge.partnerSource', { edge: { partnerSource: 'any' } }, ['a-edge.peers.0.nodes.0', 'b-edge.peers.0.nodes.0']],
    ['edge.mediaPorts', { edge: { mediaPorts: 2 } }, ['a', 'b'].map((one) => `${one}-edge.mediaPorts.1`)],
    ['server.mediaPorts', { server: { mediaPorts: 2 } }, ['a', 'b'].map((one) => `${one}-mcx.mediaPorts.1`)],
    ['edge.peers', { edge: { peers: { b: [] } } }, ['b-edge.peers.0.domain', 'b-edge.peers.0.nodes.0']],
    ['dns.zone', { dns: { zone: 'absent' } }, []],
  ])('%s', (_key, changes, expected) => {
    expect(differingKeys(configured(), configured(changes)).sort()).toEqual([...expected].sort());
  });
});
