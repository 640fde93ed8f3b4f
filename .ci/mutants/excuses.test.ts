import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Excuse, excuseFor, readExcuses } from './excuses.ts';

const project = join(import.meta.dirname, '..', '..');
const excuses = await readExcuses();

test('every reason is about a line that there is', () => {
  const gone = excuses.filter(({ file, code }) => {
    const lines = readFileSync(join(project, file), 'utf8').split('\n');
    return !lines.some((line) => line.trim() === code);
  });
  expect(gone).toEqual([]);
});

describe('a reason holds for', () => {
  const change = { file: 'a.ts', code: 'x < y', mutator: 'EqualityOperator', after: 'x <= y' };
  const why = 'x and y are never equal here';
  const reason = (more: Partial<Excuse>): Excuse => ({ file: 'a.ts', code: 'x < y', why, ...more });

  test.each<[string, Partial<Excuse>]>([
    ['every change of its line', {}],
    ['those of one mutator', { mutator: 'EqualityOperator' }],
    ['one replacement', { mutator: 'EqualityOperator', after: 'x <= y' }],
  ])('%s', (_what, more) => {
    expect(excuseFor(change, [reason(more)])).toBe(why);
  });

  test.each<[string, Partial<Excuse>]>([
    ['another file', { file: 'b.ts' }],
    ['another line', { code: 'x > y' }],
    ['another mutator', { mutator: 'BooleanLiteral' }],
    ['another replacement', { after: 'x >= y' }],
  ])('not for %s', (_what, more) => {
    expect(excuseFor(change, [reason(more)])).toBeUndefined();
  });
});
