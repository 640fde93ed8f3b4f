import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const rooms = ['lab', 'emulators', 'steps', 'reports'];
const files = rooms.flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('out/'))
    .map((name) => join(room, name)),
);

/** Static imports, re-exports and dynamic imports alike, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const specifiers = text.matchAll(/(?:from\s+|import\s*\(\s*|import\s+)'(\.[^']+)'/g);
  return [...specifiers].map(([, specifier]) => normalize(join(dirname(file), specifier ?? '')));
}

const graph = new Map(files.map((file) => [file, importsOf(file)]));

/** Who may import whom; what is not named here is forbidden. A room always reaches itself. */
const allowed: Record<string, readonly string[]> = {
  'lab/wire': [],
  'lab/machines': ['lab/wire'],
  emulators: ['lab/machines', 'lab/wire'],
  'lab/fabric': ['lab/errors.ts'],
  'lab/dns': ['lab/wire', 'lab/errors.ts'],
  'lab/capture': ['lab/wire', 'lab/errors.ts'],
  'lab/verdict': ['lab/capture', 'lab/wire', 'lab/errors.ts'],
  'lab/run': [
    'lab/fabric',
    'lab/capture',
    'lab/verdict',
    'lab/dns',
    'lab/wire',
    'lab/errors.ts',
    'emulators/kit/control/control.ts',
    'emulators/kit/control/client.ts',
    'emulators/kit/config.ts',
    'emulators/client/config.ts',
    'emulators/agency/config.ts',
    'emulators/edge/config.ts',
    'emulators/resolver/config.ts',
    'emulators/stranger/config.ts',
  ],
  'lab/redact': ['lab/wire', 'lab/capture', 'lab/run', 'lab/errors.ts'],
  steps: ['lab/run', 'lab/verdict'],
  reports: ['lab/capture', 'lab/verdict', 'lab/wire', 'lab/run'],
  'lab/cli': ['lab', 'emulators', 'reports', 'steps'],
};

/**
 * Rooms within a room: which of their neighbours they may import, `.` being the files that stand beside them. Where `.` has no
 * line, these files are the room itself and reach all of it.
 */
const within: Record<string, Record<string, readonly string[]>> = {
  'lab/run': {
    scenario: [],
    settings: ['scenario'],
    record: ['settings'],
    blueprint: ['settings', 'record'],
    names: ['settings', 'blueprint'],
    inside: [],
    house: ['scenario', 'settings', 'record', 'blueprint', 'names', 'inside'],
    live: ['scenario', 'record', 'blueprint', 'inside', 'house'],
    judge: ['scenario', 'record'],
  },
  'emulators/kit': { '.': [], control: ['.'], media: ['.'], resolver: ['.'], sip: ['.'], start: ['.', 'control'] },
};

/** `lab/run/names/naming.ts` is in `names` of `lab/run`, `lab/run/run.ts` in `.`. */
function innerRoomOf(file: string, room: string): string | undefined {
  if (!file.startsWith(`${room}/`)) return undefined;
  const [inner = '', ...more] = file.slice(room.length + 1).split('/');
  return more.length === 0 ? '.' : inner;
}

const roomOf = (file: string) => Object.keys(allowed).find((room) => file.startsWith(`${room}/`));

describe('layers', () => {
  test.each(files.filter((file) => !file.endsWith('.test.ts') && roomOf(file)))(
    '%s imports only what its room may',
    (file) => {
      const room = roomOf(file) ?? '';
      const wrong = (graph.get(file) ?? []).filter(
        (target) => ![room, ...(allowed[room] ?? [])].some((may) => target === may || target.startsWith(`${may}/`)),
      );
      expect(wrong).toEqual([]);
    },
  );

  test.each(Object.entries(within))('the rooms of %s import only the neighbours that they may', (room, inner) => {
    const wrong = [...graph].flatMap(([file, targets]) => {
      const own = innerRoomOf(file, room);
      if (own === undefined || file.includes('.test')) return [];
      const may = inner[own];
      if (may === undefined) return own === '.' ? [] : [`${own} has no line`];
      return targets
        .filter((target) => ![undefined, own, ...may].includes(innerRoomOf(target, room)))
        .map((target) => `${file} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('nothing but the command line imports the command line', () => {
    const importers = files
      .filter((file) => !file.startsWith('lab/cli/'))
      .filter((file) => (graph.get(file) ?? []).some((target) => target.startsWith('lab/cli/')));
    expect(importers).toEqual([]);
  });

  test('every import leads to a file', () => {
    const missing = files.flatMap((file) =>
      (graph.get(file) ?? [])
        .filter((target) => target.endsWith('.ts') && !graph.has(target))
        .map((target) => `${file} -> ${target}`),
    );
    expect(missing).toEqual([]);
  });

  test('there are no cycles', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) {
        cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
        return;
      }
      if (done.has(file)) return;
      for (const target of graph.get(file) ?? []) walk(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) walk(file, []);
    expect(cycles).toEqual([]);
  });
});
