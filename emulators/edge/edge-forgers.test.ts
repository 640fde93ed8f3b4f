import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { header, listValues, withHeader } from '../../lab/wire/sip/headers.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import type { Actor } from './bench/actor.ts';
import { type Bench, openBench } from './bench/bench.ts';
import { ownContact, register, ue1 } from './bench/clients.ts';
import { cfA, crossingIn, crossingOut, establishedIn, establishedOut, ncfB } from './bench/crossing.ts';
import { contact, inDialog, request } from './bench/messages.ts';

let bench: Bench;
let partner: Actor;
beforeEach(async () => {
  bench = await openBench();
  partner = await bench.actor('partner');
});
afterEach(() => bench.close());

/** What the server got of all that was tried. */
const arrived = () => bench.server.incoming.map((one) => one.request.method);
const warning = (message: Parameters<typeof header>[0]) => header(message, 'warning');

describe('replays of a genuine crossing INVITE with new Call-ID, tag and branch', () => {
  test('at the clients’ listener', async () => {
    const stranger = await bench.actor('stranger');
    const answer = await stranger.send(crossingIn(bench), bench.at.clients).final();
    expect([answer.status, warning(answer)]).toEqual([403, '399 edge "source not registered"']);
    expect(arrived()).toEqual([]);
  });

  test.each(['access', 'stranger', 'node'] as const)('at the agencies’ listener, from %s', async (place) => {
    const forger = await bench.actor(place);
    const answer = await forger.send(crossingIn(bench), bench.at.agencies).final();
    expect([answer.status, warning(answer)]).toEqual([403, '399 edge "source is no partner"']);
    expect(arrived()).toEqual([]);
  });

  test('from a registered client: its own identity, and nothing leaves towards the partner', async () => {
    const ue = await bench.actor('access');
    await register(bench, ue, ue1);
    for (const toTag of [undefined, 'ncb-12']) {
      const forged = request({
        method: 'INVITE',
        uri: ncfB,
        from: cfA,
        ...(toTag === undefined ? {} : { toTag }),
        headers: [
          ['Route', `<sip:${bench.address.edge}:5060;lr>`],
          ['Route', `<sip:${bench.address.partner}:5060;lr>`],
          contact(ownContact, ';isfocus'),
          ['P-Asserted-Identity', `<${cfA}>`],
        ],
      });
      ue.send(forged, bench.at.clients);
      const { request: seen } = await bench.server.next('INVITE');
      expect(listValues(seen, 'p-asserted-identity')).toEqual([`<${ue1}>`]);
      expect([header(seen, 'route'), header(seen, 'contact')?.includes('isfocus')]).toEqual([undefined, false]);
    }
    expect(partner.incoming).toEqual([]);
  });

  test('from a partner’s node, but in the name of somebody else', async () => {
    const answers: number[] = [];
    const tries: SipRequest[] = [
      crossingIn(bench, [], 'sip:cf@ic.a.mcx.test'),
      crossingIn(bench, [], 'sip:pf@evil-b.mcx.test'),
      withHeader(crossingIn(bench), 'P-Asserted-Identity', '<sip:cf@ic.a.mcx.test>'),
      crossingIn(bench, [['P-Asserted-Identity', '<sip:cf@ic.a.mcx.test>']]),
      { ...crossingIn(bench), headers: crossingIn(bench).headers.filter(({ name }) => name !== 'P-Asserted-Identity') },
    ];
    for (const forged of tries) answers.push((await partner.send(forged, bench.at.agencies).final()).status);
    expect(answers).toEqual([403, 403, 403, 403, 403]);
    expect(arrived()).toEqual([]);
  });

  test('a partner does not register here', async () => {
    const register = request({
      method: 'REGISTER',
      uri: 'sip:a.mcx.test',
      from: 'sip:x@b.mcx.test',
      headers: [identity],
    });
    expect((await partner.send(register, bench.at.agencies).final()).status).toBe(403);
    expect(arrived()).toEqual([]);
  });
});

const identity = ['P-Asserted-Identity', '<sip:pf@ic.b.mcx.test>'] as const;

