import { appendFileSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RecordedPart, StandingRecorders, TapCounts, TapRequest } from './fabric.ts';
import { descriptorsOf, record, writeCapture } from './raw-capture.test-data.ts';
import type { Recorder } from './recorder.ts';
import { type LastMarker, ownTap, StandingRecorder } from './tapping.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-tapping-'));
  path = join(folder, 'a-edge.pcap');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A tcpdump on paper: what it writes, and what it says that it has counted. */
class PaperRecorder implements Recorder {
  readonly recording = { place: 'a-edge', interface: 'eth0' as const, path };
  readonly running = true;
  ended = 0;
  #counts: TapCounts = { drops: 0, captured: 0, received: 0 };

  constructor() {
    writeCapture(path, []);
  }

  writes(payloads: readonly string[], counts: TapCounts): void {
    for (const payload of payloads) appendFileSync(path, record(payload));
    this.#counts = counts;
  }

  counts = async (): Promise<TapCounts> => this.#counts;

  end = async (): Promise<TapCounts> => {
    this.ended++;
    return this.#counts;
  };
}

const request = (): TapRequest => ({ name: 'a-edge', place: 'a-edge', interface: 'eth0', path });
const unmarked = (): LastMarker | undefined => undefined;
const ofOnePacket = 16 + 42 + 1;

function writing(write: StandingRecorders['write']): StandingRecorders {
  return { folder, write };
}

describe('a standing recorder', () => {
  test('has each tap written once, with what was recorded and lost since the last one', async () => {
    const recorder = new PaperRecorder();
    const standing = new StandingRecorder(recorder);
    const parts: RecordedPart[] = [];
    const recorders = writing((_, part) => void parts.push(part));
    const first = standing.tap(request(), recorders, unmarked);
    recorder.writes(['1', '2'], { drops: 3, captured: 2, received: 5 });
    expect(await first.stop()).toEqual({ drops: 3, captured: 2, received: 5 });
    expect(await first.stop()).toEqual({ drops: 3, captured: 2, received: 5 });
    // Between taps.
    recorder.writes(['3'], { drops: 3, captured: 3, received: 6 });
    const second = standing.tap(request(), recorders, unmarked);
    expect(second.growing).toEqual({ path, from: 24 + 3 * ofOnePacket });
    recorder.writes(['4'], { drops: 4, captured: 4, received: 8 });
    expect(await second.stop()).toEqual({ drops: 1, captured: 1, received: 3 });
    expect(parts).toEqual([
      { path, from: 24, to: 24 + 2 * ofOnePacket, drops: 3 },
      { path, from: 24 + 3 * ofOnePacket, to: 24 + 4 * ofOnePacket, drops: 1 },
    ]);
    expect(descriptorsOf(path)).toBe(1);
    await standing.end();
    expect(recorder.ended).toBe(1);
    expect(descriptorsOf(path)).toBe(0);
  });

  test('waits for the last marker, however often it looks, and for what has been counted', async () => {
    const recorder = new PaperRecorder();
    const standing = new StandingRecorder(recorder);
    const parts: RecordedPart[] = [];
    let marker: LastMarker = { marker: 1, count: 1 };
    const tap = standing.tap(
      request(),
      writing((_, part) => void parts.push(part)),
      () => marker,
    );
    marker = { marker: 9, count: 2 };
    const stopped = tap.stop();
    for (const payload of ['a', 'mark 1', 'mark 9']) {
      await sleep(15);
      expect(parts).toEqual([]);
      recorder.writes([payload], { drops: 0, captured: 4, received: 4 });
    }
    await sleep(15);
    expect(parts).toEqual([]);
    recorder.writes(['behind'], { drops: 0, captured: 4, received: 4 });
    expect(await stopped).toMatchObject({ captured: 4 });
    expect(parts).toHaveLength(1);
    await standing.end();
  });

  test.each([
    ['ENOSPC', 'tap-disk-full'],
    ['EACCES', 'tap-not-written'],
  ])('whose tap cannot be written (%s) says so', async (code, said) => {
    const standing = new StandingRecorder(new PaperRecorder());
    const refusing = writing(() => {
      throw Object.assign(new Error(`${code}: no`), { code });
    });
    const stopped = standing.tap(request(), refusing, unmarked).stop();
    await expect(stopped).rejects.toMatchObject({ code: said, where: path, exitCode: 3 });
    expect(existsSync(path)).toBe(true);
    await standing.end();
    expect(descriptorsOf(path)).toBe(0);
  });
});

describe('a tap of its own', () => {
  test('is the file of its recorder, whole', async () => {
    const recorder = new PaperRecorder();
    const tap = ownTap(request(), recorder, unmarked);
    recorder.writes(['1', '2'], { drops: 1, captured: 2, received: 3 });
    expect(await tap.stop()).toEqual({ drops: 1, captured: 2, received: 3 });
    expect(descriptorsOf(path)).toBe(0);
  });

  test('that lacks packets is refused, and lets go of its file', async () => {
    const recorder = new PaperRecorder();
    const tap = ownTap(request(), recorder, unmarked);
    recorder.writes(['1'], { drops: 0, captured: 2, received: 2 });
    await expect(tap.stop()).rejects.toMatchObject({ code: 'tap-ended', where: path });
    expect(descriptorsOf(path)).toBe(0);
  });

  test('ends its recorder whatever its file is', async () => {
    const recorder = new PaperRecorder();
    rmSync(path);
    // Nobody can follow a link that leads to itself.
    symlinkSync(path, path);
    let count = 0;
    const tap = ownTap(request(), recorder, () => ({ marker: 9, count: count++ }));
    await expect(tap.stop()).rejects.toThrow('ELOOP');
    expect(recorder.ended).toBe(1);
  });
});
