import { describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { ownContact, registerOf, ue1 } from './bench/clients.ts';
import { contactUri, request } from './bench/messages.ts';
import type { Party } from './party.ts';
import { refusal, responseInward, responseOutward } from './responses.ts';

const inside = { host: '10.244.0.5', port: 5060 };
const advertised = { host: '172.18.0.2', port: 30_060 };
const flow = { token: 'f00d', listener: 'clients', address: { host: '172.18.0.10', port: 4000 } } as const;
const client: Party = { kind: 'client', flow: { ...flow, aor: ue1 } };
const admitted: Party = { kind: 'client', flow: { ...flow, aor: undefined } };
const peer: Party = { kind: 'peer', peer: { domain: 'b.mcx.test', nodes: [] } };

const invite = request({ method: 'INVITE', uri: 'sip:x@y', from: 'sip:cf@ic.a.mcx.test' });
const ok = (headers: readonly (readonly [string, string])[]) =>
  makeResponse(invite, 200, { toTag: 't', headers: headers.map(([name, value]) => ({ name, value })) });

describe('outward', () => {
  test('Contact at the advertised address, isfocus kept, no path', () => {
    const seen = responseOutward(
      invite,
      ok([
        ['Contact', '<sip:cf@10.244.0.6:5060>;isfocus'],
        ['Record-Route', '<sip:10.244.0.6;lr>'],
      ]),
      advertised,
    );
    expect(header(seen, 'contact')).toBe('<sip:cf@172.18.0.2:30060>;isfocus');
    expect(header(seen, 'record-route')).toBeUndefined();
  });

  test('REGISTER: the bindings are the client’s own', () => {
    const bindings = makeResponse(registerOf(ue1), 200, {
      toTag: 't',
      headers: [
        { name: 'Contact', value: `<${ownContact}>;expires=60` },
        { name: 'Service-Route', value: '<sip:10.244.0.6;lr>' },
      ],
    });
    const seen = responseOutward(registerOf(ue1), bindings, advertised);
    expect([contactUri(seen), header(seen, 'service-route')]).toEqual([ownContact, undefined]);
  });
});

describe('inward', () => {
  const claiming = ok([
    ['Contact', `<${ownContact}>;isfocus;+g.3gpp.mcptt`],
    ['P-Asserted-Identity', '<sip:chief@a.mcx.test>'],
  ]);

  test('of a client: its flow, its registration’s identity, none of its claims', () => {
    const seen = responseInward(invite, claiming, client, inside);
    expect(listValues(seen, 'p-asserted-identity')).toEqual([`<${ue1}>`]);
    expect(contactUri(seen)).toContain('flow=f00d');
    expect(header(seen, 'contact')).not.toContain('isfocus');
  });

  test('of an admitted source: no identity at all', () => {
    expect(header(responseInward(invite, claiming, admitted, inside), 'p-asserted-identity')).toBeUndefined();
  });

  test('of a partner: as it speaks, Contact at the edge', () => {
    const seen = responseInward(invite, claiming, peer, inside);
    expect(header(seen, 'p-asserted-identity')).toBe('<sip:chief@a.mcx.test>');
    expect(header(seen, 'contact')).toBe('<sip:a-ue-1@10.244.0.5:5060>;isfocus;+g.3gpp.mcptt');
  });
});

describe('refusal', () => {
  test('says why, and names no address', () => {
    const response = refusal(invite, { act: 'refuse', status: 403, why: 'source "x" \\ y' }, 'tag');
    expect([response.status, response.reason]).toEqual([403, 'Forbidden']);
    expect(header(response, 'warning')).toBe('399 edge "source x  y"');
    expect(header(response, 'to')).toContain('tag=tag');
  });
});
