/** Test bench: calls that are up, as most tests want them. */
import type { FloorMessage } from '../../../lab/wire/floor/message.ts';
import type { ScriptedCall } from './call.ts';
import type { Lab } from './lab.ts';
import type { CallOptions, OutgoingCall } from './party.ts';

export const campaign = { sessionType: 'prearranged', requestUri: 'sip:campaign@a.mcx.test' };
export const ue = (name: string): string => `sip:${name}@${name[0]}.mcx.test`;

export async function registered(lab: Lab, ...names: string[]): Promise<void> {
  for (const name of names) await lab.register(ue(name));
}

/** a-ue-1 calls the campaign, a-ue-2 and b's non-controlling function answer; everybody has acknowledged. */
export async function rootCall(
  lab: Lab,
  options: { readonly caller?: CallOptions; readonly partner?: CallOptions } = {},
): Promise<{ originator: OutgoingCall; ue2: ScriptedCall; ncf: ScriptedCall }> {
  await registered(lab, 'a-ue-1', 'a-ue-2');
  const originator = await lab.edge.call(lab.server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign, options.caller);
  const toUe2 = await lab.edge.next('INVITE', ({ uri }) => uri.includes('a-ue-2'));
  const toPartner = await lab.edge.next('INVITE', ({ uri }) => uri.includes('ncf@'));
  const ue2 = await lab.edge.answer(toUe2);
  await originator.final();
  originator.call.ack();
  const ncf = await lab.edge.answer(toPartner, { focus: true, ...options.partner });
  await ncf.heard('Floor Taken');
  return { originator, ue2, ncf };
}

/** A's controlling function calls b's team for a-ue-1; b-ue-1 and b-ue-2 have answered. */
export async function constituentCall(
  lab: Lab,
  options: CallOptions = {},
): Promise<{ root: OutgoingCall; ue1: ScriptedCall; ue2: ScriptedCall }> {
  await registered(lab, 'b-ue-1', 'b-ue-2');
  const root = await teamInvite(lab, options);
  const ue1 = await lab.edge.answer(await lab.edge.next('INVITE', ({ uri }) => uri.includes('b-ue-1')));
  const ue2 = await lab.edge.answer(await lab.edge.next('INVITE', ({ uri }) => uri.includes('b-ue-2')));
  await root.final();
  root.call.ack();
  return { root, ue1, ue2 };
}

/** The INVITE of a's controlling function to b's non-controlling function. */
export function teamInvite(lab: Lab, options: CallOptions = {}, caller = ue('a-ue-1')): Promise<OutgoingCall> {
  const info = {
    sessionType: 'prearranged',
    requestUri: 'sip:team@b.mcx.test',
    callingUserId: caller,
    callingGroupId: 'sip:campaign@a.mcx.test',
  };
  const from = 'sip:cf@ic.a.mcx.test';
  const fmtp = 'mc_queueing;mc_priority=5';
  return lab.edge.call(lab.server, 'sip:ncf@ic.b.mcx.test', from, info, { focus: true, fmtp, ...options });
}

export const floorRequest: FloorMessage = {
  name: 'Floor Request',
  ackRequired: false,
  ssrc: 501,
  fields: [{ id: 'Floor Priority', priority: 3 }],
};

export const floorRelease: FloorMessage = { name: 'Floor Release', ackRequired: false, ssrc: 501, fields: [] };

export function message(name: FloorMessage['name'], fields: FloorMessage['fields'] = []): FloorMessage {
  return { name, ackRequired: false, ssrc: 900, fields };
}

export function fieldOf<Id extends FloorMessage['fields'][number]['id']>(from: FloorMessage, id: Id) {
  return from.fields.find((field): field is Extract<FloorMessage['fields'][number], { id: Id }> => field.id === id);
}
