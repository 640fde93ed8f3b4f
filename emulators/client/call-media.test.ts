import { beforeEach, describe, expect, test } from 'vitest';
import { field } from '../../lab/wire/floor/fields.ts';
import type { FloorField, FloorMessage, FloorMessageName } from '../../lab/wire/floor/message.ts';
import { decodeRtp } from '../../lab/wire/rtp/codec.ts';
import { seededIds } from '../kit/ids.ts';
import { openLog } from '../kit/log.ts';
import type { MediaLeg } from '../kit/media/leg.ts';
import { type SimulatedClock, simulatedClock } from '../kit/simulated-clock.ts';
import { granted, idle, taken } from './bench/floor-words.ts';
import { ueConfig } from './bench/ue.ts';
import { CallMedia } from './call-media.ts';
import { offer, readFarSide } from './description.ts';
import type { UserAgent } from './user-agent.ts';

const edge = { host: '172.18.0.2', port: 30102 };
const config = ueConfig('192.168.10.11', edge);

let clock: SimulatedClock;
let floor: FloorMessage[];
let rtp: Uint8Array[];
let pinholes: string[];
let media: CallMedia;

beforeEach(() => {
  clock = simulatedClock();
  floor = [];
  rtp = [];
  pinholes = [];
  const leg: MediaLeg = {
    rtpPort: 40000,
    floorPort: 40002,
    sendRtp: (bytes) => void rtp.push(bytes),
    sendRtcp: () => {},
    sendFloor: (messages) => void floor.push(...messages),
    openPinholes: ({ rtp: { host } }) => void pinholes.push(host),
    closePinholes: () => void pinholes.push('closed'),
    counters: () => ({ rtpIn: 0, rtpOut: 0, rtcpIn: 0, floorIn: 0, floorOut: 0, keepAlivesIn: 0, rejected: 0 }),
    close: async () => {},
  };
  const ua = { config, clock, ids: seededIds(1), log: openLog('ue', () => {}), proxy: edge } as unknown as UserAgent;
  media = new CallMedia(ua, leg);
});

/** The far side as an edge describes it: our own offer at the edge's address. */
function up(role: 'uac' | 'uas' = 'uas'): void {
  const read = readFarSide(offer({ ...config, address: edge.host, implicitFloorRequest: true }, 1));
  if (read === undefined) throw new Error('unreadable');
  media.established(read.far, role);
}

function hears(...messages: FloorMessage[]): void {
  media.onFloor(messages, edge);
}

function word(name: FloorMessageName, fields: FloorField[] = []): FloorMessage {
  return { name, ackRequired: false, ssrc: 1, fields };
}

const sent = () => floor.map(({ name }) => name.replace('Floor ', ''));
const position = word('Floor Queue Position Info', [{ id: 'Queue Info', position: 1, priority: 5 }]);

