import { describe, expect, test } from 'vitest';
import { DENY_CAUSE, denyCauseText, REVOKE_CAUSE, revokeCauseText } from './causes.ts';
import { encodeFloor } from './codec.ts';
import { field, withField, withoutField } from './fields.ts';
import type { FloorField, FloorMessage } from './message.ts';
import { FLOOR_MESSAGE_NAMES, messageNameOf, subtypeNumber } from './subtypes.ts';

const message: FloorMessage = {
  name: 'Floor Granted',
  ackRequired: false,
  ssrc: 1,
  fields: [
    { id: 'Duration', seconds: 30 },
    { id: 'Floor Priority', priority: 5 },
  ],
};

describe('fields of a floor message', () => {
  test('are found by their id', () => {
    expect(field(message, 'Duration')?.seconds).toBe(30);
    expect(field(message, 'SSRC')).toBeUndefined();
  });

  test('are replaced in their place, or appended', () => {
    expect(withField(message, { id: 'Duration', seconds: 1 }).fields).toEqual([
      { id: 'Duration', seconds: 1 },
      { id: 'Floor Priority', priority: 5 },
    ]);
    expect(withField(message, { id: 'SSRC', ssrc: 2 }).fields).toHaveLength(3);
    expect(message.fields[0]).toEqual({ id: 'Duration', seconds: 30 });
  });

  test('are taken out', () => {
    expect(withoutField(message, 'Duration').fields).toEqual([{ id: 'Floor Priority', priority: 5 }]);
  });

  test.each<[string, FloorField]>([
    ['a priority above 255', { id: 'Floor Priority', priority: 256 }],
    ['a negative duration', { id: 'Duration', seconds: -1 }],
    ['an identity of 256 octets', { id: 'User ID', uri: 'x'.repeat(256) }],
    ['an entry of 256 octets', { id: 'List of Granted Users', uris: ['x'.repeat(256)] }],
    ['half an SSRC', { id: 'SSRC', ssrc: 0.5 }],
    ['an SSRC of a list', { id: 'List of SSRCs', ssrcs: [-1] }],
    ['256 users', { id: 'List of Granted Users', uris: new Array<string>(256).fill('') }],
    ['a position above 255', { id: 'Queue Info', position: 256, priority: 0 }],
    ['a priority of the queue above 255', { id: 'Queue Info', position: 1, priority: 256 }],
    ['a field id above 255', { id: 'other', fieldId: 256, value: new Uint8Array() }],
    ['a value of 256 octets', { id: 'other', fieldId: 191, value: new Uint8Array(256) }],
    ['a capability above 255', { id: 'Track Info', queueing: 256, participantType: '', references: [] }],
    ['a reference of more than 32 bits', { id: 'Track Info', queueing: 0, participantType: '', references: [2 ** 32] }],
  ])('%s cannot be written', (_what, wrong) => {
    expect(() => encodeFloor([{ ...message, fields: [wrong] }])).toThrow(/^.+ must be an integer from 0 to \d+, not /);
  });

  test('nor can an SSRC of more than 32 bits', () => {
    expect(() => encodeFloor([{ ...message, ssrc: 2 ** 32 }])).toThrow('SSRC must be');
  });

  test('a Floor Request cannot ask for an acknowledgement', () => {
    expect(() => encodeFloor([{ ...message, name: 'Floor Request', ackRequired: true }])).toThrow('Floor Request');
  });
});

describe('names and numbers', () => {
  test('of messages go both ways', () => {
    for (const name of FLOOR_MESSAGE_NAMES) expect(messageNameOf(subtypeNumber(name))).toBe(name);
    expect(messageNameOf(12)).toBeUndefined();
  });

  test('of causes differ between Deny and Revoke', () => {
    expect(denyCauseText(DENY_CAUSE.RETRY_AFTER_NOT_EXPIRED)).toContain('retry-after');
    expect(revokeCauseText(REVOKE_CAUSE.MEDIA_BURST_PRE_EMPTED)).toContain('pre-empted');
    expect(denyCauseText(200)).toBe('cause 200');
    expect(revokeCauseText(5)).toBe('cause 5');
  });
});
