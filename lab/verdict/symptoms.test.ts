import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Timeline } from '../capture/timeline.ts';
import { Call } from './call.test-data.ts';
import {
  lookup,
  type Played,
  playAckDiscarded,
  playAdmitted,
  playHealthy,
  playPrivateAddress,
  playRefused,
  playRepaired,
  playUnresolved,
  playWaiting,
} from './failures.test-data.ts';
import { shownIn } from './flights.test-data.ts';
import { sipFacts } from './sip-facts.ts';
import { findSymptoms } from './symptoms.ts';

const distinct = { cidrB: '10.30.0.0/16', serverB: '10.30.0.26', edgeB: '10.30.0.25' };

const cases: readonly (readonly [string, () => Played, string | null, readonly string[]])[] = [
  ['a healthy call of the root agency', () => playHealthy('a-ue-1'), null, []],
  ['a healthy call of the remote agency', () => playHealthy('b-ue-1'), null, []],
  ['a healthy call with distinct pod ranges', () => playHealthy('a-ue-1', distinct), null, []],
  ['pods routed on purpose', () => playHealthy('a-ue-1', { border: 'server', routed: true, ...distinct }), null, []],
  ['F1, root, NXDOMAIN', () => playUnresolved('a-ue-1'), 'name-unresolved', []],
  ['F1, remote, SERVFAIL', () => playUnresolved('b-ue-1', 'SERVFAIL'), 'name-unresolved', []],
  ['F1, root, no answer', () => playUnresolved('a-ue-1', 'none'), 'name-unresolved', []],
  ['F2, root', () => playPrivateAddress('a-ue-1'), 'private-address-in-sdp', []],
  ['F2, remote', () => playPrivateAddress('b-ue-1'), 'private-address-in-sdp', []],
  ['F2, distinct', () => playPrivateAddress('a-ue-1', distinct), 'private-address-in-sdp', []],
  [
    'F2, bystander',
    () => playPrivateAddress('a-ue-1', { bystanderA: '10.244.0.26' }),
    'private-address-in-sdp',
    ['wrong-pod'],
  ],
  ['F2, to oneself', () => playPrivateAddress('a-ue-1', { serverB: '10.244.0.6' }), 'private-address-in-sdp', []],
  ['F3, root', () => playRepaired('a-ue-1'), 'node-address-with-pod-port', []],
  ['F3, remote', () => playRepaired('b-ue-1'), 'node-address-with-pod-port', []],
  ['F4, root', () => playRefused('a-ue-1'), 'agency-treated-as-client', []],
  ['F4, remote', () => playRefused('b-ue-1'), 'agency-treated-as-client', []],
  ['F4, admitted', () => playAdmitted(), 'agency-treated-as-client', []],
  ['F4, waiting', () => playWaiting(), 'agency-treated-as-client', []],
  ['F5, root', () => playAckDiscarded('a-ue-1'), 'ack-discarded', ['session-given-up']],
  ['F5, remote', () => playAckDiscarded('b-ue-1'), 'ack-discarded', ['session-given-up']],
];

function names(timeline: Timeline): (string | null | string[])[] {
  const { symptom, consequences } = findSymptoms(timeline);
  return [symptom?.name ?? null, consequences.map(({ name }) => name)];
}

describe.each(cases)('%s', (_, play, symptom, consequences) => {
  const { stage } = play().call;

  test('from the taps of a run', () => {
    expect(names(stage.timeline())).toEqual([symptom, consequences]);
  });

  test('from one nameless file without markers', () => {
    expect(names(stage.merged())).toEqual([symptom, consequences]);
  });

  test('every frame of the evidence exists', () => {
    const timeline = stage.timeline();
    const found = findSymptoms(timeline);
    const evidence = [found.symptom, ...found.consequences].flatMap((one) => one?.evidence ?? []);
    for (const { tap, frame } of evidence) {
      expect(timeline.sightings.some((one) => one.tap === tap && one.frame === frame)).toBe(true);
    }
    if (symptom !== null) expect(evidence.length).toBeGreaterThanOrEqual(2);
  });
});

