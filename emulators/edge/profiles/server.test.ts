import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { header } from '../../../lab/wire/sip/headers.ts';
import { request } from '../bench/messages.ts';
import { Dialogs } from '../dialogs.ts';
import type { Flow, PeerAgency } from '../party.ts';
import { flowUri } from '../topology-hiding.ts';
import { fromServer, readRoutes, type ServerProfile } from './server.ts';

const inside = { host: '10.244.0.5', port: 5060 };
const b: PeerAgency = { domain: 'b.mcx.test', nodes: ['172.18.0.3'] };
const flow: Flow = { token: 'f00d', listener: 'clients', address: { host: '172.18.0.10', port: 4000 }, aor: 'sip:u@a' };
const profile = (more: Partial<ServerProfile> = {}): ServerProfile => ({
  inside,
  advertised: { clients: { host: '172.18.0.2', port: 30_060 }, agencies: { host: '172.18.0.2', port: 30_070 } },
  peers: [b],
  dialogs: new Dialogs(10, () => 0),
  flowOf: (token) => (token === flow.token ? flow : undefined),
  ...more,
});

const routed = (routes: readonly string[], uri = 'sip:ncf@ic.b.mcx.test', toTag?: string) =>
  request({
    method: 'INVITE',
    uri,
    from: 'sip:cf@ic.a.mcx.test',
    ...(toTag === undefined ? {} : { toTag }),
    headers: [
      ...routes.map((route) => ['Route', route] as const),
      ['Contact', '<sip:cf@10.244.0.6:5060>;isfocus'] as const,
    ],
  });

const own = 'sip:a-ue-1@192.168.10.11:5060';
const token = '<sip:f00d@10.244.0.5:5060;lr>';
const byName = '<sip:edge.mcx.svc.cluster.local:5060;lr>';
const byService = '<sip:10.96.0.20:5060;lr>';
const far = '<sip:172.18.0.3:31070;lr>';

describe('readRoutes: the Routes that lead here are taken off', () => {
  test.each<[readonly string[], { token?: string; next?: string }]>([
    [[], {}],
    [[token], { token: 'f00d' }],
    [[byName, token], { token: 'f00d' }],
    [['<sip:10.244.0.5;lr>', token], { token: 'f00d' }],
    [[byName, far], { next: 'sip:172.18.0.3:31070;lr' }],
    [[byService, far], { next: 'sip:172.18.0.3:31070;lr' }],
    [[`${byName}, ${far}`], { next: 'sip:172.18.0.3:31070;lr' }],
    [['<sip:10.244.0.5:5060;lr>', far], { next: 'sip:172.18.0.3:31070;lr' }],
    [['<sip:10.244.0.5:5060;lr>', byName, far], { next: 'sip:edge.mcx.svc.cluster.local:5060;lr' }],
    [[far], { next: 'sip:172.18.0.3:31070;lr' }],
    [[byName], {}],
    [['<sip:10.244.0.5:5060;lr>'], {}],
    [['<sip:f00d@10.244.0.5:5064;lr>'], { next: 'sip:f00d@10.244.0.5:5064;lr' }],
    [['nonsense'], {}],
  ])('%j', (routes, expected) => {
    expect(readRoutes(routed(routes), inside)).toEqual({ token: undefined, next: undefined, ...expected });
  });
});

describe('to clients', () => {
  test('by Path: the Request-URI stays, the flow is the way', () => {
    expect(fromServer(routed([token], own), profile())).toMatchObject({
      act: 'forward',
      by: 'clients',
      next: { kind: 'address', address: flow.address },
      party: { kind: 'client', flow },
      request: { uri: own },
    });
  });

  test('by the Contact that the edge gave the server: the client’s own URI is restored', () => {
    const uri = flowUri(own, inside, 'f00d');
    const decision = fromServer(routed([], uri, 'tag'), profile());
    expect(decision).toMatchObject({ act: 'forward', by: 'clients', request: { uri: own } });
    if (decision.act !== 'forward') throw new Error(decision.why);
    expect(header(decision.request, 'contact')).toBe('<sip:cf@172.18.0.2:30060>;isfocus');
    expect(header(decision.request, 'route')).toBeUndefined();
  });

  test('what the client wrote has been spoilt: at least its place', () => {
    const decision = fromServer(routed([], 'sip:u@10.244.0.5:5060;flow=f00d;own=', 'tag'), profile());
    expect(decision).toMatchObject({ request: { uri: 'sip:u@172.18.0.10:4000' } });
  });

  test('out of the listener that the flow came in by', () => {
    const decision = fromServer(routed([token], own), profile({ flowOf: () => ({ ...flow, listener: 'agencies' }) }));
    expect(decision).toMatchObject({ by: 'agencies' });
  });

  test('a flow that is gone: 430, ACK dropped', () => {
    const gone = routed(['<sip:gone@10.244.0.5:5060;lr>'], own);
    expect(fromServer(gone, profile())).toMatchObject({ act: 'refuse', status: 430 });
    expect(fromServer({ ...gone, method: 'ACK' }, profile())).toMatchObject({ act: 'drop' });
  });
});

