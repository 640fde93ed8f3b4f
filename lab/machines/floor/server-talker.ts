/** Who asks for the floor, with what right, and what others are told of it. */
import { field } from '../../wire/floor/fields.ts';
import { FLOOR_INDICATOR } from '../../wire/floor/indicator.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import type { FloorServerState, Leg, Talker } from './server-state.ts';

const { EMERGENCY, IMMINENT_PERIL, BROADCAST_GROUP } = FLOOR_INDICATOR;

/** 4.1.1.4: no request has more than was negotiated for the leg (14.3.3). */
export function talkerOf(leg: Leg, request: FloorMessage): Talker {
  const urgency = (field(request, 'Floor Indicator')?.bits ?? 0) & (EMERGENCY | IMMINENT_PERIL);
  const priority = Math.min(field(request, 'Floor Priority')?.priority ?? 0, leg.priority);
  return {
    leg: leg.id,
    track: field(request, 'Track Info'),
    rank: urgencyClass(urgency) * 256 + priority,
    priority,
    urgency,
    uri: field(request, 'User ID')?.uri ?? leg.uri,
  };
}

/** An INVITE that is an implicit floor request (14.2.5) asks with what was negotiated. */
export function implicitTalker(leg: Leg, indicator: number): Talker {
  const urgency = indicator & (EMERGENCY | IMMINENT_PERIL);
  const { priority, uri } = leg;
  return { leg: leg.id, track: undefined, rank: urgencyClass(urgency) * 256 + priority, priority, urgency, uri };
}

function urgencyClass(bits: number): number {
  if ((bits & EMERGENCY) !== 0) return 2;
  return (bits & IMMINENT_PERIL) !== 0 ? 1 : 0;
}

/** Whether a message of that leg is that talker's: without Track Info the leg speaks for whoever talks behind it. */
export function speaksFor(leg: string, message: FloorMessage, talker: Talker): boolean {
  const track = field(message, 'Track Info');
  return leg === talker.leg && (track === undefined || references(track) === references(talker.track));
}

export function sameTalker(one: Talker, other: Talker): boolean {
  return one.leg === other.leg && references(one.track) === references(other.track);
}

function references(track: Talker['track']): string {
  return track === undefined ? '' : track.references.join();
}

/** Pre-emptive: more urgent than the holder, or of higher rank with a priority that the settings let pre-empt. */
export function preempts(state: FloorServerState, talker: Talker): boolean {
  const { holder, settings } = state;
  if (holder === undefined || talker.rank <= holder.rank) return false;
  return urgencyClass(talker.urgency) > urgencyClass(holder.urgency) || talker.priority >= settings.preemptivePriority;
}

/** The SSRC that Floor Granted tells a talker to send with, and Floor Taken tells the others to expect. */
export function mediaSsrcOf(leg: Leg, talker: Talker): number {
  const last = talker.track?.references.at(-1);
  if (last === undefined) return leg.mediaSsrc;
  // Several talk behind one leg: the reference is spread over the 32 bits so that they do not share an SSRC.
  return (leg.mediaSsrc ^ Math.imul(last, 0x9e37_79b1)) >>> 0 || leg.mediaSsrc;
}

/** Floor Indicator of what the server sends: the call's, and how urgent the one who has the floor is. */
export function indicatorOf({ settings, holder }: FloorServerState): number {
  return settings.indicator | (holder?.urgency ?? 0);
}

/** 8.2.3.7: nobody but its initiator talks in a broadcast call, and who only receives does not in any. */
export function mayRequest({ settings }: FloorServerState, leg: Leg): boolean {
  return !leg.receiveOnly && (settings.indicator & BROADCAST_GROUP) === 0;
}

/** Behind the leg to a non-controlling function are as many as it likes. */
export function alone({ legs }: FloorServerState): boolean {
  return legs.length === 1 && legs[0]?.kind === 'participant';
}