describe('the evidence', () => {
  const shown = (played: Played) => {
    const timeline = played.call.stage.timeline();
    const { symptom, consequences } = findSymptoms(timeline);
    return [symptom, ...consequences].map((one) => [
      one?.remedy.slice(0, 2),
      ...shownIn(timeline, one?.evidence ?? []),
    ]);
  };
  const crossed = ['a-edge INVITE', 'b-edge INVITE'];
  const answered = ['b-mcx 200', 'a-mcx 200'];

  test.each<[string, () => Played, string[][]]>([
    ['F1', () => playUnresolved(), [['R1', ...new Array(6).fill('a-mcx dns')]]],
    ['F1, no answer', () => playUnresolved('a-ue-1', 'none'), [['R1', ...new Array(3).fill('a-mcx dns')]]],
    ['F2', () => playPrivateAddress(), [['R2', ...answered, 'a-mcx floor', 'a-node floor', 'bridge floor']]],
    [
      'F2, bystander',
      () => playPrivateAddress('a-ue-1', { bystanderA: '10.244.0.26' }),
      [
        ['R2', ...answered, 'a-mcx floor', 'a-bystander floor'],
        ['wh', 'a-mcx 200', 'a-mcx floor', 'a-bystander floor'],
      ],
    ],
    [
      'F3',
      () => playRepaired(),
      [['R3', ...answered, 'a-mcx floor', 'a-node floor', 'bridge floor', 'b-node floor', 'a-mcx icmp']],
    ],
    ['F4', () => playRefused(), [['R4', ...crossed, 'b-edge 403', 'a-edge 403']]],
    ['F4, admitted', () => playAdmitted(), [['R4', ...crossed, 'b-edge INVITE', 'b-mcx INVITE']]],
    [
      'F4, waiting',
      () => playWaiting(),
      [['R4', ...crossed, 'b-edge 200', 'a-edge 200', 'a-edge floor', 'a-edge floor']],
    ],
    [
      'F5',
      () => playAckDiscarded(),
      [
        ['R5', 'a-edge 200', 'a-mcx ACK', 'a-edge ACK', 'a-edge 200', 'a-edge 200'],
        ['wh', 'b-edge BYE', 'b-edge 481'],
      ],
    ],
  ])('of %s shows what happened, in its order', (_what, play, expected) => {
    expect(shown(play())).toEqual(expected);
  });
});

describe('nothing leans on names or ranges', () => {
  test.each(cases)('%s: every address moved, SDP and SIP included', (_, play, symptom, consequences) => {
    expect(names(remapped(play().call.stage.merged()))).toEqual([symptom, consequences]);
  });

  test.each(cases)('%s: without Ethernet addresses a cause is still found', (name, play, symptom) => {
    // Two pods of one address cannot be told apart then.
    if (name.includes('oneself')) return;
    const timeline = copied(play().call.stage.timeline(), (sighting) => ({ ...sighting, srcMac: '', dstMac: '' }));
    expect(names(timeline)[0]).toBe(symptom);
  });
});

type Sightings = Timeline['sightings'];

/** The same for the same seed, and all over the place. */
function scattered(seed: number, i: number): number {
  return (Math.imul(seed ^ i, 0x9e3779b1) ^ Math.imul(i + 1, 0x85ebca6b)) >>> 7;
}

function copied(timeline: Timeline, change: (sighting: Sightings[number]) => Sightings[number]): Timeline {
  const journeys = timeline.journeys.map(({ id, sightings }) => {
    const journey: { id: number; sightings: Sightings[number][] } = { id, sightings: [] };
    for (const one of sightings) journey.sightings.push({ ...change(one), journey });
    return journey;
  });
  const sightings = journeys.flatMap((journey) => journey.sightings).sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
  return { taps: timeline.taps, journeys, sightings };
}

