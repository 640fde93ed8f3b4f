import { describe, expect, test } from 'vitest';
import { hostOf, sameIdentity, userOf } from './identity.ts';

describe('identities', () => {
  test('compare as URIs', () => {
    expect(sameIdentity('sip:a-ue-1@A.mcx.test', 'sip:a-ue-1@a.mcx.test;user=phone')).toBe(true);
    expect(sameIdentity('sip:a-ue-1@a.mcx.test', 'sip:A-UE-1@a.mcx.test')).toBe(false);
    expect(sameIdentity('tel:+49-1', 'tel:+491')).toBe(true);
  });

  test('have a host and a user part, or neither', () => {
    expect([hostOf('sip:u@H.test:5070'), userOf('sip:u@h')]).toEqual(['h.test', 'u']);
    expect([hostOf('tel:1'), userOf('sip:h')]).toEqual(['', '']);
  });
});
