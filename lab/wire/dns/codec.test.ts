import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeDns, encodeDns } from './codec.ts';
import { type DnsMessage, type DnsRecord, rcodeName, sameName, typeName, typeNumber } from './message.ts';
import { queryOf } from './query.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const codes = (bytes: Uint8Array) => decodeDns(bytes).faults.map((fault) => fault.code);

const empty: DnsMessage = {
  id: 0,
  response: false,
  opcode: 0,
  rcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

describe('bytes written by hand from RFC 1035 and RFC 2782', () => {
  const query = hex('1234 0100 0001 0000 0000 0000 04 5f736970 04 5f756470 01 61 03 6d6378 04 74657374 00 0021 0001');

  test('a query for SRV', () => {
    const asked = {
      ...empty,
      id: 0x1234,
      recursionDesired: true,
      questions: [{ name: '_sip._udp.a.mcx.test', type: 'SRV' }],
    };
    expect(decodeDns(query)).toEqual({ value: asked, faults: [] });
    expect(Buffer.from(encodeDns(asked)).toString('hex')).toBe(query.toString('hex'));
  });

  test('an answer with compressed names: SRV, and A in the additional section', () => {
    const answer = hex(`
      1234 8580 0001 0001 0000 0001
      04 5f736970 04 5f756470 01 61 03 6d6378 04 74657374 00 0021 0001
      c00c 0021 0001 00000005 000f 000a 0032 756c 06 6e6f64652d61 c018
      c038 0001 0001 00000005 0004 ac120002`);
    const { value, faults } = decodeDns(answer);
    expect(faults).toEqual([]);
    expect(value).toMatchObject({ response: true, authoritative: true, recursionAvailable: true, rcode: 0 });
    expect(value?.answers).toEqual([
      {
        name: '_sip._udp.a.mcx.test',
        ttl: 5,
        type: 'SRV',
        priority: 10,
        weight: 50,
        port: 30060,
        target: 'node-a.mcx.test',
      },
    ]);
    expect(value?.additionals).toMatchObject([{ type: 'A', address: '172.18.0.2' }]);
  });

  test('a negative answer: NXDOMAIN with its SOA', () => {
    const negative = hex(
      `1234 8583 0000 0000 0001 0000
      03 6d6378 04 74657374 00 0006 0001 00000005 0026
      02 6e73 c00c 0a 686f73746d6173746572 c00c 00000001 00000002 00000003 00000004 00000005`.replace('0023', '0026'),
    );
    const { value, faults } = decodeDns(negative);
    expect(faults).toEqual([]);
    expect(rcodeName(value?.rcode ?? -1)).toBe('NXDOMAIN');
    expect(value?.authorities).toEqual([
      {
        name: 'mcx.test',
        ttl: 5,
        type: 'SOA',
        mname: 'ns.mcx.test',
        rname: 'hostmaster.mcx.test',
        serial: 1,
        refresh: 2,
        retry: 3,
        expire: 4,
        minimum: 5,
      },
    ]);
  });
});

describe('laws', () => {
  const label = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_*!'), minLength: 1, maxLength: 12 });
  const name = fc.oneof(
    fc.constant('.'),
    fc.array(label, { minLength: 1, maxLength: 6 }).map((all) => all.join('.')),
  );
  const u16 = fc.nat(0xffff);
  const u32 = fc.nat(0xffffffff);
  const string = fc.string({ unit: fc.constantFrom(...'!^.*$sip:\\1 "'), maxLength: 30 });
  const head = { name, ttl: u32 };
  const record: fc.Arbitrary<DnsRecord> = fc.oneof(
    fc.record({ ...head, type: fc.constant('A' as const), address: fc.ipV4() }),
    fc.record({
      ...head,
      type: fc.constant('AAAA' as const),
      address: fc.constantFrom('2001:db8::1', '::1', 'fe80::1:2'),
    }),
    fc.record({ ...head, type: fc.constantFrom('NS' as const, 'CNAME' as const), target: name }),
    fc.record({ ...head, type: fc.constant('SRV' as const), priority: u16, weight: u16, port: u16, target: name }),
    fc.record({
      ...head,
      type: fc.constant('NAPTR' as const),
      order: u16,
      preference: u16,
      flags: fc.constantFrom('s', 'a', 'u', ''),
      services: string,
      regexp: string,
      replacement: name,
    }),
    fc.record({
      ...head,
      type: fc.constant('SOA' as const),
      mname: name,
      rname: name,
      serial: u32,
      refresh: u32,
      retry: u32,
      expire: u32,
      minimum: u32,
    }),
    fc.record({
      ...head,
      type: fc.constant('other' as const),
      number: fc.constantFrom(16, 41, 64, 65280),
      class: u16,
      data: fc.uint8Array({ maxLength: 40 }).map((bytes) => new Uint8Array(bytes)),
    }),
  );
  const records = fc.array(record, { maxLength: 4 });
  const flag = fc.boolean();
  const message: fc.Arbitrary<DnsMessage> = fc.record({
    id: u16,
    response: flag,
    opcode: fc.nat(15),
    rcode: fc.nat(15),
    authoritative: flag,
    truncated: flag,
    recursionDesired: flag,
    recursionAvailable: flag,
    questions: fc.array(fc.record({ name, type: fc.constantFrom('A', 'SRV', 'NAPTR', 'TYPE64', 'ANY') }), {
      maxLength: 2,
    }),
    answers: records,
    authorities: records,
    additionals: records,
  });

  test('decode after encode is the same message', () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(decodeDns(encodeDns(m))).toEqual({ value: m, faults: [] });
      }),
    );
  });

  test('random bytes and damaged messages never throw', () => {
    const damaged = fc
      .tuple(message, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 5 }), fc.nat(400))
      .map(([m, edits, length]) => {
        const bytes = encodeDns(m);
        for (const [at, byte] of edits) if (at < bytes.length) bytes[at] = byte;
        return bytes.subarray(0, length);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const { value } = decodeDns(bytes);
        expect(value === undefined).toBe(bytes.length < 12);
      }),
      { numRuns: 1000 },
    );
  });

  test('every truncation says so and keeps what was whole', () => {
    const bytes = encodeDns({
      ...empty,
      answers: [1, 2, 3].map((n) => ({ name: `n${n}.test`, ttl: 5, type: 'A', address: `10.0.0.${n}` })),
    });
    for (let length = 12; length < bytes.length; length++) {
      const { value, faults } = decodeDns(bytes.subarray(0, length));
      expect(faults.map((f) => f.code)).toEqual(['dns/truncated']);
      expect(value?.answers.length).toBe(Math.floor((length - 12) / ((bytes.length - 12) / 3)));
    }
  });
});