/** 10.244.0.6 becomes 203.0.113.6 and so on, in headers and in bodies. */
function remapped(timeline: Timeline): Timeline {
  const moves: readonly (readonly [RegExp, string])[] = [
    [/\b10\.244\.0\./g, '203.0.113.'],
    [/\b10\.30\.0\./g, '198.51.100.'],
    [/\b172\.18\.0\./g, '192.0.2.'],
    [/\b192\.168\.(\d)0\./g, '100.64.$1.'],
    [/\b10\.96\.0\./g, '8.8.8.'],
  ];
  const text = (address: string) => moves.reduce((now, [from, to]) => now.replace(from, to), address);
  const bytes = (body: Uint8Array) => new Uint8Array(Buffer.from(text(Buffer.from(body).toString('latin1')), 'latin1'));
  return copied(timeline, (sighting) => {
    const { content } = sighting;
    const moved = { ...sighting, src: text(sighting.src), dst: text(sighting.dst) };
    if (content.protocol === 'icmp' && content.quoted !== undefined) {
      const quoted = { ...content.quoted, src: text(content.quoted.src), dst: text(content.quoted.dst) };
      return { ...moved, content: { ...content, quoted } };
    }
    if (content.protocol !== 'sip') return moved;
    const { message } = content;
    const headers = message.headers.map(({ name, value }) => ({ name, value: text(value) }));
    return { ...moved, content: { protocol: 'sip', message: { ...message, headers, body: bytes(message.body) } } };
  });
}

const callIdOf = ({ content }: Sightings[number]) =>
  content.protocol === 'sip' ? sipFacts(content.message).callId : undefined;

/** The forged legs of b-ue-2 as those of a host that is in no other leg; `spoofed` leaves it with that source and is dropped. */
function asForger(timeline: Timeline, address: string, spoofed: string): Timeline {
  const link = { srcMac: '02:00:00:00:66:01', dstMac: '02:00:00:00:66:02' };
  const back = { srcMac: link.dstMac, dstMac: link.srcMac };
  const journeys = timeline.journeys.map(({ id, sightings }) => {
    const journey: { id: number; sightings: Sightings[number][] } = { id, sightings: [] };
    for (const one of sightings) {
      const forged = callIdOf(one);
      const own = one.tap === 'b-ue-2' && (forged === 'refused' || forged === 'spoofed');
      if (forged === 'spoofed' && !own) continue;
      const src = forged === 'spoofed' ? spoofed : address;
      const moved = one.ttl === 64 ? { src, ...link } : { dst: address, ...back };
      journey.sightings.push({ ...one, ...(own ? moved : {}), journey });
    }
    return journey;
  });
  const kept = journeys.filter(({ sightings }) => sightings.length > 0);
  const sightings = kept.flatMap((journey) => journey.sightings);
  return { taps: timeline.taps, journeys: kept, sightings: sightings.sort((a, b) => Number(a.timeNs - b.timeNs)) };
}

