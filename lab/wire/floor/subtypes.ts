import type { FloorMessageName } from './message.ts';

/** TS 24.380 table 8.2.2.1-1. */
interface Subtype {
  readonly name: FloorMessageName;
  readonly subtype: number;
  /** Whether the first bit of the subtype may ask for a Floor Ack. */
  readonly ackable: boolean;
}

const TABLE: readonly Subtype[] = [
  { subtype: 0, name: 'Floor Request', ackable: false },
  { subtype: 1, name: 'Floor Granted', ackable: true },
  { subtype: 2, name: 'Floor Taken', ackable: true },
  { subtype: 3, name: 'Floor Deny', ackable: true },
  { subtype: 4, name: 'Floor Release', ackable: true },
  { subtype: 5, name: 'Floor Idle', ackable: true },
  { subtype: 6, name: 'Floor Revoke', ackable: false },
  // Sources do not agree whether this one has a variant with acknowledgement: a message is better seen than lost.
  { subtype: 7, name: 'Floor Revoke Request', ackable: true },
  { subtype: 8, name: 'Floor Queue Position Request', ackable: false },
  { subtype: 9, name: 'Floor Queue Position Info', ackable: true },
  { subtype: 10, name: 'Floor Ack', ackable: false },
  { subtype: 11, name: 'Unicast Media Flow Control', ackable: true },
  // Release 17 named it Floor Queued Cancel.
  { subtype: 14, name: 'Queued Floor Requests', ackable: true },
  { subtype: 15, name: 'Floor Release Multi Talker', ackable: true },
];

export const ACK_REQUIRED = 0x10;

const BY_NUMBER = new Map(TABLE.map((row) => [row.subtype, row]));
const BY_NAME = new Map(TABLE.map((row) => [row.name, row]));

/** TS 24.380 8.1.4: an unknown subtype, or the ack bit where there is none, and the receiver ignores the message. */
export function subtypeMeaning(bits: number): { name: FloorMessageName; ackRequired: boolean } | undefined {
  const row = BY_NUMBER.get(bits & 0x0f);
  const ackRequired = (bits & ACK_REQUIRED) !== 0;
  if (row === undefined || (ackRequired && !row.ackable)) return undefined;
  return { name: row.name, ackRequired };
}

/** The number of a message in the Message Type field of a Floor Ack: the ack bit cleared. */
export function subtypeNumber(name: FloorMessageName): number {
  return (BY_NAME.get(name) as Subtype).subtype;
}

export function messageNameOf(subtype: number): FloorMessageName | undefined {
  return BY_NUMBER.get(subtype)?.name;
}

/** Whether the table knows the message with the ack bit set. */
export function mayAskForAck(name: FloorMessageName): boolean {
  return (BY_NAME.get(name) as Subtype).ackable;
}

export const FLOOR_MESSAGE_NAMES: readonly FloorMessageName[] = TABLE.map(({ name }) => name);
