import { type Room, rooms } from './blocks.ts';
import { type Excuse, excuseFor } from './excuses.ts';
import type { Report } from './stryker.ts';

/** One mutant that was tried. */
export interface Seen {
  readonly room: Room;
  readonly file: string;
  readonly line: number;
  readonly mutator: string;
  readonly before: string;
  readonly after: string;
  readonly fate: 'killed' | 'survived' | 'uncovered';
  /** Words for people, in faults, reasons and errors: tests hold their meaning, not their letters. */
  readonly prose: boolean;
  /** The line that it is on, without its indentation. */
  readonly code: string;
  /** Why no test can or need notice it (`excuses/`). */
  readonly excuse: string | undefined;
}

/** What counts: noticed by a test (or the test ran for ever), not noticed, or run by no test. Others are no mutants. */
const fates: Readonly<Record<string, Seen['fate']>> = {
  Killed: 'killed',
  Timeout: 'killed',
  Survived: 'survived',
  NoCoverage: 'uncovered',
};

export function seenIn(room: Room, { files }: Report, excuses: readonly Excuse[]): Seen[] {
  return Object.entries(files).flatMap(([file, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants.flatMap(({ mutatorName, replacement = '', status, location: { start, end } }) => {
      const fate = fates[status];
      if (fate === undefined) return [];
      const line = lines[start.line - 1] ?? '';
      const before = line.slice(start.column - 1, start.line === end.line ? end.column - 1 : undefined);
      const prose = mutatorName === 'StringLiteral' && before.includes(' ');
      const change = { file, line: start.line, code: line.trim(), mutator: mutatorName, before, after: replacement };
      return [{ room, ...change, fate, prose, excuse: excuseFor(change, excuses) }];
    });
  });
}

/** Those without a reason, each by itself, and how many others have one. */
export function printSurvivors(seen: readonly Seen[]): void {
  const left = seen.filter((one) => one.fate !== 'killed' && counts(one));
  left.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  for (const { file, line, mutator, before, after, fate } of left) {
    const change = `${short(before)} -> ${short(after)}`;
    process.stdout.write(`${file}:${line} ${mutator}${fate === 'uncovered' ? ', no test' : ''}: ${change}\n`);
  }
  const reasons = seen.filter(isExcused).length;
  process.stdout.write(`${left.length} survive without a reason, ${reasons} with one in .ci/mutants/excuses\n`);
}

export function printTally(seen: readonly Seen[]): void {
  const folders = Map.groupBy(seen, ({ file }) => file.slice(0, file.lastIndexOf('/')));
  for (const [folder, own] of [...folders].sort(([a], [b]) => (a < b ? -1 : 1))) say(folder, own);
  for (const room of rooms) {
    const own = seen.filter((one) => one.room === room);
    if (own.length > 0) say(room, own);
    else process.stdout.write(`${room.padEnd(28)} not reached in this sample\n`);
  }
  say('all', seen);
}

function say(what: string, seen: readonly Seen[]): void {
  const { killed, counted } = count(seen);
  const excused = seen.filter(isExcused).length;
  const share = counted === 0 ? '-' : `${scoreOf(seen).toFixed(1)} %`;
  const apart = `${seen.length - counted - excused} in prose, ${excused} excused`;
  process.stdout.write(`${what.padEnd(28)} ${share.padStart(8)}  ${killed} of ${counted} killed (${apart})\n`);
}

function isExcused({ prose, fate, excuse }: Seen): boolean {
  return !prose && fate !== 'killed' && excuse !== undefined;
}

/** Prose does not, and what survives with a reason that is written down does not. */
function counts(one: Seen): boolean {
  return !one.prose && !isExcused(one);
}

function count(seen: readonly Seen[]): { killed: number; counted: number } {
  const counted = seen.filter(counts);
  return { killed: counted.filter(({ fate }) => fate === 'killed').length, counted: counted.length };
}

function scoreOf(seen: readonly Seen[]): number {
  const { killed, counted } = count(seen);
  return counted === 0 ? 0 : (100 * killed) / counted;
}

/** Below this a sample's score is chance. */
const enough = 150;

/** Whether every room's score is at its floor; says where not. */
export function judgeTally(seen: readonly Seen[], floors: Readonly<Record<string, number>>): boolean {
  const low = Object.entries(floors).filter(([room, floor]) => {
    const own = seen.filter((one) => one.room === room);
    return count(own).counted >= enough && scoreOf(own) < floor;
  });
  for (const [room, floor] of low) process.stdout.write(`${room} is below its floor of ${floor} %\n`);
  if (seen.length === 0) process.stdout.write('nothing was tried: give it more seconds\n');
  return seen.length > 0 && low.length === 0;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 57)}...` : line;
}
