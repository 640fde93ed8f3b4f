import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { playHealthy, playUnresolved } from '../../../verdict/failures.test-data.ts';
import { sipFacts, sipSightings } from '../../../verdict/sip-facts.ts';
import type { Topology } from '../../../verdict/topology.ts';
import { decodeSip } from '../../../wire/sip/decode.ts';
import { header, headers } from '../../../wire/sip/headers.ts';
import type { SipMessage } from '../../../wire/sip/message.ts';
import type { CastAct } from '../director.ts';
import { registration, replay, type Way } from './replay.ts';

const { call } = playHealthy();
const seen = call.stage.timeline();
const stranger = (name: string, address: string) => ({ name, place: name, kind: 'ue' as const, addresses: [address] });
const topology: Topology = {
  ...call.stage.topology,
  taps: [...call.stage.topology.taps, stranger('a-stranger', '192.168.10.66'), stranger('b-stranger', '192.168.20.66')],
};
const genuine = sipSightings(seen).find(
  ({ sighting, facts }) =>
    sighting.tap === 'b-node' && sighting.dstPort === 31070 && facts.method === 'INVITE' && facts.status === 0,
);

function onlySend(acts: readonly CastAct[]) {
  const [first] = acts;
  if (acts.length !== 1 || first?.act.do !== 'send') throw new Error(`not one send: ${JSON.stringify(acts)}`);
  const message = decodeSip(Buffer.from(first.act.payload, 'base64')).value;
  if (message === undefined) throw new Error('no SIP');
  return { place: first.place, act: first.act, message };
}

const forge = (way: Way, host = 'b-stranger') => onlySend(replay(topology, host, 'b', way)(seen));

/** All header lines but those that a forger has to change. */
function rest(message: SipMessage): string[] {
  return message.headers
    .filter(({ name }) => !['via', 'call-id', 'from', 'content-length'].includes(name.toLowerCase()))
    .map(({ name, value }) => `${name}: ${value}`);
}

describe('replay of the crossing INVITE', () => {
  test('is verbatim but for branch, Call-ID and From tag', () => {
    const { message } = forge('agency port');
    const original = genuine?.message;
    if (original === undefined) throw new Error('no genuine INVITE');
    expect(rest(message)).toEqual(rest(original));
    expect(Buffer.from(message.body).equals(original.body)).toBe(true);
    const [now, before] = [sipFacts(message), sipFacts(original)];
    for (const key of ['branch', 'callId', 'fromTag'] as const) expect(now[key]).not.toBe(before[key]);
    expect(now.branch.startsWith('z9hG4bK')).toBe(true);
    expect({ ...now, branch: '', callId: '', fromTag: '', leg: '' }).toEqual({
      ...before,
      branch: '',
      callId: '',
      fromTag: '',
      leg: '',
    });
  });

  test.each<[Way, string, object]>([
    ['client port', 'b-stranger', { to: { host: '172.18.0.3', port: 31060 } }],
    ['agency port', 'bridge', { to: { host: '172.18.0.3', port: 31070 } }],
    ['forged source', 'b-stranger', { to: { host: '172.18.0.3', port: 31070 }, fromAddress: '172.18.0.2' }],
    ['own edge', 'a-stranger', { to: { host: '172.18.0.2', port: 30060 } }],
  ])('%s, from %s', (way, host, expected) => {
    const { place, act } = forge(way, host);
    expect(place).toBe(host);
    expect(act).toMatchObject(expected);
    expect(act.fromAddress).toBe('fromAddress' in expected ? expected.fromAddress : undefined);
  });

  test('through its own edge it names the way to the other edge, and may claim a dialog', () => {
    const plain = forge('own edge', 'a-stranger').message;
    expect(headers(plain, 'Route').join(', ')).toBe('<sip:172.18.0.2:30060;lr>, <sip:172.18.0.3:31070;lr>');
    expect(sipFacts(plain).toTag).toBe('');
    const inDialog = forge('own edge, in a dialog', 'a-stranger').message;
    expect(headers(inDialog, 'Route')).toEqual(headers(plain, 'Route'));
    expect(sipFacts(inDialog).toTag).not.toBe('');
  });

  test('each way and each host has a Call-ID of its own, and the same one every time', () => {
    const ids = [
      forge('client port'),
      forge('agency port'),
      forge('agency port', 'bridge'),
      forge('own edge', 'a-stranger'),
    ].map(({ message }) => header(message, 'Call-ID'));
    expect(new Set(ids).size).toBe(4);
    expect(header(forge('client port').message, 'Call-ID')).toBe(ids[0]);
  });

  test('where nothing has crossed there is nothing to replay', () => {
    const unresolved = playUnresolved('a-ue-1').call.stage.timeline();
    expect(replay(topology, 'b-stranger', 'b', 'agency port')(unresolved)).toEqual([]);
    expect(replay(topology, 'b-stranger', 'z', 'agency port')(seen)).toEqual([]);
  });
});

describe('registration in its own name', () => {
  test('looks like a genuine one of the same agency, and names nobody else', () => {
    const { act, message } = onlySend(registration(topology, 'a-stranger')(seen));
    expect(act.to).toEqual({ host: '172.18.0.2', port: 30060 });
    expect(message).toMatchObject({ kind: 'request', method: 'REGISTER', uri: 'sip:a.mcx.test' });
    expect(header(message, 'To')).toBe('<sip:a-stranger@a.mcx.test>');
    expect(header(message, 'From')).toMatch(/^<sip:a-stranger@a\.mcx\.test>;tag=\w+$/);
    expect(header(message, 'Contact')).toContain('sip:a-stranger@192.168.10.66:5060');
    expect(JSON.stringify(message.headers)).not.toContain('a-ue-');
  });

  test('needs a genuine one to be made of, and a host that belongs to an agency', () => {
    expect(registration(topology, 'bridge')(seen)).toEqual([]);
    expect(registration(topology, 'a-stranger')({ taps: [], sightings: [], journeys: [] })).toEqual([]);
  });
});
