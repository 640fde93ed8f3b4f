import type { Disagreement, Tally } from './compare.ts';

/** Of one kind, so many are shown: the rest says nothing new. */
const SHOWN = 3;

export function printTally(tally: Tally, say: (line: string) => void): void {
  say('the same on both sides:');
  for (const [protocol, count] of sorted(tally.packets)) say(`  ${String(count).padStart(7)} packets ${protocol}`);
  for (const [field, count] of sorted(tally.fields)) say(`  ${String(count).padStart(7)} ${field}`);
  for (const [who, count] of sorted(tally.broken))
    say(`  ${String(count).padStart(7)} sent broken: called so by ${who}`);
  for (const [{ field, defect }, count] of tally.excepted) say(`excepted ${count} times: ${field}: ${defect}`);
  for (const [kind, list] of byKind(tally.disagreements)) {
    say(`DIFFERENT ${list.length} times: ${kind}`);
    for (const { file, frame, ours, theirs } of list.slice(0, SHOWN)) {
      say(`  ${file}, frame ${frame}\n    ours   ${JSON.stringify(ours)}\n    theirs ${JSON.stringify(theirs)}`);
    }
  }
}

function sorted(counts: ReadonlyMap<string, number>): [string, number][] {
  return [...counts].sort(([, a], [, b]) => b - a);
}

function byKind(disagreements: readonly Disagreement[]): Map<string, Disagreement[]> {
  const kinds = new Map<string, Disagreement[]>();
  for (const one of disagreements) {
    const kind = one.field === 'protocol' ? `protocol, ours ${one.ours}, theirs ${one.theirs}` : one.field;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  return kinds;
}
