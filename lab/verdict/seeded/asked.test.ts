import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { TimelineBuilder } from '../../capture/builder.ts';
import type { Timeline } from '../../capture/timeline.ts';
import { LINK_TYPE } from '../../wire/net/packet.ts';
import type { Question, Scene } from '../question.ts';
import { callEnded, legsComplete, membersInvited } from '../questions/call.ts';
import { crossedBothNats } from '../questions/crossing.ts';
import { floorGranted, floorIdle } from '../questions/floor.ts';
import { burstHeard } from '../questions/media.ts';
import { noSymptom } from '../questions/symptom.ts';
import { type Topology, topologySchema } from '../topology.ts';
import { floorFaults } from './floor-faults.ts';
import { mediaFaults } from './media-faults.ts';
import { type Recording, readTap } from './recording.ts';
import { says } from './row.ts';
import { signallingFaults } from './signalling-faults.ts';

/* The faults of one healthy call put to the question alone that must mind them: no steps, no files, no process. */

const golden = join(import.meta.dirname, '..', 'golden');
const plan: { scenarios: { id: string; tags: string[]; topology: unknown }[] } = JSON.parse(
  await readFile(join(golden, 'plan.json'), 'utf8'),
);
const healthy = plan.scenarios.find(({ tags }) => tags.includes('@R2'));

/** The act that each sentence of the scenario belongs to, and its question. */
const asked: Readonly<Record<string, { readonly act: number; readonly question: Question }>> = {
  [says.invited]: { act: 2, question: membersInvited() },
  [says.complete]: { act: 2, question: legsComplete() },
  [says.granted]: { act: 2, question: floorGranted('a-ue-1') },
  [says.heard]: { act: 3, question: burstHeard({ talker: 'a-ue-1', packets: 40, afterFirst: 5 }) },
  [says.translated]: { act: 3, question: crossedBothNats('rtp', 'floor', 'sip') },
  [says.idle]: { act: 3, question: floorIdle() },
  [says.grantedNext]: { act: 4, question: floorGranted('b-ue-2') },
  [says.heardNext]: { act: 4, question: burstHeard({ talker: 'b-ue-2', packets: 40, afterFirst: 5 }) },
  [says.ended]: { act: 5, question: callEnded() },
  [says.noSymptom]: { act: 5, question: noSymptom() },
};

let recording: Recording = new Map();
let topology: Topology;

beforeAll(async () => {
  topology = topologySchema.parse(healthy?.topology);
  const folder = join(golden, 'captures', healthy?.id ?? '');
  const taps = (await readdir(folder)).map(async (file) => {
    const name = file.replace(/\.pcapng$/, '');
    return [name, readTap(name, await readFile(join(folder, file)))] as const;
  });
  recording = new Map(await Promise.all(taps));
}, 60_000);

function timelineOf(edited: Recording): Timeline {
  const builder = new TimelineBuilder();
  for (const [name, { packets }] of edited) {
    builder.addTap(name, name);
    for (const [index, { timeNs, data }] of packets.flatMap(({ frames }) => frames).entries()) {
      const common = { frame: index + 1, interfaceId: 0, linkType: LINK_TYPE.ETHERNET, comments: [] };
      builder.push(name, { ...common, timeNs, data, originalLength: data.length });
    }
  }
  return builder.timeline();
}

function ask(timeline: Timeline, sentence: string, closed = true) {
  const { act, question } = asked[sentence] as { act: number; question: Question };
  const start = (wanted: number) =>
    timeline.sightings.find(({ content }) => content.protocol === 'marker' && content.marker === wanted)?.timeNs;
  const scene: Scene = { timeline, topology, fromNs: start(act) ?? 0n, toNs: start(act + 1), closed };
  return question.ask(scene);
}

describe('of the healthy call', () => {
  test.each(Object.keys(asked))('%s', (sentence) => {
    const answer = ask(timelineOf(recording), sentence);
    expect(answer).toMatchObject({ state: 'yes' });
    expect(answer.evidence.length).toBeGreaterThan(0);
  });
});

describe('of a call with one thing changed', () => {
  const faults = [...signallingFaults, ...floorFaults, ...mediaFaults].filter(({ of }) => of === '@R2');

  test.each(faults)('$what', ({ edit, fails, because }) => {
    const timeline = timelineOf(edit(recording));
    const answer = ask(timeline, fails);
    expect(answer.because).toMatch(because);
    expect(answer).toMatchObject({ state: 'no' });
    expect(answer.evidence.length).toBeGreaterThan(0);
    expect(ask(timeline, fails, false).state).not.toBe('yes');
  });
});
