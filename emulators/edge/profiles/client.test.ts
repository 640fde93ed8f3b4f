import { describe, expect, test } from 'vitest';
import { header, listValues } from '../../../lab/wire/sip/headers.ts';
import { registerOf, ue1 } from '../bench/clients.ts';
import { contactUri, request } from '../bench/messages.ts';
import type { Decision, Flow } from '../party.ts';
import { fromClient, fromRegistering, withoutClaims } from './client.ts';

const profile = {
  domain: 'a.mcx.test',
  server: 'sip:server.mcx.svc.cluster.local:5060',
  inside: { host: '10.244.0.5', port: 5060 },
};
const flow: Flow = {
  token: 'f00d',
  listener: 'clients',
  address: { host: '172.18.0.10', port: 40_000 },
  aor: ue1,
};

const invite = (headers: readonly (readonly [string, string])[] = [], toTag?: string) =>
  request({
    method: 'INVITE',
    uri: 'sip:pf@a.mcx.test',
    from: 'sip:chief@a.mcx.test',
    ...(toTag === undefined ? {} : { toTag }),
    headers: [['Contact', '<sip:a-ue-1@192.168.10.11:5060>;+g.3gpp.mcptt;isfocus'], ...headers],
  });

function forwarded(decision: Decision) {
  if (decision.act !== 'forward') throw new Error(JSON.stringify(decision));
  return decision;
}

describe('an unknown source', () => {
  test('is refused, and its ACK dropped', () => {
    expect(fromClient(invite(), undefined, profile)).toMatchObject({ act: 'refuse', status: 403 });
    expect(fromClient({ ...invite(), method: 'ACK' }, undefined, profile)).toMatchObject({ act: 'drop' });
  });
});

describe('a registered source', () => {
  test('goes to the server by its name; the Request-URI of an initial request stays', () => {
    const decision = forwarded(fromClient(invite(), flow, profile));
    expect(decision).toMatchObject({ by: 'inside', next: { kind: 'uri', uri: profile.server }, party: { flow } });
    expect(decision.request.uri).toBe('sip:pf@a.mcx.test');
  });

  test('in a dialog the place of the Request-URI becomes the server’s', () => {
    const bye = { ...invite([], 'tag'), method: 'BYE', uri: 'sip:cf@172.18.0.2:30060;gr=1' };
    const uri = forwarded(fromClient(bye, flow, profile)).request.uri;
    expect(uri).toBe('sip:cf@server.mcx.svc.cluster.local:5060;gr=1');
  });

  test.each([
    'P-Asserted-Service',
    'P-Preferred-Identity',
    'P-Served-User',
    'P-Profile-Key',
    'P-Charging-Vector',
    'Route',
    'Record-Route',
    'Path',
    'Service-Route',
  ])('%s goes no further, in any spelling, in or out of a dialog', (name) => {
    for (const toTag of [undefined, 'tag']) {
      const claiming = invite([[name.toUpperCase(), '<sip:x@y;lr>']], toTag);
      expect(header(forwarded(fromClient(claiming, flow, profile)).request, name)).toBeUndefined();
    }
  });

  test.each(['INVITE', 'BYE', 'MESSAGE', 'SUBSCRIBE', 'PUBLISH'])(
    '%s: identity of the registration alone',
    (method) => {
      const claiming = invite([
        ['P-Asserted-Identity', '<sip:chief@a.mcx.test>, <tel:+1>'],
        ['p-asserted-identity', '<sip:cf@ic.a.mcx.test>'],
      ]);
      const { request: seen } = forwarded(fromClient({ ...claiming, method }, flow, profile));
      expect(listValues(seen, 'p-asserted-identity')).toEqual([`<${ue1}>`]);
    },
  );

  test('ACK carries no identity (RFC 3325 9.1)', () => {
    const ack = { ...invite([['P-Asserted-Identity', '<sip:x@y>']], 'tag'), method: 'ACK' };
    expect(header(forwarded(fromClient(ack, flow, profile)).request, 'p-asserted-identity')).toBeUndefined();
  });

  test('admitted without registration: the identity is what From says', () => {
    const { request: seen } = forwarded(fromClient(invite(), { ...flow, aor: undefined }, profile));
    expect(listValues(seen, 'p-asserted-identity')).toEqual(['<sip:chief@a.mcx.test>']);
  });

  test('P-Preferred-Service and Accept-Contact are the client’s to say', () => {
    const service = 'urn:urn-7:3gpp-service.ims.icsi.mcptt';
    const asking = invite([
      ['P-Preferred-Service', service],
      ['Accept-Contact', '*;+g.3gpp.mcptt;require;explicit'],
    ]);
    const { request: seen } = forwarded(fromClient(asking, flow, profile));
    expect(header(seen, 'p-preferred-service')).toBe(service);
    expect(header(seen, 'accept-contact')).toBe('*;+g.3gpp.mcptt;require;explicit');
  });

  test('Contact: the flow in the URI, the client’s tags without isfocus', () => {
    const { request: seen } = forwarded(fromClient(invite(), flow, profile));
    expect(contactUri(seen)).toContain('sip:a-ue-1@10.244.0.5:5060;flow=f00d;own=');
    expect(header(seen, 'contact')).toMatch(/>;\+g\.3gpp\.mcptt$/);
  });
});

describe('withoutClaims', () => {
  test('isfocus goes in any case, other tags stay', () => {
    const message = request({
      method: 'INVITE',
      uri: 'sip:x@y',
      from: 'sip:x@y',
      headers: [['m', '<sip:a@b>;IsFocus;q=1']],
    });
    expect(header(withoutClaims(message), 'contact')).toBe('<sip:a@b>;q=1');
  });
});

describe('REGISTER', () => {
  const newFlow = { ...flow, token: 'beef' };

  test('gets a Path and keeps its Contact; what a client wrote of paths goes', () => {
    const lying = registerOf(ue1, undefined, [
      ['Path', '<sip:evil@h;lr>'],
      ['Route', '<sip:evil@h;lr>'],
    ]);
    const { request: seen } = forwarded(fromRegistering(lying, newFlow, profile));
    expect(listValues(seen, 'path')).toEqual(['<sip:beef@10.244.0.5:5060;lr>']);
    expect(header(seen, 'route')).toBeUndefined();
    expect(contactUri(seen)).toBe('sip:a-ue-1@192.168.10.11:5060');
    expect(seen.uri).toBe('sip:a.mcx.test');
  });

  test.each([
    ['sip:b.mcx.test', ue1],
    ['sip:a.mcx.test', 'sip:x@b.mcx.test'],
    ['sip:a.mcx.test', 'tel:+1'],
  ])('%s for %s is none of this domain', (uri, to) => {
    const register = request({ method: 'REGISTER', uri, from: ue1, to });
    expect(fromRegistering(register, newFlow, profile)).toMatchObject({ act: 'refuse', status: 403 });
  });
});
