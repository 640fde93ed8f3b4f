import { describe, expect, test } from 'vitest';
import { decodeMcpttInfo } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { mcpttInfoType } from '../../lab/wire/mcx-info/mcptt-info-write.ts';
import { header, headers } from '../../lab/wire/sip/headers.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { fromBytes, toBytes } from '../../lab/wire/sip/text.ts';
import { seededIds } from '../kit/ids.ts';
import { buildInvite } from './invite.ts';

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
