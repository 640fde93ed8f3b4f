import { describe, expect, test } from 'vitest';
import type { Timeline } from '../capture/timeline.ts';
import { allOf, pending } from './answers.ts';
import { captureHealth, requiredTaps } from './health.ts';
import { agencyOf, edgeTap, endTaps, nodeTap, serverTap, ueNamed, ueTap } from './places.ts';
import { Stage } from './stage.test-data.ts';

function recorded(): Stage {
  const stage = new Stage();
  for (const marker of [0, 1, 2, 65535]) stage.mark(marker);
  return stage;
}

/** The timeline with one tap's record changed. */
function changed(timeline: Timeline, tap: string, change: Partial<Timeline['taps'][number]>): Timeline {
  return { ...timeline, taps: timeline.taps.map((one) => (one.tap === tap ? { ...one, ...change } : one)) };
}

describe('captureHealth', () => {
  const { topology } = recorded();

  test('every required tap has every marker and drops nothing', () => {
    expect(captureHealth(recorded().timeline(), topology)).toBeUndefined();
  });

  test('a bridge counts where the plan has one', () => {
    expect(requiredTaps(topology).map(({ name }) => name)).toContain('bridge');
    const planned = { ...topology, taps: topology.taps.filter(({ kind }) => kind !== 'bridge') };
    const timeline = recorded().timeline();
    const taps = timeline.taps.filter(({ tap }) => tap !== 'bridge');
    const sightings = timeline.sightings.filter(({ tap }) => tap !== 'bridge');
    expect(captureHealth({ ...timeline, taps, sightings }, planned)).toBeUndefined();
    expect(captureHealth({ ...timeline, taps, sightings }, topology)).toBe('the tap bridge recorded nothing');
  });

  test('a tap that recorded nothing, or half a packet', () => {
    const timeline = recorded().timeline();
    const taps = timeline.taps.filter(({ tap }) => tap !== 'b-edge');
    expect(captureHealth({ ...timeline, taps }, topology)).toBe('the tap b-edge recorded nothing');
    expect(captureHealth(changed(timeline, 'a-mcx', { truncated: true }), topology)).toContain(
      'a-mcx ends in the middle',
    );
  });

  test('drops', () => {
    const timeline = recorded().timeline();
    expect(captureHealth(changed(timeline, 'a-node', { drops: 3 }), topology)).toBe(
      'the recorder of the tap a-node dropped 3 packets',
    );
    expect(captureHealth(changed(timeline, 'a-node', { drops: undefined }), topology)).toBeUndefined();
  });

  test('a place that was taken away has the last marker early, and nothing of later acts', () => {
    const stage = new Stage();
    for (const marker of [0, 1, 2, 65535]) stage.mark(marker);
    const timeline = stage.timeline();
    const second = timeline.sightings.find(({ content }) => content.protocol === 'marker' && content.marker === 2);
    const lastAt = (timeNs: bigint): Timeline => ({
      ...timeline,
      sightings: timeline.sightings.flatMap((one) => {
        if (one.tap !== 'b-edge' || one.content.protocol !== 'marker') return [one];
        if (one.content.marker === 2) return [];
        return one.content.marker === 65535 ? [{ ...one, timeNs }] : [one];
      }),
    });
    const at = second?.timeNs ?? 0n;
    expect(captureHealth(lastAt(at - 1n), topology)).toBeUndefined();
    expect(captureHealth(lastAt(at + 1n), topology)).toBe('marker 2 is missing on the tap b-edge');
    expect(captureHealth(lastAt(at), topology)).toBe('marker 2 is missing on the tap b-edge');
    // Markers are repeated while a question waits: an act began with the first, and so did the end.
    const again = (marker: number, timeNs: bigint, tap: string) => {
      const known = timeline.sightings.find(
        (one) => one.content.protocol === 'marker' && one.content.marker === marker,
      );
      return known === undefined ? [] : [{ ...known, tap, timeNs }];
    };
    const repeated = (cut: Timeline, ...more: Timeline['sightings']) => ({
      ...cut,
      sightings: [...cut.sightings, ...more],
    });
    expect(captureHealth(repeated(lastAt(at - 1n), ...again(65535, at + 9n, 'b-edge')), topology)).toBeUndefined();
    expect(captureHealth(repeated(lastAt(at + 1n), ...again(2, at + 9n, 'a-node')), topology)).toContain('marker 2');
  });

  test.each([0, 1, 65535])('marker %i is missing on one tap', (marker) => {
    const timeline = recorded().timeline();
    const sightings = timeline.sightings.filter(
      ({ tap, content }) => tap !== 'a-ue-1' || content.protocol !== 'marker' || content.marker !== marker,
    );
    expect(captureHealth({ ...timeline, sightings }, topology)).toBe(`marker ${marker} is missing on the tap a-ue-1`);
  });

  test('a run without markers at all', () => {
    expect(captureHealth(new Stage().timeline(), topology)).toContain('marker 0 is missing');
  });
});

