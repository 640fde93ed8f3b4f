import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import { lanesOf } from './floor/lanes.ts';
import { drawFloorTimeline } from './floor-timeline.ts';
import { fromUe, reversed, Story, sampleCall, topology } from './sample.test-data.ts';

const up = fromUe('a-ue-1', '192.168.10.11', 40002, 30102, 30102);
const down = reversed(up);
const lane = (story: Story) => {
  const timeline = story.timeline();
  const begin = timeline.sightings[0]?.timeNs ?? 0n;
  const found = lanesOf(timeline, topology).find(({ ue }) => ue === 'a-ue-1');
  const ms = (ns: bigint): number => Math.round(Number(ns - begin) / 1e6);
  return {
    spans: found?.spans.map(({ what, fromNs, toNs }) => [what, ms(fromNs), ms(toNs)]),
    marks: found?.marks.map(({ sign, timeNs }) => [sign, ms(timeNs)]),
  };
};

describe('who has the floor, as the UE was told', () => {
  test('from Granted to its own Release', () => {
    const story = new Story()
      .floor(0, 'Floor Request', [], ...up)
      .floor(10, 'Floor Granted', [], ...down)
      .floor(510, 'Floor Release', [], ...up)
      .floor(520, 'Floor Idle', [], ...down);
    expect(lane(story)).toEqual({
      spans: [['has', 10, 510]],
      marks: [
        ['▲', 0],
        ['▼', 510],
      ],
    });
  });

  test('from Taken to Idle, repeated or not', () => {
    const story = new Story()
      .floor(0, 'Floor Taken', [], ...down)
      .floor(100, 'Floor Taken', [], ...down)
      .floor(300, 'Floor Idle', [], ...down);
    expect(lane(story).spans).toEqual([['taken', 0, 300]]);
  });

  test('Granted after Taken ends the other’s turn, Revoke ends the own one', () => {
    const story = new Story()
      .floor(0, 'Floor Taken', [], ...down)
      .floor(100, 'Floor Granted', [], ...down)
      .floor(200, 'Floor Revoke', [], ...down);
    expect(lane(story)).toEqual({
      spans: [
        ['taken', 0, 100],
        ['has', 100, 200],
      ],
      marks: [['✕', 200]],
    });
  });

  test('another talker is another turn', () => {
    const taken = (uri: string) => [{ id: "Granted Party's Identity", uri } as const];
    const story = new Story()
      .floor(0, 'Floor Taken', taken('sip:x'), ...down)
      .floor(50, 'Floor Taken', taken('sip:y'), ...down)
      .floor(90, 'Floor Idle', [], ...down);
    expect(lane(story).spans).toEqual([
      ['taken', 0, 50],
      ['taken', 50, 90],
    ]);
  });

  test('a turn without end lasts as long as the capture', () => {
    const story = new Story().floor(0, 'Floor Granted', [], ...down).marker(700, 65_535);
    expect(lane(story).spans).toEqual([['has', 0, 700]]);
  });
});

test('speech: a burst is a span, a pause or another voice ends it, keep-alives are none', () => {
  const way = fromUe('a-ue-1', '192.168.10.11', 40000, 30100, 30100);
  const story = new Story()
    .rtp(0, 1, 10, ...way)
    .rtp(1000, 1, 5, ...way)
    .rtp(1200, 2, 5, ...reversed(way));
  expect(lane(story).spans).toEqual([
    ['sent', 0, 200],
    ['sent', 1000, 1100],
    ['heard', 1200, 1300],
  ]);
});

test('the drawing is well-formed, has a lane a UE, and stays in its frame', () => {
  const html = drawFloorTimeline(sampleCall(), topology).text;
  const svg = XmlDocument.fromString(/<svg[\s\S]*<\/svg>/.exec(html)?.[0] ?? '');
  expect(svg.root.find('//text[@class="name"]').map(({ content }) => content)).toEqual([
    'a-ue-1',
    'a-ue-2',
    'b-ue-1',
    'b-ue-2',
  ]);
  for (const rect of svg.root.find('//rect')) {
    const x = Number(rect.get('@x')?.content);
    expect(x).toBeGreaterThanOrEqual(110);
    expect(x + Number(rect.get('@width')?.content)).toBeLessThanOrEqual(1190);
  }
  svg.dispose();
});

test('nobody spoke: said in words', () => {
  expect(drawFloorTimeline(new Story().timeline(), topology).text).toContain('No floor control');
});
