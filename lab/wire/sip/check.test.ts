import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCaptures } from '../../capture/files.ts';
import { checkSip, refusalOf } from './check.ts';
import { addressFault } from './check-address.ts';
import { decodeSip } from './decode.ts';
import { toBytes } from './text.ts';

const golden = join(import.meta.dirname, '..', '..', 'verdict', 'golden', 'captures');

test('in a healthy call there is nothing to refuse', { timeout: 30_000 }, async () => {
  const id = readdirSync(golden).find((name) => name.startsWith('ladder-r5-')) ?? '';
  const paths = readdirSync(join(golden, id)).map((name) => join(golden, id, name));
  const { sightings } = await readCaptures(paths);
  const messages = sightings.flatMap(({ content }) => (content.protocol === 'sip' ? [content.message] : []));
  expect(messages.length).toBeGreaterThan(100);
  expect(messages.flatMap(checkSip)).toEqual([]);
});

describe('an address', () => {
  test.each([
    'sip:a@b',
    '<sip:a@b>',
    'Alice <sip:a@b;lr>;tag=1',
    '"A, B" <sip:a@b?Route=x>;q=0.1;isfocus',
    '"A \\" B"<sip:a@b>',
    'tel:+4711;tag=x',
    '<urn:service:sos>',
    '<sip:a@[::1]:5060>;+sip.instance="<urn:x;y>"',
  ])('%s is one', (value) => {
    expect(addressFault('from', value)).toBeUndefined();
  });

  test.each([
    '',
    'a@b',
    '"A <sip:a@b>',
    '"A" sip:a@b',
    '"A"',
    'A, B <sip:a@b>',
    '<sip:a@b',
    '< sip:a@b>',
    '<sip:a@b >',
    '<sip:>',
    'sip:a@b?x=y',
    '<sip:a@b>x',
    '<sip:a@b>;',
    '<sip:a@b>;=1',
    '<sip:a@b:99999>',
  ])('%s is none', (value) => {
    expect(addressFault('from', value)?.clause).toBe('RFC 3261 25.1');
  });
});

test('whatever is read can be checked', () => {
  const piece = fc.constantFrom(
    'Via: SIP/2.0/UDP h',
    'Contact: ',
    'To: ',
    '\r\n',
    '"',
    '<',
    '>',
    ';',
    ',',
    '=',
    'sip:a@b',
    ' ',
    '\\',
    '*',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
      const { value } = decodeSip(toBytes(`INVITE sip:x SIP/2.0\r\n${pieces.join('')}\r\n\r\n`));
      if (value !== undefined) expect(refusalOf(checkSip(value))).not.toBe(505);
    }),
  );
});
