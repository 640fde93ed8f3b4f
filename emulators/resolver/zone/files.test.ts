import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../kit/clock.ts';
import { silentLog } from '../../kit/log.ts';
import { openZoneFile } from './files.ts';

/** A clock that moves when told. */
function handClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  const due: { at: number; act: () => void }[] = [];
  return {
    nowMs: () => now,
    after: (delayMs, act) => {
      const entry = { at: now + delayMs, act };
      due.push(entry);
      return () => {
        const at = due.indexOf(entry);
        if (at !== -1) due.splice(at, 1);
      };
    },
    advance: (ms) => {
      const until = now + ms;
      for (;;) {
        const next = due.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        now = next.at;
        due.splice(due.indexOf(next), 1);
        next.act();
      }
      now = until;
    },
  };
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zone-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (serial: number, address: string): void => {
  writeFileSync(join(folder, 'db.x'), `$TTL 5\n@ SOA ns h ${serial} 1 1 1 1\nn A ${address}\n`);
};

function open(reloadMs = 5000) {
  const clock = handClock();
  const config = { path: '/etc/coredns/db.x', zones: ['x.test'], reloadMs };
  const file = openZoneFile(config, join(folder, 'Corefile'), clock, silentLog);
  const serves = (): unknown => {
    const [record] = file.zones.get('x.test')?.owners.get('n.x.test') ?? [];
    return record?.type === 'A' ? record.address : undefined;
  };
  return { clock, file, serves };
}

describe('a zone file', () => {
  test('is found beside the Corefile, whatever folder the Corefile names', () => {
    write(1, '10.0.0.1');
    expect(open().serves()).toBe('10.0.0.1');
  });

  test('that is missing is waited for', () => {
    const { clock, file, serves } = open();
    expect([...file.zones]).toEqual([['x.test', undefined]]);
    write(1, '10.0.0.1');
    clock.advance(4999);
    expect(serves()).toBeUndefined();
    clock.advance(1);
    expect(serves()).toBe('10.0.0.1');
  });

  test('with the same serial is not taken, with any other it is', () => {
    write(5, '10.0.0.1');
    const { clock, serves } = open();
    write(5, '10.0.0.2');
    clock.advance(5000);
    expect(serves()).toBe('10.0.0.1');
    write(4, '10.0.0.3');
    clock.advance(5000);
    expect(serves()).toBe('10.0.0.3');
  });

  test('that is spoilt later leaves the old one in service', () => {
    write(1, '10.0.0.1');
    const { clock, serves } = open();
    writeFileSync(join(folder, 'db.x'), 'rubbish');
    clock.advance(5000);
    rmSync(join(folder, 'db.x'));
    clock.advance(5000);
    expect(serves()).toBe('10.0.0.1');
  });

  test('that is spoilt at the start stops the whole server', () => {
    writeFileSync(join(folder, 'db.x'), '$TTL 5\nn A 10.0.0.1\n');
    expect(() => open()).toThrow('has no SOA record');
  });

  test('with reload 0 is read once, and must be there', () => {
    expect(() => open(0)).toThrow('no such file');
    write(1, '10.0.0.1');
    const { clock, serves } = open(0);
    write(2, '10.0.0.2');
    clock.advance(600_000);
    expect(serves()).toBe('10.0.0.1');
  });

  test('is not read again after the end', () => {
    write(1, '10.0.0.1');
    const { clock, file, serves } = open();
    file.stop();
    write(2, '10.0.0.2');
    clock.advance(60_000);
    expect(serves()).toBe('10.0.0.1');
  });
});
