import { mustFit, padded4, put32, u32 } from '../bytes.ts';
import type { FieldOf } from './fields.ts';
import { readText, writeText } from './text.ts';

type TrackInfo = FieldOf<'Track Info'>;

/*
 * TS 24.380 8.2.3.13: queueing capability (1), length of the participant type (1), the participant type filled up with
 * zeros to whole words, then references of 32 bits, each meaningful to the function alone that put it there.
 */
export function readTrackInfo(value: Uint8Array): TrackInfo | undefined {
  if (value.length < 2) return undefined;
  const [queueing, typeLength] = value as unknown as [number, number];
  const start = 2 + padded4(typeLength);
  if (start > value.length || (value.length - start) % 4 !== 0) return undefined;
  const participantType = readText(value.subarray(2, 2 + typeLength));
  if (participantType === undefined) return undefined;
  const references: number[] = [];
  for (let at = start; at < value.length; at += 4) references.push(u32(value, at));
  return { id: 'Track Info', queueing, participantType, references };
}

export function writeTrackInfo({ queueing, participantType, references }: TrackInfo): Uint8Array {
  const type = writeText(participantType);
  const start = 2 + padded4(mustFit('length of the participant type', type.length, 0xff));
  const value = new Uint8Array(start + 4 * references.length);
  value[0] = mustFit('queueing capability', queueing, 0xff);
  value[1] = type.length;
  value.set(type, 2);
  for (const [i, reference] of references.entries()) {
    put32(value, start + 4 * i, mustFit('floor participant reference', reference, 0xffffffff));
  }
  return value;
}
