import { describe, expect, test } from 'vitest';
import { ask, taps } from '../asked.test-data.ts';
import { Call } from '../call.test-data.ts';
import { playAckDiscarded, playHealthy, playPrivateAddress } from '../failures.test-data.ts';
import { noSymptom, symptomIs } from './symptom.ts';

describe('a symptom', () => {
  test('is this one, with the frames of its consequences', () => {
    const played = playAckDiscarded();
    const alone = ask(played, symptomIs('ack-discarded'));
    const both = ask(played, symptomIs('ack-discarded', 'session-given-up'));
    expect(alone).toMatchObject({ state: 'yes', because: 'ack-discarded' });
    expect(both).toMatchObject({ state: 'yes', because: 'ack-discarded with session-given-up' });
    expect(both.evidence.slice(0, alone.evidence.length)).toEqual(alone.evidence);
    expect(both.evidence.length).toBeGreaterThan(alone.evidence.length);
    expect(taps(played, both).length).toBe(both.evidence.length);
  });

  test('that is another one, or without its consequence, may still change while files grow', () => {
    const played = playAckDiscarded();
    for (const closed of [true, false]) {
      const state = closed ? 'no' : 'open';
      expect(ask(played, symptomIs('name-unresolved'), closed)).toMatchObject({
        state,
        because: 'the symptom is ack-discarded',
        evidence: ask(played, symptomIs('ack-discarded')).evidence,
      });
      expect(ask(played, symptomIs('ack-discarded', 'wrong-pod'), closed)).toMatchObject({
        state,
        because: 'ack-discarded without wrong-pod',
      });
      expect(ask(played, noSymptom(), closed)).toMatchObject({ state, because: 'the symptom is ack-discarded' });
      expect(ask(playHealthy(), symptomIs('ack-discarded'), closed)).toMatchObject({
        state,
        because: 'no symptom shows',
      });
    }
  });

  test('must not rest on what has not been read yet', () => {
    const { call, from } = playPrivateAddress();
    const scene = call.stage.scene(from, false);
    expect(symptomIs('private-address-in-sdp').ask(scene).state).toBe('yes');
    // The partner's server is read no further than to the end of the call's signalling.
    const first = scene.timeline.sightings.find(({ content }) => content.protocol === 'floor')?.timeNs ?? 0n;
    const sightings = scene.timeline.sightings.filter(({ tap, timeNs }) => tap !== 'b-mcx' || timeNs < first);
    const behind = { ...scene, timeline: { ...scene.timeline, sightings } };
    expect(symptomIs('private-address-in-sdp').ask(behind)).toMatchObject({
      state: 'open',
      because: 'private-address-in-sdp, if every capture were read so far',
    });
    expect(symptomIs('private-address-in-sdp').ask({ ...behind, closed: true }).state).toBe('yes');
  });

  test.each([
    ['name-unresolved', 'ladder F1'],
    ['private-address-in-sdp', 'ladder F2'],
    ['node-address-with-pod-port', 'ladder F3'],
    ['agency-treated-as-client', 'ladder F4'],
    ['ack-discarded', 'ladder F5'],
    ['flow-forgotten', 'kubernetes K1'],
    ['pod-gone', 'kubernetes K2'],
    ['dialog-lost', 'kubernetes K3'],
    ['packet-before-service', 'kubernetes K4'],
    ['no-pod-on-node', 'kubernetes K5'],
    ['something else', 'ladder'],
  ])('%s is a row of the ladder: %s', (name, clause) => {
    expect(symptomIs(name).clause).toBe(clause);
  });
});

describe('no symptom', () => {
  test('means something where the ACK of a crossing dialog was delivered', () => {
    const healthy = playHealthy();
    const answer = ask(healthy, noSymptom(), false);
    expect(answer.state).toBe('yes');
    expect(taps(healthy, answer)).toEqual(['b-mcx']);
    const { sightings } = healthy.call.stage.timeline();
    const [{ tap, frame } = { tap: '', frame: 0 }] = answer.evidence;
    const content = sightings.find((one) => one.tap === tap && one.frame === frame)?.content;
    expect(content).toMatchObject({ protocol: 'sip', message: { method: 'ACK' } });
  });

  test('means nothing before', () => {
    const call = new Call();
    call.registerAll();
    const from = call.stage.now;
    const leg = call.actor(call.crossing('a', 'a-ue-1'));
    leg.request('INVITE');
    leg.respond('INVITE', 200);
    leg.request('ACK', 2);
    const miss = { state: 'open', because: 'no symptom, but no crossing dialog is complete either' };
    expect(ask({ call, from }, noSymptom(), false)).toMatchObject(miss);
    leg.request('ACK');
    expect(ask({ call, from }, noSymptom(), false).state).toBe('yes');
  });
});
