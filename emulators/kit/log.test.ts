import { describe, expect, test } from 'vitest';
import { openLog } from './log.ts';

function record() {
  const lines: Record<string, unknown>[] = [];
  const log = openLog('a-edge', (line) => {
    expect(line.endsWith('\n')).toBe(true);
    lines.push(JSON.parse(line));
  });
  return { log, lines };
}

describe('log', () => {
  test('one JSON line for each entry, with name, level and fields', () => {
    const { log, lines } = record();
    log.info('ready', { port: 5060 });
    log.warn('two\nlines');
    expect(lines).toMatchObject([
      { name: 'a-edge', level: 'info', what: 'ready', port: 5060 },
      { name: 'a-edge', level: 'warn', what: 'two\nlines' },
    ]);
    expect(Number.isNaN(Date.parse(String(lines[0]?.at)))).toBe(false);
  });

  test('faults are counted and keep their stack', () => {
    const { log, lines } = record();
    log.fault('effect failed', new Error('bug'));
    log.fault('effect failed', 'text alone');
    expect(log.faults).toBe(2);
    expect(lines[0]).toMatchObject({ level: 'fault', faults: 1, error: expect.stringContaining('log.test.ts') });
    expect(lines[1]).toMatchObject({ error: 'text alone', faults: 2 });
  });

  test('a flood of warnings is cut off, faults are not', () => {
    const { log, lines } = record();
    for (let i = 0; i < 1000; i += 1) log.warn('bad datagram');
    log.fault('bug', 'x');
    // The second may turn once while the loop runs.
    expect(lines.length).toBeLessThanOrEqual(42);
    expect(lines.at(-1)).toMatchObject({ what: 'bug' });
  });
});
