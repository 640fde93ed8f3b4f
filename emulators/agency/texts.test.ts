import { describe, expect, test } from 'vitest';
import { decodeMcpttInfo, mcpttInfoType } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { header, headers } from '../../lab/wire/sip/headers.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { fromBytes, toBytes } from '../../lab/wire/sip/text.ts';
import { seededIds } from '../kit/ids.ts';
import { newPlaces, rootConfig } from './bench/config.ts';
import { shownAt } from './context.ts';
import { hostOf, sameIdentity, userOf } from './identity.ts';
import { buildInvite } from './invite.ts';
import { contactOf, newSessionIdentity } from './session-identity.ts';
import { warningValue } from './warnings.ts';

describe('Warning', () => {
  test('warn-code 399, the host of the server, code and text in quotes', () => {
    expect(warningValue('ic.a.mcx.test', 104)).toBe('399 ic.a.mcx.test "104 isfocus not assigned"');
  });
});

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

describe('where this server says that it is', () => {
  const places = newPlaces();
  const own = `${places.server}:5060`;
  const at = (nextHop: 'edge' | 'direct', advertisedSip: string | null, far: 'client' | 'partner') =>
    shownAt(rootConfig(places, { interconnect: { nextHop, advertisedSip, partners: [] } }), far);

  test('its own address behind its edge and to its clients, the advertised one to partners past it', () => {
    expect(at('edge', '1.2.3.4:30061', 'partner')).toBe(own);
    expect(at('direct', '1.2.3.4:30061', 'client')).toBe(own);
    expect(at('direct', '1.2.3.4:30061', 'partner')).toBe('1.2.3.4:30061');
    expect(at('direct', null, 'partner')).toBe(own);
  });
});

describe('an INVITE of a function', () => {
  test('has the headers of TS 24.379 6.3.3.1.2 and both bodies, whatever stands in them', () => {
    const sdp = toBytes('v=0\r\n--mcx\r\n');
    const invite = buildInvite(
      {
        ...{ uri: 'sip:ncf@ic.b.mcx.test', to: 'sip:ncf@ic.b.mcx.test', routes: ['<sip:e;lr>', '<sip:n;lr>'] },
        ...{ psi: 'sip:cf@ic.a.mcx.test', contact: '<sip:c@1.1.1.1>;isfocus', sdp, sessionExpiresS: 1800 },
        info: { sessionType: 'prearranged', requestUri: 'sip:team@b.mcx.test' },
      },
      seededIds(2),
    );
    expect(headers(invite, 'route')).toEqual(['<sip:e;lr>', '<sip:n;lr>']);
    expect(header(invite, 'p-asserted-service')).toBe('urn:urn-7:3gpp-service.ims.icsi.mcptt');
    expect(headers(invite, 'accept-contact')).toEqual([
      '*;+g.3gpp.mcptt;require;explicit',
      '*;+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt";require;explicit',
    ]);
    expect(header(invite, 'answer-mode')).toBe('Auto');
    expect(header(invite, 'session-expires')).toBe('1800');
    expect(fromBytes(partOfType(invite, 'application/sdp') ?? new Uint8Array())).toBe(fromBytes(sdp));
    expect(decodeMcpttInfo(partOfType(invite, mcpttInfoType) ?? new Uint8Array()).value).toEqual({
      sessionType: 'prearranged',
      requestUri: 'sip:team@b.mcx.test',
    });
  });
});
