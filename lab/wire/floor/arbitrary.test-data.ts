import fc from 'fast-check';
import type { FloorField, FloorMessage } from './message.ts';
import { FLOOR_MESSAGE_NAMES, mayAskForAck } from './subtypes.ts';

/* Values for property tests: anything that the wire can hold, in its one written form. */
const octet = fc.nat({ max: 255 });
const uint16 = fc.nat({ max: 0xffff });
const uint32 = fc.nat({ max: 0xffffffff });
const text = (maxLength: number) => fc.string({ maxLength, unit: 'binary' });
const uris = fc.array(text(20), { maxLength: 3 });

export const floorField: fc.Arbitrary<FloorField> = fc.oneof(
  fc.record({ id: fc.constant('Floor Priority' as const), priority: octet }),
  fc.record({ id: fc.constant('Duration' as const), seconds: uint16 }),
  fc.record({ id: fc.constant('Reject Cause' as const), cause: uint16, phrase: text(60) }),
  fc.record({ id: fc.constant('Queue Info' as const), position: octet, priority: octet }),
  fc.record({ id: fc.constant("Granted Party's Identity" as const), uri: text(60) }),
  fc.record({ id: fc.constant('Permission to Request the Floor' as const), permission: uint16 }),
  fc.record({ id: fc.constant('User ID' as const), uri: text(60) }),
  fc.record({ id: fc.constant('Queue Size' as const), size: uint16 }),
  fc.record({ id: fc.constant('Message Sequence Number' as const), sequence: uint16 }),
  fc.record({ id: fc.constant('Queued User ID' as const), uri: text(60) }),
  fc.record({ id: fc.constant('Source' as const), source: uint16 }),
  fc.record({
    id: fc.constant('Track Info' as const),
    queueing: octet,
    participantType: text(40),
    references: fc.array(uint32, { maxLength: 5 }),
  }),
  fc.record({ id: fc.constant('Message Type' as const), type: octet }),
  fc.record({ id: fc.constant('Floor Indicator' as const), bits: uint16 }),
  fc.record({ id: fc.constant('SSRC' as const), ssrc: uint32 }),
  fc.record({ id: fc.constant('List of Granted Users' as const), uris }),
  fc.record({ id: fc.constant('List of SSRCs' as const), ssrcs: fc.array(uint32, { maxLength: 60 }) }),
  fc.record({ id: fc.constant('Functional Alias' as const), uri: text(60) }),
  fc.record({ id: fc.constant('List of Functional Aliases' as const), uris }),
  fc.record({
    id: fc.constant('other' as const),
    fieldId: fc.oneof(fc.integer({ min: 19, max: 101 }), fc.constant(107), fc.integer({ min: 117, max: 255 })),
    value: fc.uint8Array({ maxLength: 255 }),
  }),
);

export const floorMessage: fc.Arbitrary<FloorMessage> = fc
  .record({
    name: fc.constantFrom(...FLOOR_MESSAGE_NAMES),
    ackRequired: fc.boolean(),
    ssrc: uint32,
    fields: fc.array(floorField, { maxLength: 8 }),
  })
  .map((message) => ({ ...message, ackRequired: message.ackRequired && mayAskForAck(message.name) }));