describe('what no symptom proves', () => {
  const only = (timeline: Timeline, wanted: (tap: string) => boolean): Timeline => {
    const journeys = timeline.journeys.map(({ id, sightings }) => {
      const journey: { id: number; sightings: Sightings[number][] } = { id, sightings: [] };
      for (const one of sightings.filter(({ tap }) => wanted(tap))) journey.sightings.push({ ...one, journey });
      return journey;
    });
    const kept = journeys.filter(({ sightings }) => sightings.length > 0);
    return { taps: timeline.taps, journeys: kept, sightings: timeline.sightings.filter(({ tap }) => wanted(tap)) };
  };
  const undecided = (wanted: (tap: string) => boolean) =>
    findSymptoms(only(playHealthy().call.stage.timeline(), wanted)).undecided;

  test('health, when both ends of every leg are recorded; clients may be missing', () => {
    expect(undecided(() => true)).toBeNull();
    expect(undecided((tap) => /edge|mcx|dns/.test(tap))).toBeNull();
  });

  test('that a name has no answer, while the question after a SERVFAIL is still asked', () => {
    const call = new Call();
    call.registerAll();
    lookup(call, 'a-mcx', 'ic.b.mcx.test', 'NAPTR', [], 2);
    lookup(call, 'a-mcx', '_sip._udp.ic.b.mcx.test', 'SRV', []);
    expect(findSymptoms(call.stage.timeline()).symptom).toBeNull();
    lookup(call, 'a-mcx', 'ic.b.mcx.test', 'A', [], 2);
    expect(findSymptoms(call.stage.timeline()).symptom?.name).toBe('name-unresolved');
  });

  test('nothing, when one agency was not recorded, or only nodes were', () => {
    expect(undecided((tap) => tap.startsWith('a-'))).toMatch(/INVITE from 10\.244\.0\.5 to 172\.18\.0\.3:31070/);
    expect(undecided((tap) => /node|bridge/.test(tap))).toBe('none of these files was recorded where SIP is sent');
  });

  test('a failure seen from one side is never called another one', () => {
    for (const play of [playPrivateAddress, playRepaired, playRefused, playAckDiscarded]) {
      for (const side of ['a-', 'b-']) {
        const timeline = only(play().call.stage.timeline(), (tap) => tap.startsWith(side));
        const whole = findSymptoms(play().call.stage.timeline()).symptom?.name ?? null;
        expect([null, whole]).toContain(findSymptoms(timeline).symptom?.name ?? null);
      }
    }
  });
});

