import { describe, expect, test } from 'vitest';
import type { Target } from '../kit/resolver/locate.ts';
import type { AgencyConfig } from './config.ts';
import type { Binding } from './registrar.ts';
import { crossingRoutes, firstHopUri, numericPeer, partnerDomain, Router } from './routing.ts';

const partners = [{ domain: 'b.mcx.test', interconnectDomain: 'ic.b.mcx.test' }];
const edge = 'sip:edge.mcx.svc.cluster.local:5060';
const names: Record<string, Target[]> = {
  [edge]: [{ host: '10.244.0.5', port: 5060 }],
  'sip:ic.b.mcx.test': [
    { host: '172.18.0.3', port: 31070 },
    { host: '172.18.0.4', port: 31070 },
  ],
};

function router(nextHop: AgencyConfig['interconnect']['nextHop'], known = names) {
  const asked: string[] = [];
  const resolveUri = async (uri: string) => {
    asked.push(uri);
    return { targets: known[uri] ?? [] };
  };
  const config = { edge, interconnect: { nextHop, advertisedSip: null, partners } };
  return { asked, router: new Router(config, { resolveUri }) };
}

const binding = (path: string[]): Binding => ({
  ...{ user: 'sip:u@a', contact: 'sip:u@192.168.10.11:5060', contactValue: '', path, instance: undefined },
  ...{ mcptt: true, callId: 'c', cseq: 1, expiresAtMs: 1 },
});

describe('the way to a partner', () => {
  test('through the edge: the edge as configured, then what the names resolved to', async () => {
    const { asked, router: to } = router('edge');
    expect(await to.toPartner('sip:ncf@ic.b.mcx.test')).toEqual({
      routes: [`<${edge};lr>`, '<sip:172.18.0.3:31070;lr>'],
      to: { host: '10.244.0.5', port: 5060 },
    });
    expect(asked).toEqual(['sip:ic.b.mcx.test', edge]);
  });

  test('past it: straight there, without a Route', async () => {
    const { asked, router: to } = router('direct');
    expect(await to.toPartner('sip:cf@b.mcx.test')).toEqual({ routes: [], to: { host: '172.18.0.3', port: 31070 } });
    expect(asked).toEqual(['sip:ic.b.mcx.test']);
  });

  test('none: names that do not resolve, a domain that is no partner, an edge that is not found', async () => {
    expect(await router('edge', { [edge]: [] }).router.toPartner('sip:ncf@ic.b.mcx.test')).toBeUndefined();
    const { asked, router: to } = router('edge');
    expect(await to.toPartner('sip:ncf@ic.c.mcx.test')).toBeUndefined();
    expect(asked).toEqual([]);
    const noEdge = { 'sip:ic.b.mcx.test': names['sip:ic.b.mcx.test'] ?? [] };
    expect(await router('edge', noEdge).router.toPartner('sip:ncf@ic.b.mcx.test')).toBeUndefined();
  });
});

describe('the way to a client', () => {
  test('its Path; nobody is asked for an address', async () => {
    const { asked, router: to } = router('edge');
    const path = ['<sip:token@10.244.0.5:5060;lr>', '<sip:inner@10.0.0.9;lr>'];
    expect(await to.toClient(binding(path))).toEqual({ routes: path, to: { host: '10.244.0.5', port: 5060 } });
    expect(asked).toEqual([]);
  });

  test('its Contact where there is no Path', async () => {
    expect(await router('edge').router.toClient(binding([]))).toEqual({
      routes: [],
      to: { host: '192.168.10.11', port: 5060 },
    });
  });

  test('a Path that names its proxy is looked up', async () => {
    const { asked, router: to } = router('edge');
    expect((await to.toClient(binding([`<${edge};lr>`])))?.to).toBeUndefined();
    expect(asked).toEqual([`${edge};lr`]);
  });
});

describe('parts of it', () => {
  test('RFC 3261 8.1.2: the first Route, else the Request-URI', () => {
    expect(firstHopUri('sip:b@c', ['<sip:r1;lr>', '<sip:r2;lr>'])).toBe('sip:r1;lr');
    expect(firstHopUri('sip:b@c', [])).toBe('sip:b@c');
    expect(firstHopUri('sip:b@c', ['<<'])).toBe('sip:b@c');
  });

  test.each([
    ['sip:u@10.0.0.1:5070;lr', { host: '10.0.0.1', port: 5070 }],
    ['sip:10.0.0.1', { host: '10.0.0.1', port: 5060 }],
    ['sip:edge.test', undefined],
    ['tel:1', undefined],
  ])('%s as an address', (uri, peer) => {
    expect(numericPeer(uri)).toEqual(peer);
  });

  test('a partner is known by either of its domains, in any case', () => {
    expect(partnerDomain('sip:x@B.mcx.test', partners)).toBe('ic.b.mcx.test');
    expect(partnerDomain('sip:x@ic.b.mcx.test', partners)).toBe('ic.b.mcx.test');
    expect(partnerDomain('sip:x@sub.ic.b.mcx.test', partners)).toBeUndefined();
  });

  test('two Routes, the edge first', () => {
    expect(crossingRoutes('sip:e:5060', { host: '1.2.3.4', port: 9 })).toEqual([
      '<sip:e:5060;lr>',
      '<sip:1.2.3.4:9;lr>',
    ]);
  });
});
