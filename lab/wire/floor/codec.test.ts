import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { floorMessage } from './arbitrary.test-data.ts';
import { decodeFloor, encodeFloor } from './codec.ts';
import { FLOOR_INDICATOR } from './indicator.ts';
import type { FloorField, FloorMessage } from './message.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const plain = { ackRequired: false };
const alice = { ...plain, ssrc: 0x1111 };
const server = { ...plain, ssrc: 0x9999 };
const { NORMAL, QUEUEING_SUPPORTED, TEMPORARY_GROUP, EMERGENCY } = FLOOR_INDICATOR;
const indicator = (bits: number): FloorField => ({ id: 'Floor Indicator', bits });

/** Whole messages, each read without complaint by an independent dissector. */
const golden: [string, string, FloorMessage][] = [
  [
    'Floor Request, priority 5, normal call, queueing',
    '80cc0004 00001111 4d435054 00020500 0d028400',
    {
      name: 'Floor Request',
      ...alice,
      fields: [{ id: 'Floor Priority', priority: 5 }, indicator(NORMAL | QUEUEING_SUPPORTED)],
    },
  ],
  [
    'Floor Request as it leaves the non-controlling function',
    '80cc0009 0000b001 4d435054 00020500 0b12010a 64697370 61746368 65720000 aabbccdd 0d028500',
    {
      name: 'Floor Request',
      ...plain,
      ssrc: 0xb001,
      fields: [
        { id: 'Floor Priority', priority: 5 },
        { id: 'Track Info', queueing: 1, participantType: 'dispatcher', references: [0xaabbccdd] },
        indicator(NORMAL | QUEUEING_SUPPORTED | TEMPORARY_GROUP),
      ],
    },
  ],
  [
    'Floor Granted for 30 s',
    '81cc0007 00009999 4d435054 0102001e 0e060000 11110000 00020500 0d028000',
    {
      name: 'Floor Granted',
      ...server,
      fields: [
        { id: 'Duration', seconds: 30 },
        { id: 'SSRC', ssrc: 0x1111 },
        { id: 'Floor Priority', priority: 5 },
        indicator(NORMAL),
      ],
    },
  ],
  [
    'Floor Taken that asks for an acknowledgement',
    '92cc000b 00009999 4d435054 04167369 703a616c 69636540 6d632e61 2e657861 6d706c65 05020001 08020007 0d028400',
    {
      name: 'Floor Taken',
      ackRequired: true,
      ssrc: 0x9999,
      fields: [
        { id: "Granted Party's Identity", uri: 'sip:alice@mc.a.example' },
        { id: 'Permission to Request the Floor', permission: 1 },
        { id: 'Message Sequence Number', sequence: 7 },
        indicator(NORMAL | QUEUEING_SUPPORTED),
      ],
    },
  ],
  [
    'Floor Ack of a participant for Floor Taken',
    '8acc0004 00001111 4d435054 0a020000 0c020200',
    {
      name: 'Floor Ack',
      ...alice,
      fields: [
        { id: 'Source', source: 0 },
        { id: 'Message Type', type: 2 },
      ],
    },
  ],
  [
    'Floor Deny with a phrase',
    '83cc0005 00009999 4d435054 02060001 62757379 0d028000',
    { name: 'Floor Deny', ...server, fields: [{ id: 'Reject Cause', cause: 1, phrase: 'busy' }, indicator(NORMAL)] },
  ],
  [
    'Floor Queue Position Info',
    '89cc0004 00009999 4d435054 03020205 0d028400',
    {
      name: 'Floor Queue Position Info',
      ...server,
      fields: [{ id: 'Queue Info', position: 2, priority: 5 }, indicator(NORMAL | QUEUEING_SUPPORTED)],
    },
  ],
  [
    'Floor Revoke of an emergency call',
    '86cc0004 00009999 4d435054 02020004 0d021000',
    { name: 'Floor Revoke', ...server, fields: [{ id: 'Reject Cause', cause: 4, phrase: '' }, indicator(EMERGENCY)] },
  ],
  [
    'Floor Release',
    '84cc0003 00001111 4d435054 0d028000',
    { name: 'Floor Release', ...alice, fields: [indicator(NORMAL)] },
  ],
  [
    'Floor Idle',
    '85cc0004 00009999 4d435054 08020008 0d028000',
    {
      name: 'Floor Idle',
      ...server,
      fields: [{ id: 'Message Sequence Number', sequence: 8 }, indicator(NORMAL)],
    },
  ],
];

describe('floor control messages', () => {
  test.each(golden)('%s: read', (_what, packet, message) => {
    expect(decodeFloor(hex(packet))).toEqual({ value: [message], faults: [] });
  });

  test.each(golden)('%s: written', (_what, packet, message) => {
    expect(Buffer.from(encodeFloor([message])).toString('hex')).toBe(packet.replaceAll(' ', ''));
  });

  test('several messages share a datagram (TS 24.380 8.1.2)', () => {
    const all = golden.map(([, packet]) => packet).join('');
    expect(decodeFloor(hex(all))).toEqual({ value: golden.map(([, , message]) => message), faults: [] });
  });

  test('survive encoding and decoding', () => {
    fc.assert(
      fc.property(fc.array(floorMessage, { minLength: 1, maxLength: 3 }), (messages) => {
        const bytes = encodeFloor(messages);
        expect(bytes.length % 4).toBe(0);
        expect(decodeFloor(bytes)).toEqual({ value: messages, faults: [] });
      }),
    );
  });

  test('random bytes never throw, and what is no floor message has a fault', () => {
    const likely = fc
      .tuple(fc.nat({ max: 31 }), fc.uint8Array({ maxLength: 80 }))
      .map(([subtype, rest]) =>
        Uint8Array.of(0x80 | subtype, 204, 0, 2 + (rest.length >> 2), 0, 0, 0, 1, 0x4d, 0x43, 0x50, 0x54, ...rest),
      );
    fc.assert(
      fc.property(fc.oneof(likely, fc.uint8Array({ maxLength: 80 })), (random) => {
        const { value, faults } = decodeFloor(random);
        expect(value !== undefined || faults.length > 0).toBe(true);
      }),
    );
  });
});
