import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LabError } from '../errors.ts';
import { printError } from './print-error.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

test('what a user can mend has its code, its place and the next command', () => {
  const error = new LabError('TAP-LOST', 'a tap is gone', {
    where: 'a-edge',
    next: 'Look:',
    command: 'npm run lab',
    exitCode: 3,
  });
  expect(printError(error)).toBe(3);
  expect(printed).toBe('lab: [TAP-LOST] a tap is gone\n  where: a-edge\n  next: Look:\n    npm run lab\n');
});

test.each(['ENOSPC', 'EDQUOT'])('%s is no fault of the lab, and no verdict', (code) => {
  expect(printError(Object.assign(new Error('no space left on device'), { code, path: '/small/run.json' }))).toBe(3);
  expect(printed).toContain('lab: [DISK-FULL]');
  expect(printed).toContain('where: /small/run.json');
  expect(printed).toContain('prune --keep');
});

test('what nobody thought of is a fault of the lab, with its trace', () => {
  expect(printError(new TypeError('x is not a function'))).toBe(70);
  expect(printed).toContain('LAB-FAULT');
  expect(printed).toContain('print-error.test.ts');
  expect(printError('thrown text')).toBe(70);
});
