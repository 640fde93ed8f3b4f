import { concat, mustFit, padded4, put16, put32, u16, u32 } from '../bytes.ts';
import type { Decoded, Fault } from '../fault.ts';
import { appName } from '../rtcp/app.ts';
import { rtcpFrames, rtcpPacket } from '../rtcp/frame.ts';
import { RTCP } from '../rtcp/packet.ts';
import { FIELD_NUMBER, fieldName } from './field-ids.ts';
import { readField, writeField } from './field-values.ts';
import { readUnsizedSsrcs } from './lists.ts';
import type { FloorField, FloorMessage } from './message.ts';
import { ACK_REQUIRED, mayAskForAck, subtypeMeaning, subtypeNumber } from './subtypes.ts';

const APP_NAME = 'MCPT';
/** SSRC and name before the fields. */
const HEAD = 8;

/**
 * TS 24.380 8.1: a datagram holds one or more RTCP APP packets of the name MCPT, each a message. The value is undefined
 * where none of them is; a message that its receiver has to ignore leaves a fault alone.
 */
export function decodeFloor(bytes: Uint8Array): Decoded<readonly FloorMessage[]> {
  const faults: Fault[] = [];
  const messages: FloorMessage[] = [];
  let any = false;
  if (bytes.length === 0) faults.push(fault('floor/short', 0, 'an empty datagram', '8.1.2'));
  for (const { packetType, count, body, offset } of rtcpFrames(bytes, faults)) {
    if (packetType !== RTCP.APP || body.length < HEAD || appName(body, 4) !== APP_NAME) {
      // TS 24.380 8.1.2: a floor message is not part of a compound RTCP packet.
      faults.push(fault('floor/not-floor', offset - 4, `packet type ${packetType} is not a floor message`, '8.1.2'));
      continue;
    }
    any = true;
    const meaning = subtypeMeaning(count);
    if (meaning === undefined) {
      faults.push(fault('floor/subtype', offset - 4, `subtype ${count} is unknown: the message is ignored`, '8.1.4'));
      continue;
    }
    messages.push({ ...meaning, ssrc: u32(body, 0), fields: decodeFields(body, offset, faults) });
  }
  return { value: any ? messages : undefined, faults };
}

/* TS 24.380 8.2.3.1: field id (1), length of the value (1; 2 from id 192 on), value, zeros up to whole words. */
function decodeFields(body: Uint8Array, offset: number, faults: Fault[]): FloorField[] {
  const fields: FloorField[] = [];
  let at = HEAD;
  while (at < body.length) {
    const fieldId = body[at] as number;
    const long = fieldId >= 192;
    const start = at + (long ? 3 : 2);
    const length = long ? u16(body, at + 1) : (body[at + 1] as number);
    const unsized = fieldId === FIELD_NUMBER['List of SSRCs'] ? readUnsizedSsrcs(body, at) : undefined;
    if (unsized !== undefined) {
      fields.push({ id: 'List of SSRCs', ssrcs: unsized.ssrcs });
      at = unsized.end;
      continue;
    }
    if (start + length > body.length) {
      faults.push(
        fault('floor/field-length', offset + at, `field ${fieldId} runs past the end of the message`, '8.2.3.1'),
      );
      break;
    }
    fields.push(decodeField(fieldId, body.subarray(start, start + length), offset + at, faults));
    at = padded4(start + length);
  }
  return fields;
}

function decodeField(fieldId: number, value: Uint8Array, offset: number, faults: Fault[]): FloorField {
  const name = fieldName(fieldId);
  if (name === undefined) return { id: 'other', fieldId, value };
  const known = readField(name, value);
  if (known !== undefined) return known;
  faults.push(fault('floor/field-value', offset, `${name}: ${value.length} bytes that cannot be its value`, '8.2.3'));
  return { id: 'other', fieldId, value };
}

export function encodeFloor(messages: readonly FloorMessage[]): Uint8Array {
  return concat(messages.map(encodeMessage));
}

function encodeMessage({ name, ackRequired, ssrc, fields }: FloorMessage): Uint8Array {
  if (ackRequired && !mayAskForAck(name)) throw new RangeError(`${name} cannot ask for an acknowledgement`);
  const head = new Uint8Array(HEAD);
  put32(head, 0, mustFit('SSRC', ssrc, 0xffffffff));
  for (let i = 0; i < 4; i++) head[4 + i] = APP_NAME.charCodeAt(i);
  const subtype = subtypeNumber(name) | (ackRequired ? ACK_REQUIRED : 0);
  return rtcpPacket(RTCP.APP, subtype, concat([head, ...fields.map(encodeField)]));
}

function encodeField(field: FloorField): Uint8Array {
  const fieldId = field.id === 'other' ? mustFit('field id', field.fieldId, 0xff) : FIELD_NUMBER[field.id];
  const value = field.id === 'other' ? field.value : writeField(field);
  const long = fieldId >= 192;
  const start = long ? 3 : 2;
  mustFit(`length of ${field.id}`, value.length, long ? 0xffff : 0xff);
  const bytes = new Uint8Array(padded4(start + value.length));
  bytes[0] = fieldId;
  if (long) put16(bytes, 1, value.length);
  else bytes[1] = value.length;
  bytes.set(value, start);
  return bytes;
}

function fault(code: string, offset: number, message: string, clause: string): Fault {
  return { code, offset, message, clause: `TS 24.380 ${clause}` };
}
