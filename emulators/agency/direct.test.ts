import { createSocket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { header, headers } from '../../lab/wire/sip/headers.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { fromBytes } from '../../lab/wire/sip/text.ts';
import { campaign, registered, ue } from './bench/calls.ts';
import { type Override, remoteConfig, rootConfig } from './bench/config.ts';
import { type Lab, openLab } from './bench/lab.ts';
import { pause } from './bench/wait.ts';

/** A server that is its own border: no edge in the way of what crosses. */
let lab: Lab | undefined;
afterEach(async () => {
  expect(lab?.faults() ?? 0).toBe(0);
  await lab?.close();
  lab = undefined;
});

const advertisedSip = '172.18.0.2:30061';
const direct = (x: string): Override => ({
  interconnect: {
    nextHop: 'direct',
    advertisedSip,
    partners: [{ domain: `${x}.mcx.test`, interconnectDomain: `ic.${x}.mcx.test` }],
  },
});

async function open(more: Override = {}): Promise<Lab> {
  lab = await openLab({ config: rootConfig, more: { ...direct('b'), ...more } });
  return lab;
}

async function crossing(here: Lab) {
  await registered(here, 'a-ue-1', 'a-ue-2');
  const originator = await here.edge.call(here.server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
  return { originator, invite: await here.partner.next('INVITE') };
}

describe('interconnect direct', () => {
  test('SIP shows the advertised address, SDP the own one, and no Route leads anywhere', async () => {
    const here = await open();
    const { invite } = await crossing(here);
    expect(headers(invite.request, 'via')[0]).toMatch(new RegExp(`^SIP/2\\.0/UDP ${advertisedSip};`));
    expect(header(invite.request, 'contact')).toContain(`@${advertisedSip};gr=`);
    expect(headers(invite.request, 'route')).toEqual([]);
    const sdp = fromBytes(partOfType(invite.request, 'application/sdp') ?? new Uint8Array());
    expect(sdp).toContain(`c=IN IP4 ${here.places.server}\r\n`);
    const { request: local } = await here.edge.next('INVITE');
    expect(header(local, 'contact')).toContain(`@${here.places.server}:5060;gr=`);
  });

  test('a partner gets nothing unasked on its media ports, an own client is opened', async () => {
    const here = await open();
    const { originator, invite } = await crossing(here);
    const ncf = await here.partner.answer(invite, { focus: true });
    await originator.final();
    await ncf.heard('Floor Taken');
    await pause(50);
    expect(ncf.media.counters()).toMatchObject({ keepAlivesIn: 0, rtcpIn: 0, rtpIn: 0 });
    // RTP and floor keep-alives are counted; the empty RR is RTCP.
    expect(originator.call.media.counters()).toMatchObject({ keepAlivesIn: 2, rtcpIn: 1 });
  });

  test('through the edge the own relay ports are opened', async () => {
    lab = await openLab({ config: rootConfig });
    await registered(lab, 'a-ue-1');
    await lab.edge.call(lab.server, 'sip:pf@a.mcx.test', ue('a-ue-1'), campaign);
    const ncf = await lab.edge.answer(await lab.edge.next('INVITE'), { focus: true });
    await expect.poll(() => ncf.media.counters()).toMatchObject({ keepAlivesIn: 2, rtcpIn: 1 });
  });

  test.each([
    ['off', '127.0.0.9', (here: Lab) => ({ heard: 'far', here })],
    ['signalling-source', '127.0.0.9', (here: Lab) => ({ heard: 'partner', here })],
  ] as const)('SDP repair %s: media of an answer goes to the address of %s', async (sdpRepair, sdpAddress, which) => {
    const here = await open({ sdpRepair });
    const { originator, invite } = await crossing(here);
    const ncf = await here.partner.answer(invite, { focus: true, sdpAddress });
    const far = createSocket('udp4');
    let atFar = 0;
    far.on('message', () => {
      atFar += 1;
    });
    await new Promise<void>((resolve) => far.bind(ncf.media.rtpPort, sdpAddress, resolve));
    await originator.final();
    await originator.call.heard('Floor Granted');
    originator.call.talk(3, 1);
    const expected = which(here).heard === 'far' ? [3, 0] : [0, 3];
    await expect.poll(() => [atFar, ncf.rtp.length]).toEqual(expected);
    far.close();
  });

  test("an offer of a partner is repaired too, a client's never", async () => {
    lab = await openLab({ config: remoteConfig, more: { ...direct('a'), sdpRepair: 'signalling-source' } });
    await registered(lab, 'b-ue-1');
    const info = {
      requestUri: 'sip:team@b.mcx.test',
      callingUserId: ue('a-ue-1'),
      callingGroupId: campaign.requestUri,
    };
    const root = await lab.partner.call(lab.server, 'sip:ncf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', info, {
      ...{ focus: true, sdpAddress: '127.0.0.9' },
    });
    const ue1 = await lab.edge.answer(await lab.edge.next('INVITE'), { sdpAddress: '127.0.0.9' });
    await root.final();
    await pause(20);
    ue1.say({ name: 'Floor Request', ackRequired: false, ssrc: 1, fields: [] });
    await root.call.heard('Floor Request');
    root.call.talk(2, 1);
    await pause(50);
    expect(ue1.rtp).toHaveLength(0);
  });

  test('what a partner sends inside a dialog is found by its tags, whatever its Request-URI', async () => {
    const here = await open();
    const { originator, invite } = await crossing(here);
    const ncf = await here.partner.answer(invite, { focus: true });
    await originator.final();
    if (ncf.dialog !== undefined) ncf.dialog = { ...ncf.dialog, remoteTarget: `sip:${here.places.server}:5060` };
    expect((await ncf.request('BYE')).status).toBe(200);
  });
});