describe('to partners', () => {
  test('initial: the Route after the edge', () => {
    const decision = fromServer(routed([byName, far]), profile());
    expect(decision).toMatchObject({
      act: 'forward',
      by: 'agencies',
      party: { kind: 'peer', peer: b },
      next: { kind: 'uri', uri: 'sip:172.18.0.3:31070;lr' },
      request: { uri: 'sip:ncf@ic.b.mcx.test' },
    });
  });

  test('a node that is not listed yet, for a domain that is: still that partner', () => {
    const decision = fromServer(routed([byName, '<sip:172.18.0.8:31070;lr>']), profile());
    expect(decision).toMatchObject({ act: 'forward', party: { kind: 'peer', peer: b } });
  });

  test('with no partners: whoever the Route names', () => {
    const decision = fromServer(routed([byName, far]), profile({ peers: [] }));
    expect(decision).toMatchObject({ act: 'forward', by: 'agencies', party: { kind: 'outsider', host: '172.18.0.3' } });
  });

  test.each([
    ['nobody’s node, nobody’s domain', routed([byName, '<sip:192.0.2.1;lr>'], 'sip:x@elsewhere.test'), 403],
    ['no Route at all', routed([]), 404],
    ['the edge alone', routed([byName]), 404],
    ['a dialog that nobody knows', routed([byName, far], 'sip:ncf@10.244.0.5:5060', 'tag'), 481],
  ])('%s: refused', (_, message, status) => {
    expect(fromServer(message, profile())).toMatchObject({ act: 'refuse', status });
    expect(fromServer({ ...message, method: 'ACK' }, profile())).not.toMatchObject({ act: 'forward' });
  });

  describe('in a dialog', () => {
    const dialogs = new Dialogs(10, () => 0);
    const invite = routed([byName, far]);
    const contact = { name: 'Contact', value: '<sip:ncf@172.18.0.3:31070;gr=n;flow=theirs>' };
    const ok = makeResponse(invite, 200, { toTag: 'ncb', headers: [contact] });
    dialogs.onResponse({ kind: 'peer', peer: b }, invite, ok, 'inside');
    const ack = (routes: readonly string[]) => ({
      ...invite,
      method: 'ACK',
      uri: 'sip:ncf@10.244.0.5:5060;gr=n;flow=theirs',
      headers: [
        ...invite.headers.filter(({ name }) => name !== 'To' && name !== 'Route'),
        { name: 'To', value: header(ok, 'to') ?? '' },
        ...routes.map((value) => ({ name: 'Route', value })),
      ],
    });

    test.each([[[]], [[byName]], [[byName, far]]])('found without Route, and with Routes %j', (routes) => {
      expect(fromServer(ack(routes), profile({ dialogs }))).toMatchObject({
        act: 'forward',
        by: 'agencies',
        party: { kind: 'peer', peer: b },
        request: { uri: 'sip:ncf@172.18.0.3:31070;gr=n;flow=theirs' },
        next: { kind: 'uri', uri: 'sip:ncf@172.18.0.3:31070;gr=n;flow=theirs' },
      });
    });

    test('with transactions alone the ACK meets nothing', () => {
      expect(fromServer(ack([]), profile({ dialogs: undefined }))).toMatchObject({ act: 'drop' });
      const bye = { ...ack([]), method: 'BYE' };
      expect(fromServer(bye, profile({ dialogs: undefined }))).toMatchObject({ act: 'refuse', status: 481 });
    });
  });
});