describe('the button', () => {
  test('pressed before the call is up waits for it', () => {
    media.talk({ packets: 2, release: true });
    expect(sent()).toEqual([]);
    up();
    expect(sent()).toEqual(['Request']);
  });

  test('pressed while the INVITE asks for the floor sends no second request', () => {
    media.inviteSent();
    media.talk({ packets: 2, release: true });
    up('uac');
    expect(sent()).toEqual([]);
    hears(granted(7));
    clock.advance(39);
    expect(sent()).toEqual([]);
    clock.advance(1);
    expect(rtp).toHaveLength(2);
    expect(sent()).toEqual(['Release']);
  });

  test('uses the floor that it has', () => {
    media.inviteSent();
    up('uac');
    hears(granted(7));
    clock.advance(300);
    expect(rtp).toHaveLength(0);
    media.talk({ packets: 1, release: false });
    clock.advance(20);
    expect(decodeRtp(rtp[0] ?? new Uint8Array()).value?.ssrc).toBe(7);
    expect(sent()).toEqual([]);
  });

  test('without release the floor stays, and the next burst goes on in it', () => {
    up();
    media.talk({ packets: 2, release: false });
    hears(granted(7));
    clock.advance(100);
    media.talk({ packets: 2, release: true });
    clock.advance(40);
    expect(rtp).toHaveLength(4);
    expect(sent()).toEqual(['Request', 'Release']);
  });

  test('cannot be pressed twice', () => {
    up();
    media.talk({ packets: 2, release: true });
    expect(() => media.talk({ packets: 2, release: true })).toThrow('pressed already');
  });

  test.each([
    ['Floor Idle', () => hears(idle(3))],
    ['Floor Taken', () => hears(taken(3, false))],
    ['media of another', () => media.onRtp(edge)],
  ])('pressed while a release is unanswered asks again after %s', (_what, answered) => {
    up();
    media.talk({ packets: 1, release: true });
    hears(granted(7));
    clock.advance(20);
    media.talk({ packets: 1, release: true });
    expect(sent()).toEqual(['Request', 'Release']);
    answered();
    expect(sent()).toEqual(['Request', 'Release', 'Request']);
  });

  test('held while queued takes the floor when the queue gives it', () => {
    up();
    media.talk({ packets: 3, release: true });
    hears(position);
    clock.advance(500);
    expect(sent()).toEqual(['Request']);
    hears(granted(9));
    clock.advance(60);
    expect(rtp).toHaveLength(3);
    expect(sent()).toEqual(['Request', 'Release']);
  });

  test('released while queued takes the request back, and a grant that crosses is not used', () => {
    up();
    media.talk({ packets: 3, release: true });
    hears(position);
    media.releaseFloor();
    hears(granted(9));
    clock.advance(60);
    expect(rtp).toHaveLength(0);
    expect(sent()).toEqual(['Request', 'Release']);
  });

  test('released in the middle of a burst ends it', () => {
    up();
    media.talk({ packets: 100, release: true });
    hears(granted(9));
    clock.advance(45);
    media.releaseFloor();
    clock.advance(60);
    expect(rtp).toHaveLength(3);
    expect(sent()).toEqual(['Request', 'Release']);
  });

  test('of one who may only receive asks for nothing', () => {
    up();
    hears(word('Floor Taken', [{ id: 'Permission to Request the Floor', permission: 0 }]));
    media.talk({ packets: 3, release: true });
    expect(sent()).toEqual([]);
    media.talk({ packets: 3, release: true });
    expect(sent()).toEqual([]);
  });

  test('gives up when nobody answers', () => {
    up();
    media.talk({ packets: 3, release: true });
    clock.advance(2000);
    expect(sent()).toEqual(['Request', 'Request', 'Request']);
    hears(idle(1));
    expect(sent()).toHaveLength(3);
  });
});

describe('the far side', () => {
  test('of another address is not heard', () => {
    up();
    media.talk({ packets: 3, release: true });
    media.onFloor([granted(1)], { ...edge, host: '172.18.0.9' });
    clock.advance(50);
    expect(rtp).toHaveLength(0);
  });

  test('that moves is followed', () => {
    up();
    const read = readFarSide(offer({ ...config, address: '172.18.0.7' }, 1));
    if (read !== undefined) media.moved(read.far);
    expect(pinholes).toEqual([edge.host, '172.18.0.7']);
  });

  test('what was negotiated goes into the request', () => {
    up();
    media.talk({ packets: 1, release: true });
    expect(field(floor[0] ?? { fields: [] }, 'Floor Priority')?.priority).toBe(5);
    expect(field(floor[0] ?? { fields: [] }, 'Floor Indicator')?.bits).toBe(0x8400);
  });
});

describe('the end of the call', () => {
  test('stops burst, timers and pin-holes, and nothing begins again', () => {
    up();
    media.talk({ packets: 100, release: true });
    hears(granted(9));
    clock.advance(30);
    media.end();
    media.end();
    const [packets, words] = [rtp.length, floor.length];
    hears(granted(9), taken(4, true));
    media.onRtp(edge);
    clock.advance(10_000);
    expect([rtp.length, floor.length]).toEqual([packets, words]);
    expect(pinholes).toEqual([edge.host, 'closed']);
    expect(clock.pending).toBe(0);
  });
});
