import { expect, test } from 'vitest';
import { decodeSip } from '../wire/sip/decode.ts';
import { sipFacts } from './sip-facts.ts';

const factsOf = (...lines: string[]) => {
  const { value } = decodeSip(new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`));
  if (value === undefined) throw new Error('no SIP');
  return sipFacts(value);
};

test.each([
  ['Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKone', 'z9hG4bKone'],
  ['Via: SIP/2.0/UDP 10.0.0.1', ''],
  ['Max-Forwards: 70', ''],
])('the branch of %s is %j', (line, branch) => {
  expect(factsOf('OPTIONS sip:x SIP/2.0', line, 'Call-ID: one', 'CSeq: 1 OPTIONS').branch).toBe(branch);
});
