import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { header, withHeader } from '../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { type Actor, quickTimers, until } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { ownContact, register, registerOf, ue1 } from './bench/clients.ts';
import { crossingIn, crossingOut, establishedIn, establishedOut } from './bench/crossing.ts';
import { contact, inDialog, mcpttSdp, request } from './bench/messages.ts';

let bench: Bench;
let partner: Actor;
beforeEach(async () => {
  bench = await openBench();
  partner = await bench.actor('partner');
});
afterEach(() => bench.close());

describe('what every request must satisfy (RFC 3261 16.3)', () => {
  test.each([
    ['no hops left', 483, (invite: SipRequest) => withHeader(invite, 'Max-Forwards', '0')],
    ['hops that are no number', 400, (invite: SipRequest) => withHeader(invite, 'Max-Forwards', 'many')],
    ['an extension for proxies', 420, (invite: SipRequest) => withHeader(invite, 'Proxy-Require', 'gruu')],
    ['a Request-URI of another scheme', 416, (invite: SipRequest) => ({ ...invite, uri: 'http://a.mcx.test/' })],
    ['more than the edge passes', 513, (invite: SipRequest) => withHeader(invite, 'Subject', 'x'.repeat(20_000))],
  ])('%s: %i', async (_, status, spoil) => {
    const answer = await partner.send(spoil(crossingIn(bench)), bench.at.agencies).final();
    expect(answer.status).toBe(status);
    if (status === 420) expect(header(answer, 'unsupported')).toBe('gruu');
    expect(bench.server.incoming).toEqual([]);
    expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
  });
});

describe('ports', () => {
  beforeEach(async () => {
    await bench.close();
    // Room for one call: RTP, RTCP and floor control, and one port over.
    bench = await openBench({ mediaPorts: [30_100, 30_103] });
    partner = await bench.actor('partner');
  });

  test('exhausted: 503 before anything is forwarded; free again after BYE', async () => {
    const { invite, got } = await establishedIn(bench, partner);
    expect((await partner.send(crossingIn(bench), bench.at.agencies).final()).status).toBe(503);
    expect((await bench.server.send(crossingOut(bench), bench.at.inside).final()).status).toBe(503);
    expect([bench.server.incoming.length, partner.incoming.length]).toEqual([1, 0]);
    const bye = partner.send(inDialog(invite, got, 'BYE'), bench.at.agencies);
    (await bench.server.next('BYE')).answer(200);
    await bye.final();
    await establishedOut(bench, partner);
  });

  test('every end of a call gives them back', async () => {
    const ends: (() => Promise<void>)[] = [
      // Refused.
      async () => {
        const sent = partner.send(crossingIn(bench), bench.at.agencies);
        (await bench.server.next('INVITE')).answer(486);
        await sent.final();
      },
      // Cancelled.
      async () => {
        const sent = partner.send(crossingIn(bench), bench.at.agencies);
        const taken = await bench.server.next('INVITE');
        taken.transaction?.onCancel(() => taken.answer(487));
        taken.answer(180);
        await until('180', () => sent.responses.some(({ status }) => status === 180));
        sent.transaction.cancel();
        await sent.final();
      },
      // BYE that nobody answers (RFC 3261 15.1.1).
      async () => {
        const { invite, got } = await establishedOut(bench, partner);
        const bye = bench.server.send(inDialog(invite, got, 'BYE'), bench.at.inside);
        await partner.next('BYE');
        await until('the end of the BYE', () => bye.ended, 64 * quickTimers.t1Ms + 1000);
      },
      // BYE that is answered 481.
      async () => {
        const { invite, got } = await establishedOut(bench, partner);
        const bye = bench.server.send(inDialog(invite, got, 'BYE'), bench.at.inside);
        (await partner.next('BYE')).answer(481);
        await bye.final();
      },
    ];
    for (const end of ends) {
      await end();
      await until('the release', () => bench.describe().calls.length === 0);
    }
    expect(bench.describe().dialogs).toBe(0);
    await establishedIn(bench, partner);
  });

  test('a re-INVITE that is refused takes nothing away', async () => {
    const { invite, got } = await establishedIn(bench, partner);
    const again = inDialog(invite, got, 'INVITE');
    const sent = partner.send(again, bench.at.agencies);
    (await bench.server.next('INVITE')).answer(491);
    expect((await sent.final()).status).toBe(491);
    expect(bench.describe()).toMatchObject({ dialogs: 1, calls: [{}] });
  });

  test('SDP in other requests begins no relay', async () => {
    const update = request({
      method: 'UPDATE',
      uri: 'sip:cf@ic.a.mcx.test',
      from: 'sip:pf@ic.b.mcx.test',
      headers: [
        ['P-Asserted-Identity', '<sip:pf@ic.b.mcx.test>'],
        ['Content-Type', 'application/sdp'],
      ],
    });
    partner.send({ ...update, body: mcpttSdp(bench.address.partner, 30_200, 30_202) }, bench.at.agencies);
    const seen = await bench.server.next('UPDATE');
    expect(Buffer.from(seen.request.body).toString()).toMatch(/m=audio 0 /);
    expect(bench.describe().calls).toEqual([]);
  });
});