describe('requests in dialogs of others', () => {
  test('unknown dialogs: 481, and an ACK is dropped without a word', async () => {
    const bye = request({ method: 'BYE', uri: cfA, from: 'sip:pf@ic.b.mcx.test', toTag: 'x' });
    expect((await partner.send(bye, bench.at.agencies).final()).status).toBe(481);
    partner.sip.ack(request({ method: 'ACK', uri: cfA, from: 'sip:pf@ic.b.mcx.test', toTag: 'x' }), bench.at.agencies);
    partner.sip.ack(request({ method: 'ACK', uri: cfA, from: 'sip:pf@ic.b.mcx.test' }), bench.at.agencies);
    bench.server.sip.ack(request({ method: 'ACK', uri: ncfB, from: cfA, toTag: 'x' }), bench.at.inside);
    expect((await bench.server.send({ ...bye, uri: ncfB }, bench.at.inside).final()).status).toBe(481);
    expect([arrived(), partner.incoming]).toEqual([[], []]);
  });

  test('a BYE with the right Call-ID and tags ends nothing when it comes from elsewhere', async () => {
    const { invite, got } = await establishedIn(bench, partner);
    const ue = await bench.actor('access');
    await register(bench, ue, ue1);
    const bye = inDialog(invite, got, 'BYE', 9);
    expect((await ue.send(bye, bench.at.agencies).final()).status).toBe(403);
    // A registered client is heard, as itself: the server knows that the dialog is not its.
    const taken = ue.send(bye, bench.at.clients);
    const seen = await bench.server.next('BYE');
    expect(listValues(seen.request, 'p-asserted-identity')).toEqual([`<${ue1}>`]);
    seen.answer(481);
    expect((await taken.final()).status).toBe(481);
    expect(bench.describe()).toMatchObject({ dialogs: 1, calls: [{}] });
  });

  test('another partner does not end a dialog that is not its own', async () => {
    await bench.close();
    bench = await openBench((address) => ({
      peers: [
        { domain: 'b.mcx.test', nodes: [address.partner] },
        { domain: 'c.mcx.test', nodes: [address.partnerEdge] },
      ],
    }));
    partner = await bench.actor('partner');
    const third = await bench.actor('partnerEdge');
    const { invite, got } = await establishedOut(bench, partner);
    const stolen = { ...inDialog(invite, got, 'BYE', 1) };
    const swapped = withHeader(withHeader(stolen, 'From', header(got, 'to') ?? ''), 'To', header(got, 'from') ?? '');
    expect((await third.send(swapped, bench.at.agencies).final()).status).toBe(481);
    expect(arrived()).toEqual([]);
  });

  test('a CANCEL from another address does not reach the INVITE', async () => {
    const sent = partner.send(crossingIn(bench), bench.at.agencies);
    const taken = await bench.server.next('INVITE');
    let cancelled = false;
    taken.transaction?.onCancel(() => {
      cancelled = true;
    });
    taken.answer(180);
    const other = await bench.media('partnerEdge', 5060);
    const invite = sent.transaction.request;
    other.say(cancelText(invite), bench.at.agencies);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other.heard[0]?.text).toMatch(/^SIP\/2\.0 481 /);
    taken.answer(480);
    expect([(await sent.final()).status, cancelled]).toEqual([480, false]);
  });
});

function cancelText(invite: SipRequest): string {
  const copied = ['Via', 'From', 'To', 'Call-ID'].map((name) => `${name}: ${header(invite, name)}\r\n`).join('');
  return `CANCEL ${invite.uri} SIP/2.0\r\n${copied}CSeq: 1 CANCEL\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n`;
}

describe('with no partners configured every outside party has the client’s profile', () => {
  test('the crossing INVITE is refused, its ACK is right, and a client still registers', async () => {
    await bench.close();
    bench = await openBench({ peers: [] });
    partner = await bench.actor('partner');
    const answer = await partner.send(crossingIn(bench), bench.at.agencies).final();
    expect([answer.status, warning(answer)]).toEqual([403, '399 edge "source not registered"']);
    const ue = await bench.actor('access');
    await register(bench, ue, ue1);
    expect(arrived()).toEqual(['REGISTER']);
  });

  test('admitted as a client: identity by From, isfocus lost, the dialog works by flow', async () => {
    await bench.close();
    bench = await openBench({ peers: [], unregisteredClients: 'admit' });
    partner = await bench.actor('partner');
    const invite = crossingIn(bench, [contact('sip:x@192.0.2.1', ';isfocus'), ['P-Asserted-Service', 'x']]);
    const { taken, got } = await establishedIn(bench, partner, invite);
    expect(listValues(taken.request, 'p-asserted-identity')).toEqual(['<sip:pf@ic.b.mcx.test>']);
    expect(header(taken.request, 'p-asserted-service')).toBeUndefined();
    expect(header(taken.request, 'contact')).not.toContain('isfocus');
    partner.sip.ack(inDialog(invite, got, 'ACK'), bench.at.agencies);
    await bench.server.next('ACK');
    expect(bench.describe().dialogs).toBe(0);
  });

  test('an INVITE of the server still leaves by Route, to wait for the first packet of the far side', async () => {
    await bench.close();
    bench = await openBench({ peers: [] });
    partner = await bench.actor('partner');
    const { invite, got } = await establishedOut(bench, partner, crossingOut(bench));
    bench.server.sip.ack(inDialog(invite, got, 'ACK'), bench.at.inside);
    await partner.next('ACK');
  });
});