describe('hostile messages', () => {
  const header = (questions: number, answers = 0) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(questions, 4);
    bytes.writeUInt16BE(answers, 6);
    return bytes;
  };
  const question = (...name: number[]) => Buffer.concat([header(1), Buffer.from([...name, 0, 1, 0, 1])]);

  test.each([
    ['to itself', question(0xc0, 12)],
    ['forwards', question(0xc0, 14)],
    ['out of the message', question(0xff, 0xff)],
    ['to itself behind a label', question(1, 97, 0xc0, 14)],
    ['to the beginning of its own name', question(1, 97, 0xc0, 12)],
    ['of which half is missing', Buffer.concat([header(1), Buffer.from([0xc0])])],
  ])('a pointer %s', (_, bytes) => {
    const { value, faults } = decodeDns(bytes);
    expect(value?.questions).toEqual([]);
    expect(faults.map(({ code, offset }) => [code, offset])).toEqual([['dns/truncated', 12]]);
  });

  test('a pointer to a pointer', () => {
    const bytes = Buffer.concat([
      header(1, 2),
      hex('016100 0001 0001 c00c 0001 0001 00000005 0004 0a000001'),
      hex('c013 0001 0001 00000005 0004 0a000002'),
    ]);
    const { value, faults } = decodeDns(bytes);
    expect(value?.answers).toMatchObject([{ name: 'a' }]);
    expect(faults).toMatchObject([{ code: 'dns/truncated', offset: 35, message: expect.stringContaining('pointer') }]);
  });

  test('a pointer may lead anywhere in a long message', () => {
    const data = Buffer.alloc(300, 1);
    const filled = Buffer.concat([hex('00 0040 0001 00000005 012c'), data]);
    const named = hex('0162 0163 00 0040 0001 00000005 0000');
    const bytes = Buffer.concat([header(0, 3), filled, named, hex('c143 0040 0001 00000005 0000')]);
    expect(decodeDns(bytes)).toMatchObject({ value: { answers: [{}, { name: 'b.c' }, { name: 'b.c' }] }, faults: [] });
  });

  test('a name that is led back and then forwards again', () => {
    // The data of the first record is a name whose pointer leads past itself, to the data of the second.
    const bytes = Buffer.concat([
      header(0, 3),
      hex('00 0040 0001 00000005 0004 0161 c029'),
      hex('00 0040 0001 00000005 0008 01620000 00000000'),
      hex('c017 0040 0001 00000005 0000'),
    ]);
    expect(decodeDns(bytes).value?.answers).toHaveLength(2);
    expect(codes(bytes)).toEqual(['dns/truncated']);
  });

  test('a name may have 255 bytes and a label 63, no more', () => {
    const labels = (last: number) => [63, 63, 63, last].flatMap((size) => [size, ...Array<number>(size).fill(97)]);
    expect(codes(question(...labels(61), 0))).toEqual([]);
    expect(codes(question(...labels(62), 0))).toEqual(['dns/truncated']);
    expect(codes(question(64, ...Array<number>(64).fill(97), 0))).toEqual(['dns/truncated']);
  });

  test.each([
    [0x20, false],
    [0x21, true],
    [0x5b, true],
    [0x5c, false],
    [0x5d, true],
    [0x7e, true],
    [0x7f, false],
  ])('octet %i in a label: %s', (octet, plain) => {
    expect(codes(question(1, octet, 0))).toEqual(plain ? [] : ['dns/truncated']);
  });

  test('less than a header has no value', () => {
    expect(decodeDns(new Uint8Array(11))).toMatchObject({
      value: undefined,
      faults: [{ code: 'dns/header', offset: 11 }],
    });
    expect(codes(new Uint8Array(12))).toEqual([]);
  });

  test('no section is read behind one that breaks off', () => {
    const bytes = Buffer.concat([header(0, 1), hex('00 0001 0001 00000005 0004 0a00')]);
    bytes.writeUInt16BE(1, 8);
    bytes.writeUInt16BE(1, 10);
    const { faults } = decodeDns(bytes);
    expect(faults.map(({ code, offset }) => [code, offset])).toEqual([['dns/truncated', 12]]);
  });

  test('a record of another class is none that is known, and one without data is whole', () => {
    const { value, faults } = decodeDns(
      Buffer.concat([header(0, 2), hex('00 0001 0003 00000005 0004 0a000001 00 0040 0001 00000005 0000')]),
    );
    expect(faults).toEqual([]);
    expect(value?.answers).toMatchObject([
      { type: 'other', number: 1, class: 3, data: Uint8Array.of(10, 0, 0, 1) },
      { type: 'other', number: 64, class: 1, data: new Uint8Array() },
    ]);
  });

  test.each([
    ['a label type that does not exist', question(0x80, 0)],
    [
      'a name of more than 255 bytes',
      question(...Array.from({ length: 5 }, () => [63, ...Array(63).fill(97)]).flat(), 0),
    ],
    ['a label with a dot in it', question(3, 97, 0x2e, 98, 0)],
    ['a label with bytes beyond ASCII', question(2, 0xc3, 0xa9, 0)],
  ])('%s', (_, bytes) => expect(codes(bytes)).toEqual(['dns/truncated']));

  test('data that is not what the type asks for is a fault of that record alone', () => {
    const bytes = Buffer.concat([
      header(0, 2),
      hex('00 0001 0001 00000005 0003 0a0000'),
      hex('00 0001 0001 00000005 0004 0a000001'),
    ]);
    const { value, faults } = decodeDns(bytes);
    expect(faults.map((f) => [f.code, f.offset])).toEqual([['dns/record', 21]]);
    expect(value?.answers).toMatchObject([{ address: '10.0.0.1' }]);
  });

  test.each([
    ['SRV', '0021', '0006 0001 0002 0003'],
    ['SRV with bytes behind its target', '0021', '000a 0001 0002 0003 01 61 00 00'],
    ['NS', '0002', '0000'],
    ['NAPTR', '0023', '0006 0001 0002 ff 61'],
    ['NAPTR without a name', '0023', '0007 0001 0002 00 00 00'],
    ['NAPTR with a string beyond ASCII', '0023', '0009 0001 0002 01 80 00 00 00'],
    ['NAPTR with bytes behind its name', '0023', '0009 0001 0002 00 00 00 00 00'],
    ['SOA with bytes behind its numbers', '0006', `0017 00 00 ${'00'.repeat(21)}`],
    ['SOA of one name', '0006', '0001 00'],
    ['CNAME with bytes behind its name', '0005', '0004 01 61 00 00'],
    ['SRV without a target', '0021', '0006 0001 0002 0003'],
    ['SOA', '0006', '0002 0000'],
    ['AAAA', '001c', '0004 00000000'],
  ])('%s of the wrong length', (_, type, data) => {
    expect(codes(Buffer.concat([header(0, 1), hex(`00 ${type} 0001 00000005 ${data}`)]))).toEqual(['dns/record']);
  });

  test('bytes behind the message are told, unless another fault says why', () => {
    expect(decodeDns(Buffer.concat([header(0), Buffer.from([1, 2])])).faults).toMatchObject([
      { code: 'dns/surplus', offset: 12 },
    ]);
    const broken = hex('00 0001 0001 00000005 0003 0a0000');
    expect(codes(Buffer.concat([header(0, 1), broken, Buffer.from([1, 2])]))).toEqual(['dns/record']);
  });
});