describe('places', () => {
  const { topology } = new Stage({ serverB: '10.244.0.6', bystanderA: '10.244.0.25' });
  const [a, b] = topology.agencies;
  if (a === undefined || b === undefined) throw new Error('two agencies');

  test('each role has its tap, also where two clusters use one address', () => {
    expect([a, b].map((agency) => serverTap(topology, agency)?.name)).toEqual(['a-mcx', 'b-mcx']);
    expect([a, b].map((agency) => edgeTap(topology, agency)?.name)).toEqual(['a-edge', 'b-edge']);
    expect([a, b].map((agency) => nodeTap(topology, agency)?.name)).toEqual(['a-node', 'b-node']);
    expect(topology.ues.map((ue) => ueTap(topology, ue)?.name)).toEqual(['a-ue-1', 'a-ue-2', 'b-ue-1', 'b-ue-2']);
    expect(endTaps(topology).map(({ name }) => name)).toEqual([
      'a-mcx',
      'b-mcx',
      'a-ue-1',
      'a-ue-2',
      'b-ue-1',
      'b-ue-2',
    ]);
  });

  test('an agency is the first word of a place', () => {
    const owner = (name: string) => {
      const tap = topology.taps.find((one) => one.name === name);
      return tap && agencyOf(topology, tap)?.name;
    };
    expect([owner('a-mcx-lo'), owner('b-access'), owner('bridge')]).toEqual(['a', 'b', undefined]);
    expect(ueNamed(topology, 'c-ue-1')).toBeUndefined();
  });
});

describe('answers', () => {
  const answer = (state: 'yes' | 'no' | 'open', because: string) => ({
    state,
    because,
    evidence: [{ tap: because, frame: 1 }],
  });

  test('all of several: the first no, else the first open, else yes with all evidence', () => {
    expect(allOf([answer('yes', 'a'), answer('open', 'b'), answer('no', 'c')])).toMatchObject({
      state: 'no',
      because: 'c',
    });
    expect(allOf([answer('yes', 'a'), answer('open', 'b'), answer('open', 'c')])).toMatchObject({
      state: 'open',
      because: 'b',
    });
    expect(allOf([answer('yes', 'a'), answer('yes', 'b')])).toEqual({
      state: 'yes',
      because: 'a; b',
      evidence: [
        { tap: 'a', frame: 1 },
        { tap: 'b', frame: 1 },
      ],
    });
  });

  test('without a near miss the evidence is where looking began', () => {
    const stage = new Stage();
    stage.mark(0);
    const from = stage.mark(1);
    const { evidence, state } = pending(stage.scene(from, false), 'nothing');
    expect([state, evidence]).toEqual(['open', [{ tap: 'a-node', frame: 2 }]]);
    expect(pending(stage.scene(from), 'nothing').state).toBe('no');
  });
});
