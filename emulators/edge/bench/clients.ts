import type { SipRequest } from '../../../lab/wire/sip/message.ts';
import type { Actor, Taken } from './actor.ts';
import type { Bench } from './bench.ts';
import { contact, request } from './messages.ts';

export const ue1 = 'sip:a-ue-1@a.mcx.test';
export const ue2 = 'sip:a-ue-2@a.mcx.test';
/** What a client behind a NAT says of itself. */
export const ownContact = 'sip:a-ue-1@192.168.10.11:5060';

export function registerOf(
  aor: string,
  own = ownContact,
  more: readonly (readonly [string, string])[] = [],
): SipRequest {
  const instance = `;+g.3gpp.mcptt;+sip.instance="<urn:uuid:${aor}>"`;
  const headers = [contact(own, instance), ['Expires', '600'] as const, ...more];
  return request({ method: 'REGISTER', uri: 'sip:a.mcx.test', from: aor, to: aor, headers });
}

/** Registers through the edge; what the server got. */
export async function register(bench: Bench, ue: Actor, aor: string, own = ownContact): Promise<Taken> {
  const sent = ue.send(registerOf(aor, own), bench.at.clients);
  const taken = await bench.server.next('REGISTER');
  taken.answer(200, { headers: [{ name: 'Contact', value: `<${own}>;expires=600` }] });
  await sent.final();
  return taken;
}
