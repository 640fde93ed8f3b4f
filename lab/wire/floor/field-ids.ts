import type { FloorField } from './message.ts';

export type KnownField = Exclude<FloorField, { readonly id: 'other' }>;
export type KnownFieldId = KnownField['id'];

/** TS 24.380 table 8.2.3.1-2. */
export const FIELD_NUMBER: Readonly<Record<KnownFieldId, number>> = {
  'Floor Priority': 0,
  Duration: 1,
  'Reject Cause': 2,
  'Queue Info': 3,
  "Granted Party's Identity": 4,
  'Permission to Request the Floor': 5,
  'User ID': 6,
  'Queue Size': 7,
  'Message Sequence Number': 8,
  'Queued User ID': 9,
  Source: 10,
  'Track Info': 11,
  'Message Type': 12,
  'Floor Indicator': 13,
  SSRC: 14,
  'List of Granted Users': 15,
  'List of SSRCs': 16,
  'Functional Alias': 17,
  'List of Functional Aliases': 18,
};

const NAMES = Object.keys(FIELD_NUMBER) as KnownFieldId[];
const BY_NUMBER = new Map(NAMES.map((name) => [FIELD_NUMBER[name], name]));

/** Releases 13.0 to 13.2 counted the same fields from 102 and left 107 out; they are read and never written. */
export function fieldName(fieldId: number): KnownFieldId | undefined {
  if (fieldId >= 102 && fieldId <= 106) return BY_NUMBER.get(fieldId - 102);
  if (fieldId >= 108 && fieldId <= 116) return BY_NUMBER.get(fieldId - 103);
  return BY_NUMBER.get(fieldId);
}
