import { createSocket } from 'node:dgram';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { newRequest } from '../../lab/machines/sip/request.ts';
import { encodeSip } from '../../lab/wire/sip/encode.ts';
import { header, headers, withHeader, withoutHeader } from '../../lab/wire/sip/headers.ts';
import type { SipHeader, SipRequest } from '../../lab/wire/sip/message.ts';
import { fromBytes, toBytes } from '../../lab/wire/sip/text.ts';
import { campaign, rootCall, ue } from './bench/calls.ts';
import { rootConfig } from './bench/config.ts';
import { type Lab, openLab } from './bench/lab.ts';
import { partOf } from './bench/party.ts';
import { pause } from './bench/wait.ts';

let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

async function open(): Promise<Lab> {
  lab = await openLab({ config: rootConfig });
  return lab;
}

function request(method: string, more: { uri?: string; to?: string; headers?: SipHeader[]; body?: Uint8Array } = {}) {
  return newRequest({
    method,
    uri: more.uri ?? 'sip:pf@a.mcx.test',
    from: `<${ue('a-ue-1')}>;tag=f`,
    to: more.to ?? '<sip:pf@a.mcx.test>',
    callId: `c-${method}-${Math.random()}`,
    cseq: 1,
    headers: more.headers ?? [],
    ...(more.body === undefined ? {} : { body: more.body }),
  });
}

describe('requests outside any dialog', () => {
  test('OPTIONS is answered with what is understood', async () => {
    const { edge, server } = await open();
    const answer = await edge.send(request('OPTIONS'), server);
    expect(answer.status).toBe(200);
    expect(header(answer, 'allow')).toContain('UPDATE');
  });

  test.each([
    ['a method that no function here has', request('MESSAGE'), 405],
    ['a BYE outside', request('BYE'), 481],
    ['a BYE in a dialog that never was', request('BYE', { to: '<sip:pf@a.mcx.test>;tag=no' }), 481],
    ['an INVITE in a dialog that never was', request('INVITE', { to: '<sip:pf@a.mcx.test>;tag=no' }), 481],
    ['an extension that is not understood', request('INVITE', { headers: [{ name: 'Require', value: 'magic' }] }), 420],
    ['an INVITE for nobody', request('INVITE', { uri: 'sip:nobody@a.mcx.test' }), 404],
    ['an INVITE without bodies', request('INVITE'), 400],
    ['a REGISTER of another domain', request('REGISTER', { uri: 'sip:elsewhere.test' }), 404],
    ['a REGISTER of a stranger', request('REGISTER', { uri: 'sip:a.mcx.test', to: '<sip:x@a.mcx.test>' }), 404],
  ])('%s', async (_, sent, status) => {
    const { edge, server } = await open();
    const answer = await edge.send(sent, server);
    expect(answer.status).toBe(status);
    expect(header(answer, 'to')).toMatch(/;tag=./);
    if (status === 405) expect(header(answer, 'allow')).toBeDefined();
    if (status === 420) expect(header(answer, 'unsupported')).toBe('magic');
  });

  test('a group that is not known, a caller who is not, a body that is no offer', async () => {
    const { edge, server } = await open();
    const call = async (from: string, info: object, sdp?: string) => {
      const { final } = await edge.call(server, 'sip:pf@a.mcx.test', from, info, sdp ? { sdpAddress: sdp } : {});
      const answer = await final();
      return [answer.status, headers(answer, 'warning').join()];
    };
    expect(await call(ue('a-ue-1'), { requestUri: 'sip:no@a.mcx.test' })).toEqual([
      404,
      '399 ic.a.mcx.test "142 unable to determine the controlling function"',
    ]);
    expect(await call('sip:x@a.mcx.test', campaign)).toEqual([
      404,
      '399 ic.a.mcx.test "141 user unknown to the participating function"',
    ]);
    expect(await call(ue('a-ue-1'), campaign, 'not-an-address.test')).toEqual([488, '']);
  });

  test('a session interval that is too small', async () => {
    const { edge, server } = await open();
    const more = { headers: [{ name: 'Session-Expires', value: '30' }] };
    const { final } = await edge.call(server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign, more);
    const answer = await final();
    expect([answer.status, header(answer, 'min-se')]).toEqual([422, '90']);
  });
});

describe('many calls', () => {
  test('leave nothing behind: ports, dialogs and transactions come back', async () => {
    const here = await open();
    for (let calls = 0; calls < 60; calls += 1) {
      const { originator, ue2 } = await rootCall(here);
      await originator.call.request('BYE');
      await expect.poll(() => ue2.byes).toBe(1);
    }
    await expect
      .poll(
        async () => {
          const { calls, dialogs, freeMediaPorts, sip } = await here.describe();
          return { calls, dialogs, freeMediaPorts, ...(sip as object) };
        },
        { timeout: 5000 },
      )
      .toMatchObject({ calls: [], dialogs: 0, freeMediaPorts: 50, clientTransactions: 0, serverTransactions: 0 });
  });
});

