import { describe, expect, test } from 'vitest';
import { decodeFloor, encodeFloor } from './codec.ts';
import type { FloorField, FloorMessage } from './message.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));

/** A Floor Taken with these fields, its length put right. */
function taken(fields: string, subtype = 2): Uint8Array {
  const body = hex(fields);
  const head = hex('80cc0000 00009999 4d435054');
  head[0] = 0x80 | subtype;
  head[3] = 2 + body.length / 4;
  return new Uint8Array([...head, ...body]);
}

function fieldsOf(bytes: Uint8Array): readonly FloorField[] | undefined {
  return decodeFloor(bytes).value?.[0]?.fields;
}

const faultsOf = (bytes: Uint8Array) => decodeFloor(bytes).faults.map(({ code, offset }) => [code, offset]);

describe('floor messages of others', () => {
  test('fields of Release 13.0 to 13.2 are the fields of today', () => {
    const legacy = '66020500 6702001e 68020004 69020205 6a017300 6c020001 6d017300 6e020003 6f020007 70017300';
    const later = '71020002 72020100 73020200 74028400';
    expect(fieldsOf(taken(`${legacy} ${later}`))).toEqual([
      { id: 'Floor Priority', priority: 5 },
      { id: 'Duration', seconds: 30 },
      { id: 'Reject Cause', cause: 4, phrase: '' },
      { id: 'Queue Info', position: 2, priority: 5 },
      { id: "Granted Party's Identity", uri: 's' },
      { id: 'Permission to Request the Floor', permission: 1 },
      { id: 'User ID', uri: 's' },
      { id: 'Queue Size', size: 3 },
      { id: 'Message Sequence Number', sequence: 7 },
      { id: 'Queued User ID', uri: 's' },
      { id: 'Source', source: 2 },
      { id: 'Track Info', queueing: 1, participantType: '', references: [] },
      { id: 'Message Type', type: 2 },
      { id: 'Floor Indicator', bits: 0x8400 },
    ]);
  });

  test.each([
    ['with a length octet', '100b0200 00000000 01000000 02000000', [1, 2]],
    ['with a length octet, one source', '10070100 00000000 01000000', [1]],
    ['without a length octet', '10020000 00000001 00000002', [1, 2]],
    ['without a length octet, three sources', '10030000 00000001 00000002 00000003', [1, 2, 3]],
    ['without a length octet, none', '10000000', []],
    ['with a length octet, none', '10030000 00000000', []],
  ])('a List of SSRCs %s', (_what, list, ssrcs) => {
    expect(decodeFloor(taken(`${list} 0d028400`))).toMatchObject({
      value: [{ fields: [{ id: 'List of SSRCs', ssrcs }, { id: 'Floor Indicator' }] }],
      faults: [],
    });
  });

  test('a List of SSRCs without a length octet may be of one silent source, and the end', () => {
    expect(decodeFloor(taken('10010000 00000000 0d028400'))).toMatchObject({
      value: [{ fields: [{ id: 'List of SSRCs', ssrcs: [0] }, { id: 'Floor Indicator' }] }],
      faults: [],
    });
    expect(fieldsOf(taken('10010000 00000007'))).toEqual([{ id: 'List of SSRCs', ssrcs: [7] }]);
  });

  test('a List of SSRCs whose spare octets are not zero has its length octet', () => {
    expect(fieldsOf(taken('10030001 01000000 08020001 08020002'))).toEqual([
      { id: 'List of SSRCs', ssrcs: [] },
      { id: 'Message Sequence Number', sequence: 1 },
      { id: 'Message Sequence Number', sequence: 2 },
    ]);
  });

  test.each([101, 107, 117])('field %i is none of Release 13.0', (fieldId) => {
    const id = fieldId.toString(16);
    expect(fieldsOf(taken(`${id}020001`))).toEqual([{ id: 'other', fieldId, value: Uint8Array.of(0, 1) }]);
  });

  test('a message without fields is one', () => {
    expect(decodeFloor(taken('', 8))).toMatchObject({
      value: [{ name: 'Floor Queue Position Request', fields: [] }],
      faults: [],
    });
  });

  test.each([
    [0, [0, 1, 3]],
    [1, [0, 1, 3]],
    [2, [0, 1]],
    [3, [0, 1, 3]],
    [5, [0, 1, 3]],
    [7, [0, 1, 3]],
    [8, [0, 1, 3]],
    [10, [0, 1, 3]],
    [11, [0, 1]],
    [12, [0, 1, 3]],
    [13, [0, 1, 3]],
    [14, [0, 5, 7]],
    [15, [0, 2]],
    [16, [2, 4]],
    [18, [0, 2]],
  ])('field %i has a value of none of the lengths %j', (fieldId, lengths) => {
    for (const length of lengths) {
      const bytes = new Uint8Array((2 + length + 3) & ~3);
      bytes.set([fieldId, length, ...new Array<number>(length).fill(0x61)]);
      expect([length, faultsOf(taken(Buffer.from(bytes).toString('hex')))]).toEqual([
        length,
        [['floor/field-value', 12]],
      ]);
    }
  });

  test('a participant type of eight letters has no padding of its own', () => {
    expect(fieldsOf(taken('0b0e0108 61626364 65666768 aabbccdd'))).toEqual([
      { id: 'Track Info', queueing: 1, participantType: 'abcdefgh', references: [0xaabbccdd] },
    ]);
  });

  test('unknown fields are kept, those of two length octets too', () => {
    const message: FloorMessage = {
      name: 'Floor Taken',
      ackRequired: false,
      ssrc: 0x9999,
      fields: [
        { id: 'other', fieldId: 99, value: Uint8Array.of(1, 2, 3) },
        { id: 'other', fieldId: 192, value: new Uint8Array(300).fill(7) },
        { id: 'Message Sequence Number', sequence: 1 },
      ],
    };
    expect(decodeFloor(encodeFloor([message]))).toEqual({ value: [message], faults: [] });
    expect(decodeFloor(taken('63010500 c0000109 08020001'))).toMatchObject({
      value: [{ fields: [{ fieldId: 99 }, { fieldId: 192, value: Uint8Array.of(9) }, { sequence: 1 }] }],
      faults: [],
    });
  });

  test.each([
    ['subtype 13, which no release defines', taken('', 13)],
    ['a Floor Ack that asks for a Floor Ack', taken('', 0x1a)],
    ['a Floor Request that asks for a Floor Ack', taken('', 0x10)],
  ])('%s is ignored as a whole (TS 24.380 8.1.4)', (_what, bytes) => {
    expect(decodeFloor(bytes)).toMatchObject({ value: [], faults: [{ code: 'floor/subtype', offset: 0 }] });
    const idle = hex('85cc0004 00009999 4d435054 08020008 0d028000');
    expect(decodeFloor(new Uint8Array([...bytes, ...idle])).value).toMatchObject([{ name: 'Floor Idle' }]);
  });

  test.each([
    ['a Duration of one octet', '01010500', [['floor/field-value', 12]]],
    ['an SSRC of four octets', '0e040000 11110000', [['floor/field-value', 12]]],
    ['a Track Info whose type runs past its end', '0b04010a 64697370', [['floor/field-value', 12]]],
    ['a Track Info with half a reference', '0b040100 aabb0000', [['floor/field-value', 12]]],
    ['a Track Info whose type is no UTF-8', '0b060101 ff000000', [['floor/field-value', 12]]],
    ['a list of users that ends early', '0f040203 61626300', [['floor/field-value', 12]]],
    ['a list of users with a rest', '0f050102 61626300', [['floor/field-value', 12]]],
    ['an identity that is no UTF-8', '0402ff00', [['floor/field-value', 12]]],
    ['a field past the end of the message', '08020001 04ff7369', [['floor/field-length', 16]]],
  ])('%s is a fault with its offset', (_what, fields, expected) => {
    expect(faultsOf(taken(fields))).toEqual(expected);
  });

  test.each([
    ['a field past the end of the message', '04ff7369', '8.2.3.1'],
    ['a value that cannot be', '01010500', '8.2.3'],
  ])('%s names its clause', (_what, fields, clause) => {
    expect(decodeFloor(taken(fields)).faults).toMatchObject([{ clause: `TS 24.380 ${clause}` }]);
  });

  test('a value that cannot be is kept as bytes, and the fields after it are read', () => {
    expect(fieldsOf(taken('01010500 08020001'))).toEqual([
      { id: 'other', fieldId: 1, value: Uint8Array.of(5) },
      { id: 'Message Sequence Number', sequence: 1 },
    ]);
  });

  test('a report in front, as of a compound packet, is a fault and the message is read', () => {
    const compound = new Uint8Array([...hex('80c9000100000001'), ...taken('08020001')]);
    const { value, faults } = decodeFloor(compound);
    expect(value).toMatchObject([{ name: 'Floor Taken' }]);
    expect(faults).toMatchObject([{ code: 'floor/not-floor', offset: 0, clause: 'TS 24.380 8.1.2' }]);
  });

  test.each([
    ['an RTCP report', '80c9000100000001'],
    ['an APP packet of another name', '80cc000200000001 4d435630'],
    ['an APP packet without a name', '80cc000100000001'],
    ['nothing', ''],
    ['text', '494e56495445'],
  ])('%s holds no floor message', (_what, text) => {
    const { value, faults } = decodeFloor(hex(text));
    expect(value).toBeUndefined();
    expect(faults.length).toBeGreaterThan(0);
  });

  test('a message cut short does not take those before it along', () => {
    const bytes = new Uint8Array([...taken('08020001'), ...taken('08020002').subarray(0, 12)]);
    const { value, faults } = decodeFloor(bytes);
    expect(value).toHaveLength(1);
    expect(faults).toMatchObject([{ code: 'rtcp/length', offset: 18 }]);
  });
});
