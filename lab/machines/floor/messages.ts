/** The floor messages that the machines send, their fields in the order of the tables of TS 24.380 8.2.4 to 8.2.13. */
import { type FieldOf, field } from '../../wire/floor/fields.ts';
import { FLOOR_INDICATOR } from '../../wire/floor/indicator.ts';
import type { FloorField, FloorMessage, FloorMessageName } from '../../wire/floor/message.ts';
import { subtypeNumber } from '../../wire/floor/subtypes.ts';

export type TrackInfo = FieldOf<'Track Info'>;

/** A message with absent optional fields left out. */
export function floorMessage(
  name: FloorMessageName,
  ssrc: number,
  fields: readonly (FloorField | undefined)[],
): FloorMessage {
  return { name, ackRequired: false, ssrc, fields: fields.filter((field) => field !== undefined) };
}

/** The bits that a call sets for as long as it lasts. */
export const INDICATOR = {
  normal: FLOOR_INDICATOR.NORMAL,
  queueing: FLOOR_INDICATOR.QUEUEING_SUPPORTED,
  temporaryGroup: FLOOR_INDICATOR.TEMPORARY_GROUP,
} as const;

export function indicator(bits: number): FloorField {
  return { id: 'Floor Indicator', bits };
}

/** TS 24.380 8.2.13: Track Info goes back where it came. */
export function floorAck(acked: FloorMessage, ssrc: number, source: number): FloorMessage {
  return floorMessage('Floor Ack', ssrc, [
    { id: 'Source', source },
    { id: 'Message Type', type: subtypeNumber(acked.name) },
    field(acked, 'Track Info'),
  ]);
}

/** Whether that Floor Ack is for that message. */
export function acknowledges(ack: FloorMessage, message: FloorMessage): boolean {
  return ack.name === 'Floor Ack' && field(ack, 'Message Type')?.type === subtypeNumber(message.name);
}

export function floorRequest(ssrc: number, priority: number, bits: number, track?: TrackInfo): FloorMessage {
  return floorMessage('Floor Request', ssrc, [{ id: 'Floor Priority', priority }, track, indicator(bits)]);
}

export function floorRelease(ssrc: number, bits: number, track?: TrackInfo): FloorMessage {
  return floorMessage('Floor Release', ssrc, [track, indicator(bits)]);
}

export interface Grant {
  readonly seconds: number;
  readonly mediaSsrc: number;
  readonly priority: number;
  readonly track: TrackInfo | undefined;
}

export function floorGranted(ssrc: number, grant: Grant, bits: number): FloorMessage {
  return floorMessage('Floor Granted', ssrc, [
    { id: 'Duration', seconds: grant.seconds },
    { id: 'SSRC', ssrc: grant.mediaSsrc },
    { id: 'Floor Priority', priority: grant.priority },
    grant.track,
    indicator(bits),
  ]);
}

export interface Taking {
  /** Undefined: privacy was asked for, or the partner does not tell. */
  readonly uri: string | undefined;
  readonly mediaSsrc: number | undefined;
  readonly mayRequest: boolean;
  readonly sequence: number;
  readonly ackRequired: boolean;
}

export function floorTaken(ssrc: number, taking: Taking, bits: number): FloorMessage {
  const message = floorMessage('Floor Taken', ssrc, [
    taking.uri === undefined ? undefined : { id: "Granted Party's Identity", uri: taking.uri },
    { id: 'Permission to Request the Floor', permission: taking.mayRequest ? 1 : 0 },
    { id: 'Message Sequence Number', sequence: taking.sequence },
    indicator(bits),
    taking.mediaSsrc === undefined ? undefined : { id: 'SSRC', ssrc: taking.mediaSsrc },
  ]);
  return { ...message, ackRequired: taking.ackRequired };
}

export function floorIdle(ssrc: number, sequence: number, bits: number): FloorMessage {
  return floorMessage('Floor Idle', ssrc, [{ id: 'Message Sequence Number', sequence }, indicator(bits)]);
}

/** Floor Deny and Floor Revoke have a table of causes each (TS 24.380 8.2.6.2, 8.2.10.2). */
export function floorRefusal(
  name: 'Floor Deny' | 'Floor Revoke',
  ssrc: number,
  cause: number,
  bits: number,
  track?: TrackInfo,
): FloorMessage {
  return floorMessage(name, ssrc, [{ id: 'Reject Cause', cause, phrase: '' }, track, indicator(bits)]);
}

/** TS 24.380 8.2.3.5: the position of a participant that is not in the queue. */
export const NOT_QUEUED = 254;

export function queuePositionInfo(
  ssrc: number,
  position: number,
  priority: number,
  bits: number,
  track?: TrackInfo,
): FloorMessage {
  return floorMessage('Floor Queue Position Info', ssrc, [
    { id: 'Queue Info', position, priority },
    track,
    indicator(bits),
  ]);
}

/** TS 24.380 8.2.3.10: 16 bits, 0 after 65535. */
export function nextSequence(sequence: number): number {
  return (sequence + 1) & 0xffff;
}
