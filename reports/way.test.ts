import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import type { Sighting } from '../lab/capture/timeline.ts';
import { speech } from '../lab/verdict/media.ts';
import { acrossToB, fromUe, inside, reversed, Story, sampleCall, topology } from './sample.test-data.ts';
import { markup } from './text.ts';
import { drawWays, speechWays } from './way.ts';

const toEdge = fromUe('a-ue-1', '192.168.10.11', 40000, 30100, 30100);
const toServer = inside('a-edge', '10.244.0.5:30100', 'a-mcx', '10.244.0.6:20000');
const leaked = ['a-mcx 10.244.0.6:20002 10.244.0.26:20002', 'a-node 10.244.0.6:20002 10.244.0.26:20002'];

const payload = ([first]: readonly Sighting[]): number | undefined => first && speech(first)?.payload[0];

describe('the way of a packet of speech', () => {
  test('of the packets that got furthest the one in the middle is shown, with all its copies', () => {
    const story = new Story().rtp(0, 1, 9, ...toEdge);
    // Packets 3 to 7 go on to the server: the edge has latched only by then.
    story.rtp(2, 1, 8, ...toServer);
    const { journeys } = story.timeline();
    const late = journeys.filter(({ sightings }) => sightings[0]?.tap === 'a-ue-1' || (payload(sightings) ?? 0) >= 3);
    const [way, ...others] = speechWays({ ...story.timeline(), journeys: late }, topology);
    expect(others).toEqual([]);
    expect(way?.talker).toBe('a-ue-1');
    expect(way?.journeys.map(({ sightings }) => sightings[0]?.tap)).toEqual(['a-ue-1', 'a-edge']);
    expect(way?.journeys.map(({ sightings }) => payload(sightings))).toEqual([5, 5]);
  });

  test('a UE that received it heard it; a place that was not meant for it lost it', () => {
    const back = reversed(fromUe('a-ue-2', '192.168.10.12', 40000, 30104, 30104));
    const story = new Story()
      .rtp(0, 1, 5, ...toEdge)
      .rtp(1, 1, 5, ...toServer)
      .rtp(2, 2, 5, ...back)
      .rtp(3, 3, 5, ...leaked);
    const [way] = speechWays(story.timeline(), topology);
    expect(way).toMatchObject({ heardBy: ['a-ue-2'], lostAfter: ['a-node'] });
    expect(way?.journeys).toHaveLength(4);
  });

  test('each talker has a way; keep-alives and a call without speech have none', () => {
    const fromB = acrossToB(30104, 30106, 30106);
    expect(speechWays(new Story().rtp(0, 1, 5, ...fromB).timeline(), topology)).toEqual([]);
    expect(drawWays(new Story().marker(0, 0).timeline(), topology, 'p').text).toBe('');
    const story = new Story().rtp(0, 1, 5, ...toEdge).rtp(200, 2, 6, 'b-ue-2 192.168.20.12:40000 172.18.0.3:30100');
    expect(speechWays(story.timeline(), topology).map(({ talker }) => talker)).toEqual(['a-ue-1', 'b-ue-2']);
  });

  test('the picture says who heard it, shows both addresses of each translation, and is well-formed', () => {
    const drawn = drawWays(sampleCall(), topology, 's-x');
    expect(() => XmlDocument.fromString(markup`<div>${drawn}</div>`.text).dispose()).not.toThrow();
    expect(drawn.text).toContain('A packet of what a-ue-1 says: nobody hears it');
    expect(drawn.text).toContain('src 192.168.10.11:40000');
    expect(drawn.text).toContain('→ 172.18.0.10:40000');
    expect(drawn.text).toContain('id="s-x-way-a-ue-1-row-0"');
  });
});