describe('what cannot be written is the caller’s mistake', () => {
  test.each(['a..b', 'a b.', 'x'.repeat(64), `${'a.'.repeat(130)}b`, 'a b', 'a\\.b', '', '\u00e9'])(
    'the name %s',
    (name) => {
      expect(() => encodeDns({ ...empty, questions: [{ name, type: 'A' }] })).toThrow(RangeError);
    },
  );

  test.each([
    ['63 letters', 'x'.repeat(63)],
    ['253 in all', `${'a'.repeat(62)}.`.repeat(4).slice(0, 251).concat('.b')],
    ['a dot at the end', 'a.test.'],
  ])('a name of %s can be', (_what, name) => {
    const { value, faults } = decodeDns(encodeDns({ ...empty, questions: [{ name, type: 'A' }] }));
    expect(faults).toEqual([]);
    expect(value?.questions[0]?.name).toBe(name.replace(/\.$/, ''));
  });

  test('a name of 254 cannot', () => {
    const name = `${'a'.repeat(62)}.`.repeat(4).slice(0, 251).concat('.bb');
    expect(name).toHaveLength(254);
    expect(() => encodeDns({ ...empty, questions: [{ name, type: 'A' }] })).toThrow(RangeError);
  });

  test('numbers are cut down to their fields', () => {
    const answers: DnsRecord[] = [{ name: 'a', ttl: -1, type: 'A', address: '10.0.0.1' }];
    const { value } = decodeDns(encodeDns({ ...empty, id: 0x12345, opcode: 0x12, rcode: 0x13, answers }));
    expect(value).toMatchObject({ id: 0x2345, opcode: 2, rcode: 3, response: false });
    expect(value?.answers[0]?.ttl).toBe(0xffffffff);
  });

  test('the longest NAPTR record is written whole', () => {
    const long = 'x'.repeat(255);
    const name = `${'a'.repeat(62)}.`.repeat(3).concat('b'.repeat(60));
    const naptr: DnsRecord = {
      ...{ name, ttl: 1, type: 'NAPTR', order: 1, preference: 2, flags: long },
      ...{ services: long, regexp: long, replacement: name },
    };
    expect(decodeDns(encodeDns({ ...empty, answers: [naptr] })).value?.answers).toEqual([naptr]);
  });

  test('a type that has no number', () => {
    expect(() => encodeDns({ ...empty, questions: [{ name: 'a', type: 'NOPE' }] })).toThrow(RangeError);
    expect(() => encodeDns({ ...empty, questions: [{ name: 'a', type: 'TYPE70000' }] })).toThrow(RangeError);
  });
});

test('a question asks for recursion and says nothing else', () => {
  const asked = { ...empty, id: 7, recursionDesired: true, questions: [{ name: 'a.test', type: 'SRV' }] };
  expect(queryOf(7, 'a.test', 'SRV')).toEqual(asked);
});

test('names of types, response codes and hosts', () => {
  expect([typeName(35), typeName(64), typeNumber('naptr'), typeNumber('TYPE64'), typeNumber('x')]).toEqual([
    'NAPTR',
    'TYPE64',
    35,
    64,
    undefined,
  ]);
  expect(['TYPE65535', 'type7', 'TYPE65536', 'TYPE', 'xTYPE64', 'TYPE64x', 'TYPE000064'].map(typeNumber)).toEqual([
    65_535,
    7,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([rcodeName(2), rcodeName(11)]).toEqual(['SERVFAIL', 'RCODE11']);
  expect([sameName('A.test', 'a.TEST.'), sameName('a.test', 'b.test'), sameName('.', '')]).toEqual([true, false, true]);
});
