import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { header, listValues } from '../../../lab/wire/sip/headers.ts';
import { request } from '../bench/messages.ts';
import { Dialogs } from '../dialogs.ts';
import type { PeerAgency } from '../party.ts';
import { type AgencyProfile, fromAgency, peerAt, peerOfDomain, speaksFor } from './agency.ts';

const b: PeerAgency = { domain: 'b.mcx.test', nodes: ['172.18.0.3', '172.18.0.4'] };
const c: PeerAgency = { domain: 'c.mcx.test', nodes: ['172.18.0.9'] };
const profile = (more: Partial<AgencyProfile> = {}): AgencyProfile => ({
  peers: [b, c],
  identityCheck: 'initial-requests',
  server: 'sip:server.mcx:5060',
  inside: { host: '10.244.0.5', port: 5060 },
  dialogs: new Dialogs(10, () => 0),
  ...more,
});

const pf = 'sip:pf@ic.b.mcx.test';
const crossing = (identities: readonly string[] = [`<${pf}>`], from = pf, method = 'INVITE') =>
  request({
    method,
    uri: 'sip:cf@ic.a.mcx.test',
    from,
    headers: [
      ['Contact', '<sip:pf@172.18.0.3:31070;gr=p>;isfocus'],
      ...identities.map((value) => ['P-Asserted-Identity', value] as const),
    ],
  });

describe('who is a partner', () => {
  test('by the address of a node, by the domain and what is below it', () => {
    expect(peerAt('172.18.0.4', [b, c])).toBe(b);
    expect(peerAt('172.18.0.10', [b, c])).toBeUndefined();
    expect(peerOfDomain('ic.c.mcx.test', [b, c])).toBe(c);
    expect(peerOfDomain('mcx.test', [b, c])).toBeUndefined();
  });
});

describe('a partner without addresses of its own', () => {
  const hidden: PeerAgency = { ...b, nodes: [] };
  const hiddenToo: PeerAgency = { ...c, nodes: [] };
  const from = (message: ReturnType<typeof crossing>) =>
    fromAgency(message, '10.244.0.1', profile({ peers: [hiddenToo, hidden] }));

  test('is known by its name, whatever the source', () => {
    expect(from(crossing())).toMatchObject({ act: 'forward', party: { kind: 'peer', peer: hidden } });
    expect(from(crossing(['<sip:pf@ic.d.mcx.test>'], 'sip:pf@ic.d.mcx.test'))).toMatchObject({ status: 403 });
  });

  test('a listed partner beside it keeps its addresses', () => {
    const decided = fromAgency(crossing(), '10.244.0.1', profile({ peers: [b, hiddenToo] }));
    expect(decided).toMatchObject({ act: 'refuse', status: 403 });
  });

  test('what claims an unknown dialog has none with any of them', () => {
    const bye = request({ method: 'BYE', uri: 'sip:cf@ic.a.mcx.test', from: pf, toTag: 'x' });
    expect(from(bye)).toMatchObject({ act: 'refuse', status: 481 });
  });
});

describe('speaksFor: every identity is the partner’s', () => {
  test.each([
    [true, [`<${pf}>`], pf],
    [true, ['"PF" <sip:pf@b.mcx.test>'], pf],
    [true, [`<${pf}>, <sip:x@b.mcx.test>`], pf],
    [false, [], pf],
    [false, [`<${pf}>`], 'sip:cf@ic.a.mcx.test'],
    [false, ['<sip:cf@ic.a.mcx.test>'], pf],
    [false, [`<${pf}>`, '<sip:cf@ic.a.mcx.test>'], pf],
    [false, [`<${pf}>, <tel:+49>`], pf],
    [false, ['<sip:pf@evil-b.mcx.test>'], pf],
    [false, ['nonsense'], pf],
    [false, ['<sip:pf@c.mcx.test>'], 'sip:pf@c.mcx.test'],
  ])('%s: %j from %s', (speaks, identities, from) => {
    expect(speaksFor(crossing(identities, from), b)).toBe(speaks);
  });
});

