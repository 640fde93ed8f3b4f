import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Report } from './stryker.ts';
import { judgeTally, printSurvivors, printTally, seenIn } from './tally.ts';

let said = '';
beforeEach(() => {
  said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const file = 'lab/wire/a.ts';
const source = "  const a = x < y;\n  throw new Error('no such thing');\n";

function mutant(status: string, replacement = 'x <= y', line = 1, mutatorName = 'EqualityOperator') {
  const [from, to] = line === 1 ? [13, 18] : [19, 34];
  return {
    mutatorName,
    replacement,
    status,
    location: { start: { line, column: from }, end: { line, column: to } },
  };
}

const report = (...mutants: ReturnType<typeof mutant>[]): Report => ({ files: { [file]: { source, mutants } } });
const excuse = { file, code: 'const a = x < y;', after: 'x >= y', why: 'a reason that is long enough' };

const seen = seenIn(
  'lab/wire',
  report(
    mutant('Survived'),
    mutant('NoCoverage', 'true'),
    mutant('Survived', 'x >= y'),
    mutant('Survived', '""', 2, 'StringLiteral'),
    mutant('Killed', 'false'),
    mutant('Timeout', 'x > y'),
    mutant('Ignored', 'x == y'),
  ),
  [excuse],
);

test('what survives is listed; words for people are not, and what has a reason is counted', () => {
  printSurvivors(seen);
  expect(said.split('\n')).toEqual([
    'lab/wire/a.ts:1 EqualityOperator: x < y -> x <= y',
    'lab/wire/a.ts:1 EqualityOperator, no test: x < y -> true',
    '2 survive without a reason, 1 with one in .ci/mutants/excuses',
    '',
  ]);
});

test('the score is of those that count', () => {
  printTally(seen);
  expect(said).toMatch(/^lab\/wire +50\.0 % {2}2 of 4 killed \(1 in prose, 1 excused\)$/m);
  expect(said).toMatch(/^lab\/verdict +not reached in this sample$/m);
});

test('a room below its floor fails, unless the sample is too small to tell', () => {
  expect(judgeTally(seen, { 'lab/wire': 60 })).toBe(true);
  const many = Array.from({ length: 40 }, () => seen).flat();
  expect(judgeTally(many, { 'lab/wire': 50 })).toBe(true);
  expect(judgeTally(many, { 'lab/wire': 60 })).toBe(false);
  expect(judgeTally([], {})).toBe(false);
  expect(said).toContain('lab/wire is below its floor of 60 %');
});