describe('a false alarm is avoided', () => {
  test('a capture that ends before the packet could arrive says nothing', () => {
    const { call } = playPrivateAddress();
    const timeline = call.stage.timeline();
    const first = timeline.sightings.find(({ dst }) => dst === call.b.server);
    const until = (first?.timeNs ?? 0n) + 50_000_000n;
    const cut = { ...timeline, sightings: timeline.sightings.filter(({ timeNs }) => timeNs <= until) };
    expect(findSymptoms(cut).symptom).toBeNull();
  });

  test('a capture without the announcer’s tap says nothing', () => {
    const timeline = playPrivateAddress().call.stage.timeline();
    const journeys = timeline.journeys.map((journey) => ({
      ...journey,
      sightings: journey.sightings.filter(({ tap }) => tap !== 'b-mcx'),
    }));
    const sightings = timeline.sightings.filter(({ tap }) => tap !== 'b-mcx');
    expect(findSymptoms({ ...timeline, journeys, sightings }).symptom).toBeNull();
  });

  test('packets for a UE that its access network has forgotten are no repair of an SDP', () => {
    const { call } = playHealthy();
    const { exposed, latch } = call.member('a-ue-1');
    const at = latch.get(0);
    // Another address: the NAT has no entry, and the packet ends at the router.
    for (let i = 0; i < 5; i++)
      call.stage.send('a-edge', exposed, at?.src ?? '', 40000, new Uint8Array([13, 10, 13, 10]));
    for (let i = 0; i < 5; i++)
      call.stage.send('a-edge', 30131, at?.src ?? '', 40000, new Uint8Array([13, 10, 13, 10]));
    call.stage.wait(500);
    call.keepAlive('a-ue-2');
    expect(findSymptoms(call.stage.timeline()).symptom).toBeNull();
  });

  test('one good answer among bad ones resolves a name', () => {
    const { call } = playHealthy();
    expect(findSymptoms(call.stage.timeline()).symptom).toBeNull();
  });

  test('an empty timeline', () => {
    expect(findSymptoms({ taps: [], sightings: [], journeys: [] })).toEqual({
      symptom: null,
      consequences: [],
      undecided: 'there is no SIP in these files',
    });
  });

  test('a replay of the genuine INVITE by a UE, refused, is a forgery and no symptom', () => {
    const { call } = playHealthy();
    const plan = call.crossing('a', 'a-ue-1');
    for (const [dst, dstPort] of [
      [call.b.node, call.b.clientPort],
      [call.b.node, call.b.interconnectPort],
    ] as const) {
      const [, hop] = plan.hops;
      if (hop === undefined) throw new Error('no hop');
      const forged = call.actor({
        ...plan,
        id: `forged-${dstPort}`,
        hops: [{ ...hop, place: 'a-ue-1', dst, dstPort }],
      });
      forged.request('INVITE');
      forged.respond('INVITE', 403);
    }
    call.stage.wait(500);
    call.keepAlive('a-ue-1');
    expect(findSymptoms(call.stage.timeline()).symptom).toBeNull();
  });

  test('nor is one by a host that never registers and that nobody asks anything, whatever source address it forges', () => {
    const { call } = playHealthy();
    const [, hop] = call.crossing('a', 'a-ue-1').hops;
    if (hop === undefined) throw new Error('no hop');
    const plan = { ...call.crossing('a', 'a-ue-1'), asserted: 'cf@ic.a.mcx.test', hops: [{ ...hop, place: 'b-ue-2' }] };
    for (const id of ['refused', 'spoofed']) {
      const forged = call.actor({ ...plan, id });
      forged.request('INVITE');
      if (id === 'refused') forged.respond('INVITE', 403);
    }
    call.stage.wait(500);
    call.keepAlive('a-ue-1');
    const timeline = call.stage.timeline();
    expect(timeline.sightings.filter((one) => callIdOf(one) === 'spoofed').length).toBeGreaterThan(3);
    const forger = '192.168.20.66';
    expect(findSymptoms(asForger(timeline, forger, forger))).toMatchObject({ symptom: null });
    const spoofing = asForger(timeline, forger, call.a.node);
    expect(findSymptoms(spoofing)).toMatchObject({ symptom: null, undecided: null });
    // Under an address that nobody else has it may be a host whose far end was not recorded.
    expect(findSymptoms(asForger(timeline, forger, '192.0.2.1')).undecided).toContain('INVITE from 192.0.2.1');
  });

  test('a server that refuses for reasons of its own is no edge', () => {
    const { call } = playHealthy();
    const leg = call.actor({ ...call.crossing('a', 'a-ue-1'), id: 'busy' });
    leg.request('INVITE');
    leg.respond('INVITE', 403);
    call.stage.wait(500);
    call.keepAlive('a-ue-1');
    expect(findSymptoms(call.stage.timeline()).symptom).toBeNull();
  });

  test('a 200 that is repeated once because its ACK was late is no symptom', () => {
    const { call } = playHealthy();
    const leg = call.actor({ ...call.crossing('a', 'a-ue-1'), id: 'late' });
    leg.request('INVITE');
    leg.respond('INVITE', 200);
    leg.request('ACK', 2);
    leg.respond('INVITE', 200);
    leg.request('ACK', 3);
    expect(findSymptoms(call.stage.timeline()).symptom).toBeNull();
  });
});

describe('whatever the packets', () => {
  test('sightings may be missing: nothing throws, and a healthy call never gains a symptom', () => {
    const whole = playHealthy('b-ue-1').call.stage.timeline();
    fc.assert(
      fc.property(fc.integer(), fc.nat(30), (seed, percent) => {
        const gone = new Set(whole.sightings.filter((_, i) => scattered(seed, i) % 100 < percent));
        const journeys = whole.journeys
          .map(({ id, sightings }) => {
            const journey: { id: number; sightings: Sightings[number][] } = { id, sightings: [] };
            for (const one of sightings) if (!gone.has(one)) journey.sightings.push({ ...one, journey });
            return journey;
          })
          .filter(({ sightings }) => sightings.length > 0);
        const sightings = journeys
          .flatMap((journey) => journey.sightings)
          .sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1));
        expect(findSymptoms({ taps: whole.taps, journeys, sightings }).symptom?.name).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