describe('names', () => {
  test('a server that cannot be resolved: 503, and the ports are back', async () => {
    await bench.close();
    bench = await openBench({ server: 'sip:server.mcx.svc.cluster.local:5060' });
    partner = await bench.actor('partner');
    expect((await partner.send(crossingIn(bench), bench.at.agencies).final()).status).toBe(503);
    expect(bench.describe()).toMatchObject({ dialogs: 0, calls: [] });
  });
});

describe('floods', () => {
  test('strangers cost no transaction, and a client behind them is served', async () => {
    const flood = await bench.media('stranger');
    const invite = crossingIn(bench);
    for (let i = 0; i < 3000; i += 1) {
      flood.say(textOf({ ...invite, headers: [via(i), ...invite.headers] }), bench.at.clients);
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const ue = await bench.actor('access');
    await register(bench, ue, ue1);
    expect(bench.describe()).toMatchObject({ registrations: [{}], calls: [] });
    const transactions = JSON.stringify(bench.describe()).match(/"serverTransactions":\d+/g);
    expect(transactions).toEqual(['"serverTransactions":0', '"serverTransactions":1', '"serverTransactions":0']);
    expect(flood.heard[0]?.text).toMatch(/^SIP\/2\.0 403 /);
    expect(bench.server.incoming.map((one) => one.request.method)).toEqual(['REGISTER']);
  });

  test('the same request gets the same refusal (RFC 3261 8.2.7)', async () => {
    const stranger = await bench.media('stranger');
    const invite = crossingIn(bench);
    const text = textOf({ ...invite, headers: [via(1), ...invite.headers] });
    for (const _ of [1, 2]) stranger.say(text, bench.at.clients);
    await until('two answers', () => stranger.heard.length === 2);
    expect(stranger.heard[1]?.text).toBe(stranger.heard[0]?.text);
  });

  test('noise kills nothing', async () => {
    const noise = await bench.media('stranger');
    for (const text of [
      '',
      '\0',
      'INVITE',
      'SIP/2.0 200 OK\r\n\r\n',
      'REGISTER sip:x SIP/2.0\r\n\r\n',
      'x'.repeat(60_000),
    ]) {
      for (const at of Object.values(bench.at)) noise.say(text, at);
    }
    await register(bench, await bench.actor('access'), ue1);
    expect(bench.faults()).toBe(0);
  });

  test('REGISTERs that the registrar does not answer leave nothing behind', async () => {
    const ue = await bench.actor('access');
    for (let i = 0; i < 50; i += 1) ue.send(registerOf(`sip:x${i}@a.mcx.test`, ownContact), bench.at.clients);
    await until('all at the server', () => bench.server.incoming.length === 50);
    expect(bench.describe().registrations).toEqual([]);
    const own = request({ method: 'OPTIONS', uri: 'sip:pf@a.mcx.test', from: ue1, headers: [contact(ownContact)] });
    expect((await ue.send(own, bench.at.clients).final()).status).toBe(403);
  });
});

function via(i: number): { name: string; value: string } {
  return { name: 'Via', value: `SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bKflood${i}` };
}

function textOf({ method, uri, headers }: SipRequest): string {
  const lines = headers.map(({ name, value }) => `${name}: ${value}\r\n`).join('');
  return `${method} ${uri} SIP/2.0\r\n${lines}Content-Length: 0\r\n\r\n`;
}
