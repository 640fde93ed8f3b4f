import type { SipRequest } from '../../../lab/wire/sip/message.ts';
import type { Actor } from './actor.ts';
import type { Bench } from './bench.ts';
import { body, contact, mcpttSdp, request } from './messages.ts';

type Headers = readonly (readonly [string, string])[];

export const cfA = 'sip:cf@ic.a.mcx.test';
export const ncfB = 'sip:ncf@ic.b.mcx.test';

/** Where the partner listens, as the server resolved it. */
const partnerRoute = (bench: Bench) => `<sip:${bench.address.partner}:5060;lr>`;

export function crossingOut(bench: Bench, more: Headers = []): SipRequest {
  const server = bench.address.server;
  return request({
    method: 'INVITE',
    uri: ncfB,
    from: cfA,
    headers: [
      ['Route', '<sip:edge.mcx.svc.cluster.local:5060;lr>'],
      ['Route', partnerRoute(bench)],
      contact(`sip:cf@${server}:5060;gr=c1`, ';+g.3gpp.mcptt;isfocus'),
      ['P-Asserted-Identity', `<${cfA}>`],
      ...more,
    ],
    sdp: mcpttSdp(server, 20_000, 20_002),
  });
}

export function crossingIn(bench: Bench, more: Headers = [], from = 'sip:pf@ic.b.mcx.test'): SipRequest {
  const partner = bench.address.partner;
  return request({
    method: 'INVITE',
    uri: cfA,
    from,
    headers: [contact(`sip:pf@${partner}:5060;gr=p1`, ';+g.3gpp.mcptt'), ['P-Asserted-Identity', `<${from}>`], ...more],
    sdp: mcpttSdp(partner, 30_200, 30_202),
  });
}

/** The server calls the partner, the partner answers. */
export async function establishedOut(bench: Bench, partner: Actor, invite = crossingOut(bench)) {
  const sent = bench.server.send(invite, bench.at.inside);
  const taken = await partner.next('INVITE');
  const ok = taken.answer(200, {
    headers: [{ name: 'Contact', value: `<sip:ncf@${bench.address.partner}:5060;gr=n1>;isfocus` }],
    ...body(mcpttSdp(bench.address.partner, 30_200, 30_202)),
  });
  return { invite, sent, taken, ok, got: await sent.final() };
}

/** The partner calls the server, the server answers. */
export async function establishedIn(bench: Bench, partner: Actor, invite = crossingIn(bench)) {
  const sent = partner.send(invite, bench.at.agencies);
  const taken = await bench.server.next('INVITE');
  const ok = taken.answer(200, {
    headers: [{ name: 'Contact', value: `<sip:cf@${bench.address.server}:5060;gr=s1>;isfocus` }],
    ...body(mcpttSdp(bench.address.server, 20_000, 20_002)),
  });
  return { invite, sent, taken, ok, got: await sent.final() };
}
