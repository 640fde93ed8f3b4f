import { describe, expect, test } from 'vitest';
import { encodeFloor } from '../../wire/floor/codec.ts';
import type { FloorMessage } from '../../wire/floor/message.ts';
import {
  acknowledges,
  floorAck,
  floorGranted,
  floorIdle,
  floorRefusal,
  floorRelease,
  floorRequest,
  floorTaken,
  nextSequence,
  queuePositionInfo,
} from './messages.ts';

const hex = (message: FloorMessage) => Buffer.from(encodeFloor([message])).toString('hex');
const track = { id: 'Track Info', queueing: 1, participantType: 'dispatcher', references: [0xaabbccdd] } as const;
const taking = {
  uri: 'sip:alice@mc.a.example',
  mediaSsrc: undefined,
  mayRequest: true,
  sequence: 7,
  ackRequired: true,
};

/** Octets of TS 24.380 8.2, written by hand and read by another decoder. */
describe('what the machines send, in octets', () => {
  test.each([
    ['Floor Request', floorRequest(0x1111, 5, 0x8400), '80cc0004000011114d435054000205000d028400'],
    [
      'Floor Request with Track Info',
      floorRequest(0xb001, 5, 0x8500, track),
      '80cc00090000b0014d435054000205000b12010a646973706174636865720000aabbccdd0d028500',
    ],
    [
      'Floor Granted',
      floorGranted(0x9999, { seconds: 30, mediaSsrc: 0x1111, priority: 5, track: undefined }, 0x8000),
      '81cc0007000099994d4350540102001e0e06000011110000000205000d028000',
    ],
    [
      'Floor Taken, acknowledgement required',
      floorTaken(0x9999, taking, 0x8400),
      '92cc000b000099994d43505404167369703a616c696365406d632e612e6578616d706c6505020001080200070d028400',
    ],
    ['Floor Ack', floorAck(floorTaken(0x9999, taking, 0), 0x1111, 0), '8acc0004000011114d4350540a0200000c020200'],
    ['Floor Queue Position Info', queuePositionInfo(0x9999, 2, 5, 0x8400), '89cc0004000099994d435054030202050d028400'],
    ['Floor Revoke', floorRefusal('Floor Revoke', 0x9999, 4, 0x1000), '86cc0004000099994d435054020200040d021000'],
    ['Floor Release', floorRelease(0x1111, 0x8000), '84cc0003000011114d4350540d028000'],
    ['Floor Idle', floorIdle(0x9999, 8, 0x8000), '85cc0004000099994d435054080200080d028000'],
  ])('%s', (_name, message, octets) => {
    expect(hex(message)).toBe(octets);
  });
});

describe('helpers', () => {
  test('an acknowledgement belongs to a message by its type', () => {
    const ack = floorAck(floorTaken(1, taking, 0), 2, 0);
    expect(acknowledges(ack, floorTaken(3, taking, 0))).toBe(true);
    expect(acknowledges(ack, floorIdle(1, 1, 0))).toBe(false);
    expect(acknowledges(floorIdle(1, 1, 0), floorTaken(1, taking, 0))).toBe(false);
  });

  test('numbers wrap', () => {
    expect(nextSequence(7)).toBe(8);
    expect(nextSequence(65_535)).toBe(0);
  });
});
