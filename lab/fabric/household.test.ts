import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Conversation, PlacedProcess, TapRequest } from './fabric.ts';
import { Household, uncutPath } from './household.ts';
import { descriptorsOf } from './raw-capture.test-data.ts';

/** Places on paper: what is closed, in order. */
function household() {
  const closed: string[] = [];
  const note = (what: string) => async () => void closed.push(what);
  const house = new Household([{ name: 'b-edge' }, { name: 'b-mcx' }], {
    startPlaced: async ({ name }): Promise<PlacedProcess> => ({
      pid: 1,
      place: name,
      ended: new Promise(() => undefined),
      stop: note(`process of ${name}`),
    }),
    converseIn: async ({ name }): Promise<Conversation> => ({
      place: name,
      send: () => undefined,
      onLine: () => undefined,
      ended: new Promise(() => undefined),
      close: note(`conversation of ${name}`),
    }),
    record: async ({ name }, recording) => ({
      recording,
      running: false,
      counts: async () => ({ drops: 0, captured: 0, received: 0 }),
      end: async () => {
        closed.push(`recorder of ${name}`);
        return { drops: 0, captured: 0, received: 0 };
      },
    }),
    openMarker: async ({ name }) => ({ send: async () => undefined, close: note(`marker of ${name}`) }),
  });
  return { house, closed };
}

const tap = (place: string): TapRequest => ({ name: place, place, interface: 'eth0', path: '/file' });

describe('a place that is left', () => {
  test('loses its taps before its processes, and nobody else loses anything', async () => {
    const { house, closed } = household();
    await house.start('b-edge', ['node'], '/log');
    await house.converse('b-edge', ['node']);
    await house.start('b-mcx', ['node'], '/log');
    await house.tap(tap('b-edge'));
    await house.mark(1, ['b-edge', 'b-mcx']);
    await house.leave('b-edge');
    expect(closed[0]).toBe('recorder of b-edge');
    expect(closed.toSorted()).toEqual([
      'conversation of b-edge',
      'marker of b-edge',
      'process of b-edge',
      'recorder of b-edge',
    ]);
    expect(() => house.find('b-edge')).toThrow('the fabric has no place b-edge');
    await house.close();
    expect(closed.slice(4).toSorted()).toEqual(['marker of b-mcx', 'process of b-mcx']);
  });

  test('is there again, and empty, when it has been moved into', async () => {
    const { house, closed } = household();
    await house.mark(1, ['b-edge']);
    await house.leave('b-edge');
    house.move([{ name: 'b-edge' }]);
    await house.start('b-edge', ['node'], '/log');
    await house.mark(2, ['b-edge']);
    await house.close();
    expect(closed.toSorted()).toEqual(['marker of b-edge', 'marker of b-edge', 'process of b-edge']);
  });
});

describe('a tap that cannot be written leaves the recording that its packets are in,', () => {
  const recorded = 'what has been recorded';
  const counts = async () => ({ drops: 0, captured: 0, received: 0 });
  const full = () => Promise.reject(new Error('No space left on device'));
  const nothing = () => undefined;
  const refused = () => {
    throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };

  test.each([
    ['when the recorder has no room', full, nothing, { message: 'No space left on device' }],
    ['when the tap has none', counts, refused, { code: 'tap-disk-full' }],
  ])('%s', async (_, ask, write, error) => {
    const folder = mkdtempSync(join(tmpdir(), 'mcx-household-'));
    const [standing, captures] = [join(folder, '.recorders'), join(folder, 'captures')];
    mkdirSync(captures);
    let growing = '';
    const house = new Household([{ name: 'b-edge' }], {
      startPlaced: () => Promise.reject(new Error('not asked for')),
      converseIn: () => Promise.reject(new Error('not asked for')),
      openMarker: () => Promise.reject(new Error('not asked for')),
      record: async (_, recording) => {
        growing = recording.path;
        writeFileSync(recording.path, recorded);
        return { recording, running: true, counts: ask, end: ask };
      },
    });
    try {
      const path = join(captures, 'b-edge.pcapng');
      const one = await house.tap({ ...tap('b-edge'), path, standing: { folder: standing, write } });
      await expect(one.stop()).rejects.toMatchObject(error);
      expect(readdirSync(captures)).toEqual(['b-edge.uncut.pcap']);
      expect(uncutPath(join(captures, 'b-edge.pcap'))).toBe(uncutPath(path));
      expect(readFileSync(uncutPath(path), 'utf8')).toBe(recorded);
      expect(readdirSync(folder)).toEqual(['captures']);
      expect(descriptorsOf(growing) + descriptorsOf(uncutPath(path))).toBe(0);
      await house.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
