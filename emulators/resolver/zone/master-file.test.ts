import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseMasterFile, ZoneFileError } from './master-file.ts';
import { buildZone, recordsAt } from './zone.ts';

const parse = (text: string): object[] => parseMasterFile(text, 'mcx.test');
const soa = '@ 5 IN SOA ns hostmaster 1 2 3 4 5\n';

describe('RFC 1035 5: the spellings of a master file', () => {
  test('relative names, @, $ORIGIN, and the owner of the entry before', () => {
    expect(parse('$TTL 9\na A 10.0.0.1\n  AAAA 2001:DB8::1\n$ORIGIN sub\nb CNAME a\n@ NS c.other.\n')).toEqual([
      { name: 'a.mcx.test', ttl: 9, type: 'A', address: '10.0.0.1' },
      { name: 'a.mcx.test', ttl: 9, type: 'AAAA', address: '2001:db8::1' },
      { name: 'b.sub.mcx.test', ttl: 9, type: 'CNAME', target: 'a.sub.mcx.test' },
      { name: 'sub.mcx.test', ttl: 9, type: 'NS', target: 'c.other' },
    ]);
  });

  test('TTL and class in either order, units, and $TTL for who has none', () => {
    const text = '$TTL 1h\na 5 IN A 10.0.0.1\na IN 6 A 10.0.0.2\na IN A 10.0.0.3\na 1m30s A 10.0.0.4\n';
    expect(parseMasterFile(text, 'x').map(({ ttl }) => ttl)).toEqual([5, 6, 3600, 90]);
  });

  test('parentheses and comments go over lines', () => {
    expect(parse('@ 5 IN SOA ns hostmaster ( 1 ; serial\n 2 3 ; more )\n 4 5 )\n')).toEqual([
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

  test('NAPTR and SRV', () => {
    expect(parse('$TTL 5\nic NAPTR 1 2 "s" SIP+D2U "" _sip._udp.ic\n_sip._udp SRV 1 2 3 Node\n')).toEqual([
      {
        name: 'ic.mcx.test',
        ttl: 5,
        type: 'NAPTR',
        order: 1,
        preference: 2,
        flags: 's',
        services: 'SIP+D2U',
        regexp: '',
        replacement: '_sip._udp.ic.mcx.test',
      },
      { name: '_sip._udp.mcx.test', ttl: 5, type: 'SRV', priority: 1, weight: 2, port: 3, target: 'Node.mcx.test' },
    ]);
  });

  test('quoted strings keep semicolons and spaces', () => {
    const data = new Uint8Array([4, 0x61, 0x3b, 0x20, 0x62, 1, 0x63]);
    expect(parse('$TTL 5\nx TXT "a; b" c\n')).toMatchObject([{ type: 'other', number: 16, data }]);
  });
});

describe('a file that CoreDNS cannot parse is of no use', () => {
  test.each([
    ['a A 10.0.0.1', 'missing TTL'],
    ['$TTL 5\na A 10.0.0', 'bad A data'],
    ['$TTL 5\na A 10.0.0.1 10.0.0.2', 'bad A data'],
    ['$TTL 5\na AAAA 10.0.0.1', 'bad AAAA data'],
    ['$TTL 5\na SRV 1 2 65536 b', 'bad SRV data'],
    ['$TTL 5\na SRV 1 2 3', 'bad SRV data'],
    ['$TTL 5\na NAPTR 1 2 "s" "SIP+D2U" ""', 'bad NAPTR data'],
    ['$TTL 5\na SOA b c 1 2 3 4', 'bad SOA data'],
    ['$TTL 5\na SOA b c 1 2 3 4 4294967296', 'bad SOA data'],
    [`$TTL 5\na CNAME ${'x'.repeat(64)}`, 'bad CNAME data'],
    ['$TTL 5\na MAGIC 1', 'unknown RR type: "MAGIC"'],
    ['$TTL 5\n  A 10.0.0.1', 'no owner'],
    ['$TTL soon', 'bad control entry'],
    ['$INCLUDE /etc/passwd', 'bad control entry'],
    ['$TTL 5\na TXT ( "b"', 'unbalanced'],
    ['$TTL 5\na TXT "b', 'unbalanced'],
    ['$TTL 5\n)', 'unbalanced'],
  ])('%j', (text, problem) => {
    expect(() => parse(text)).toThrow(ZoneFileError);
    expect(() => parse(text)).toThrow(problem);
  });

  test('the line is told', () => expect(() => parse('$TTL 5\n\n\na A x\n')).toThrow('at line: 4'));

  test('any text is parsed or refused, in time', () => {
    const word = fc.constantFrom(
      '@',
      'a',
      'A',
      'IN',
      '5',
      '(',
      ')',
      '"',
      ';',
      '\n',
      ' ',
      '\t',
      '$TTL',
      'SOA',
      '10.0.0.1',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        try {
          expect(Array.isArray(parse(words.join(' ')))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ZoneFileError);
        }
      }),
    );
    const began = performance.now();
    expect(() => parse(`a ${'5'.repeat(200_000)} "`)).toThrow();
    expect(performance.now() - began).toBeLessThan(2000);
  });
});

describe('a zone', () => {
  const zone = (text: string) => buildZone(parseMasterFile(`${soa}$TTL 5\n${text}`, 'mcx.test'), 'mcx.test');

  test('needs a SOA', () => expect(() => buildZone([], 'mcx.test')).toThrow('has no SOA record for origin mcx.test.'));

  test('owners in lower case, but for SRV', () => {
    const built = zone('Node A 10.0.0.1\n_SIP._udp SRV 1 2 3 Node\n');
    expect(recordsAt(built, 'node.mcx.test', 'A')).toMatchObject([{ name: 'node.mcx.test' }]);
    expect(recordsAt(built, '_sip._udp.mcx.test', 'SRV')).toMatchObject([{ name: '_SIP._udp.mcx.test' }]);
  });

  test('names above an owner are there, though empty', () => {
    const built = zone('a.b.c A 10.0.0.1\n');
    expect([...built.nodes].sort()).toEqual(['a.b.c.mcx.test', 'b.c.mcx.test', 'c.mcx.test', 'mcx.test']);
  });

  test('what lies outside is not served', () => {
    expect(zone('other.test. A 10.0.0.1\n').owners.size).toBe(0);
  });
});