describe('hostile input', () => {
  test('random bytes, cut and mangled INVITEs: no fault, no leg, and the server still works', async () => {
    const here = await open();
    const socket = createSocket('udp4');
    const good = genuineInvite(here);
    const send = (bytes: Uint8Array): void => socket.send(bytes, here.server.port, here.server.host);
    const mangled = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const bytes = Uint8Array.from(good);
      bytes[at] = byte;
      return bytes;
    });
    const cut = fc.nat(good.length).map((length) => good.slice(0, length));
    const noise = fc.oneof(fc.uint8Array({ maxLength: 300 }), mangled, cut);
    for (const bytes of fc.sample(noise, { numRuns: 400, seed: 11 })) {
      send(bytes);
      if (bytes.length % 16 === 0) await pause(1);
    }
    await pause(200);
    const { freeMediaPorts } = await here.describe();
    expect(freeMediaPorts).toBe(50);
    await new Promise<void>((resolve) => void socket.close(() => resolve()));
    await rootCall(here);
  });

  test.each<[string, number, (invite: SipRequest) => SipRequest]>([
    ['no fault at all', 480, (invite) => invite],
    ['no Contact', 400, (invite) => withoutHeader(invite, 'Contact')],
    ['a Contact that is none', 400, (invite) => withHeader(invite, 'Contact', '<<>>,;')],
    ['no From', 400, (invite) => withoutHeader(invite, 'From')],
    ['an identity that is none', 400, (invite) => withHeader(invite, 'P-Asserted-Identity', '"')],
    ['a multipart without its boundary', 400, (invite) => withHeader(invite, 'Content-Type', 'multipart/mixed')],
    ['a body of another type', 400, (invite) => withHeader(invite, 'Content-Type', 'text/plain')],
    [
      'mcptt-info that is no XML',
      400,
      (invite) => ({ ...invite, body: toBytes(fromBytes(invite.body).replace('<?xml', '<')) }),
    ],
    [
      'an SDP without media',
      488,
      (invite) => ({ ...invite, body: toBytes(fromBytes(invite.body).replace(/m=/g, 'x=')) }),
    ],
  ])('an INVITE with %s is answered %i', async (_, status, mangle) => {
    const here = await open();
    const invite = mangle(genuineRequest(here));
    const answer = await raw(here, invite);
    expect(answer.split(' ')[1]).toBe(String(status));
    expect((await here.describe()).freeMediaPorts).toBe(50);
  });

  test('rubbish on the media ports of a running call changes nothing', async () => {
    const here = await open();
    const { originator, ue2 } = await rootCall(here);
    const socket = createSocket('udp4');
    for (let port = 20_000; port < 20_012; port += 1) {
      for (const bytes of fc.sample(fc.uint8Array({ maxLength: 200 }), { numRuns: 40, seed: port })) {
        socket.send(bytes, port, here.server.host);
      }
    }
    await pause(100);
    originator.call.talk(2, 1);
    await expect.poll(() => ue2.rtp.filter((bytes) => bytes[12] === 1).length).toBe(2);
    socket.close();
  });
});

/** Right in every way: with nobody else logged on its answer is 480. */
function genuineRequest({ edge }: Lab): SipRequest {
  const sdp = toBytes(
    'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n' +
      'm=audio 9 RTP/AVP 96\r\na=rtpmap:96 AMR-WB/16000\r\nm=application 11 udp MCPTT\r\n',
  );
  const info = toBytes(
    '<?xml version="1.0"?><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params><mcptt-request-uri>' +
      'sip:team@a.mcx.test</mcptt-request-uri></mcptt-Params></mcpttinfo>',
  );
  const parts = [partOf('application/sdp', sdp), partOf('application/vnd.3gpp.mcptt-info+xml', info)];
  const invite = edge.invite('sip:pf@a.mcx.test', ue('a-ue-1'), parts);
  const via = { name: 'Via', value: `SIP/2.0/UDP ${edge.sip.sentBy};rport;branch=z9hG4bKhostile` };
  return { ...invite, headers: [via, ...invite.headers] };
}

function genuineInvite(here: Lab): Uint8Array {
  return encodeSip(genuineRequest(here));
}

/** Sent past all machinery; the first final response as text. */
async function raw({ server }: Lab, invite: SipRequest): Promise<string> {
  const socket = createSocket('udp4');
  const answered = new Promise<string>((resolve) => {
    socket.on('message', (bytes) => {
      const text = fromBytes(bytes);
      if (!text.startsWith('SIP/2.0 1')) resolve(text);
    });
  });
  socket.send(encodeSip(invite), server.port, server.host);
  const text = await answered;
  socket.close();
  return text;
}
