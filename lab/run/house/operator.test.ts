import { describe, expect, test } from 'vitest';
import type { ServiceSpec } from '../../fabric/fabric.ts';
import { blueprintOf } from '../blueprint/blueprint.ts';
import type { CastMember } from '../blueprint/cast.ts';
import type { OperatorAct } from '../scenario/director.ts';
import { configurationSchema } from '../settings/configuration.ts';
import type { Ground } from './ground.ts';
import { Operators } from './operator.ts';

const paths = { sockets: '/run', files: '/files', scenario: 'test' };

/** Operators on paper: what they do to the ground, in order. */
function estate(more: object = {}, rolledOut = false) {
  const deeds: string[] = [];
  const services = new Map<string, readonly ServiceSpec[]>();
  const played: CastMember[] = [];
  const ground: Pick<Ground, 'changeServices' | 'deletePod' | 'play' | 'retire'> = {
    changeServices: async (cluster, after) => {
      deeds.push(`services ${cluster}`);
      services.set(cluster, after);
    },
    deletePod: async (place) => void deeds.push(`delete ${place}`),
    play: async (cast) => {
      deeds.push(`play ${cast.map(({ place }) => place).join(' ')}`);
      played.push(...cast);
    },
    retire: async (name) => void deeds.push(`retire ${name}`),
  };
  const naming = { arrange: async () => new Map(), rollOut: async () => rolledOut, close: async () => undefined };
  const endTaps = async (place: string) => void deeds.push(`end taps ${place}`);
  const blueprint = blueprintOf(configurationSchema.parse({ edge: { successor: 'prepared' }, ...more }), 1);
  const operators = new Operators({ ground: ground as Ground, naming, paths, logs: '/logs', endTaps }, blueprint);
  const b = (does: OperatorAct['does']) => operators.perform({ operator: 'b', does });
  const edge = () => services.get('b')?.find(({ name }) => name === 'edge-nodeport');
  return { deeds, services, played, blueprint, b, edge };
}

describe('operators', () => {
  test('scale the edge down: its endpoints go first, then its recording, then the pod', async () => {
    const { b, deeds, edge } = estate();
    await b('scales the edge down');
    expect(edge()?.endpoints).toEqual([]);
    expect(deeds).toEqual(['services b', 'end taps b-edge', 'delete b-edge']);
  });

  test('and up: the next pod plays before it is an endpoint, and names lead to its address', async () => {
    const { b, deeds, edge, played, blueprint } = estate();
    await b('scales the edge down');
    deeds.splice(0);
    await b('scales the edge up');
    expect(deeds).toEqual(['play b-dns b-edge-next', 'services b']);
    expect(edge()?.endpoints).toEqual(['b-edge-next']);
    const next = blueprint.topology.agencies[1]?.edgeNext;
    const edgeNow = played.find(({ emulator }) => emulator === 'edge')?.config;
    expect(edgeNow).toMatchObject({ role: 'edge', address: next, process: { name: 'b-edge-next' } });
    expect(JSON.stringify(played.find(({ emulator }) => emulator === 'resolver')?.config)).toContain(
      `{"name":"edge.mcx.svc.cluster.local","address":"${next}"}`,
    );
  });

  test('roll out the edge: the old one goes last', async () => {
    const { b, deeds } = estate();
    await b('rolls out the edge');
    expect(deeds).toEqual(['play b-dns b-edge-next', 'services b', 'retire b-edge']);
  });

  test('drain a node: the next edge shows the other one', async () => {
    const { b, played, blueprint, deeds } = estate({ partnerNodes: 2 });
    await b('drains the node of the edge');
    const other = blueprint.agencies[1]?.otherNode;
    expect(other).toBe('172.18.0.7');
    expect(played.find(({ emulator }) => emulator === 'edge')?.config).toMatchObject({
      advertised: { address: other },
    });
    expect(blueprint.fabric.clusters[1]?.pods.find(({ name }) => name === 'b-edge-next')).toEqual({
      name: 'b-edge-next',
      address: '10.244.1.30',
      deployable: 'edge',
      node: 1,
    });
    expect(deeds.at(-1)).toBe('delete b-edge');
  });

  test('drain a node that passes on what comes: the next edge shows the one that names lead to', async () => {
    const { b, played, blueprint } = estate({ partnerNodes: 2, trafficPolicy: 'Cluster' });
    await b('drains the node of the edge');
    expect(played.find(({ emulator }) => emulator === 'edge')?.config).toMatchObject({
      process: { name: 'b-edge-next' },
      advertised: { address: blueprint.agencies[1]?.node },
    });
  });

  test('roll out CoreDNS: pods of the cast are replaced, those of the cluster by the cluster', async () => {
    const own = estate();
    await own.b('rolls out CoreDNS');
    expect(own.deeds).toEqual(['end taps b-dns', 'play b-dns-next', 'services b', 'retire b-dns']);
    expect(own.services.get('b')?.find(({ name }) => name === 'kube-dns')?.endpoints).toEqual(['b-dns-next']);
    const cluster = estate({}, true);
    await cluster.b('rolls out CoreDNS');
    expect(cluster.deeds).toEqual(['end taps b-dns']);
  });

  test("delete and apply the edge's Service, and touch no other", async () => {
    const { b, services, edge, blueprint } = estate();
    const all = blueprint.fabric.clusters[1]?.services;
    await b('deletes the Service of the edge');
    expect(edge()).toBeUndefined();
    expect(services.get('b')).toHaveLength((all?.length ?? 0) - 1);
    await b('applies the Service of the edge');
    expect(services.get('b')).toEqual(all);
  });

  test("expose something else, on the partner's number or on one that nobody has", async () => {
    const { b, services, blueprint } = estate();
    await b('exposes something else on the node port of a partner');
    await b('exposes something else on a node port of its own');
    await b('changes the endpoints of another Service');
    const others = services.get('b')?.filter(({ name }) => name.startsWith('other-'));
    const taken = blueprint.agencies.flatMap(({ nodePorts }) => Object.values(nodePorts));
    expect(others?.[0]?.ports[0]?.nodePort).toBe(blueprint.agencies[0]?.nodePorts.agencies);
    expect(taken).not.toContain(others?.[1]?.ports[0]?.nodePort);
    expect(others?.[2]?.ports[0]?.nodePort).toBeUndefined();
    expect(new Set(others?.map(({ ports }) => ports[0]?.port)).size).toBe(3);
  });
});
