import { describe, expect, test } from 'vitest';
import { seededIds } from '../kit/ids.ts';
import { contactOf, newSessionIdentity } from './session-identity.ts';

describe('the session identity', () => {
  test('is a GRUU of the group, new for each session; a focus says that it is one', () => {
    const ids = seededIds(5);
    const session = newSessionIdentity('sip:campaign@a.mcx.test', ids);
    expect(contactOf(session, '10.0.0.1:5060', true)).toBe(
      `<sip:campaign-${session.token}@10.0.0.1:5060;gr=${session.token}>;+g.3gpp.mcptt;` +
        '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";isfocus',
    );
    expect(contactOf(session, 'h', false)).not.toContain('isfocus');
    expect(newSessionIdentity('sip:campaign@a.mcx.test', ids)).not.toEqual(session);
    expect(newSessionIdentity('sip:a.mcx.test', ids).user).toMatch(/^session-/);
  });
});