describe('initial requests', () => {
  test('pass to the server as they are, Contact at the edge, no route of theirs', () => {
    const decision = fromAgency(
      { ...crossing(), headers: [...crossing().headers, { name: 'Route', value: '<sip:x;lr>' }] },
      '172.18.0.3',
      profile(),
    );
    if (decision.act !== 'forward') throw new Error(decision.why);
    expect(decision).toMatchObject({ by: 'inside', party: { kind: 'peer', peer: b } });
    expect(decision.next).toEqual({ kind: 'uri', uri: 'sip:server.mcx:5060' });
    expect(decision.request.uri).toBe('sip:cf@ic.a.mcx.test');
    expect(header(decision.request, 'contact')).toBe('<sip:pf@10.244.0.5:5060;gr=p>;isfocus');
    expect(header(decision.request, 'route')).toBeUndefined();
    expect(listValues(decision.request, 'p-asserted-identity')).toEqual([`<${pf}>`]);
  });

  test.each([
    ['a source that is no node', crossing(), '172.18.0.10', 403],
    ['another partner’s node', crossing(), '172.18.0.9', 403],
    ['a foreign identity', crossing(['<sip:cf@ic.a.mcx.test>']), '172.18.0.3', 403],
    ['a REGISTER', crossing(undefined, undefined, 'REGISTER'), '172.18.0.3', 403],
  ])('%s is refused', (_, message, source, status) => {
    expect(fromAgency(message, source, profile())).toMatchObject({ act: 'refuse', status });
  });

  test('an ACK outside dialogs is dropped, from partners and strangers', () => {
    for (const source of ['172.18.0.3', '172.18.0.10']) {
      expect(fromAgency(crossing(undefined, undefined, 'ACK'), source, profile())).toMatchObject({ act: 'drop' });
    }
  });
});

describe('in a dialog', () => {
  const known = () => {
    const dialogs = new Dialogs(10, () => 0);
    const contact = { name: 'Contact', value: '<sip:cf@10.244.0.6:5060;gr=s>' };
    const invite = crossing();
    const ok = makeResponse(invite, 200, { toTag: 'srv', headers: [contact] });
    dialogs.onResponse({ kind: 'peer', peer: b }, invite, ok, 'outside');
    const bye = (identities: readonly string[] = []) => ({
      ...crossing(identities),
      method: 'BYE',
      headers: [
        ...crossing(identities).headers.filter(({ name }) => !['From', 'To', 'Call-ID'].includes(name)),
        ...['From', 'To', 'Call-ID'].map((name) => ({ name, value: header(ok, name) ?? '' })),
      ],
    });
    return { dialogs, bye };
  };

  test('known by the dialog, without any identity; the Request-URI becomes what the server wrote', () => {
    const { dialogs, bye } = known();
    for (const method of ['BYE', 'ACK', 'INVITE']) {
      const decision = fromAgency({ ...bye(), method }, '172.18.0.4', profile({ dialogs }));
      expect(decision).toMatchObject({
        act: 'forward',
        request: { uri: 'sip:cf@10.244.0.6:5060;gr=s' },
        next: { kind: 'uri', uri: 'sip:cf@10.244.0.6:5060;gr=s' },
      });
    }
  });

  test('of another partner, or with nothing remembered: 481, ACK dropped', () => {
    const { dialogs, bye } = known();
    for (const [source, more] of [
      ['172.18.0.9', { dialogs }],
      ['172.18.0.3', { dialogs: undefined }],
      ['172.18.0.3', {}],
    ] as const) {
      expect(fromAgency(bye(), source, profile(more))).toMatchObject({ act: 'refuse', status: 481 });
      expect(fromAgency({ ...bye(), method: 'ACK' }, source, profile(more))).toMatchObject({ act: 'drop' });
    }
  });

  test('identity in every request: none is refused, ACK dropped, the right one passes', () => {
    const { dialogs, bye } = known();
    const strict = profile({ dialogs, identityCheck: 'every-request' });
    expect(fromAgency(bye(), '172.18.0.3', strict)).toMatchObject({ act: 'refuse', status: 403 });
    expect(fromAgency({ ...bye(), method: 'ACK' }, '172.18.0.3', strict)).toMatchObject({ act: 'drop' });
    expect(fromAgency(bye([`<${pf}>`]), '172.18.0.3', strict)).toMatchObject({ act: 'forward' });
  });
});
