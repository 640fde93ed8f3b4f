import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Attendant } from './client.ts';

// The real program, beside the test: what carries its words on a cluster is a pipe as well.
const folder = mkdtempSync(join(tmpdir(), 'attendant-'));
let attendant: Attendant;
beforeAll(async () => {
  attendant = await Attendant.open('here', [], process.execPath);
});
afterAll(async () => {
  await attendant.close();
  rmSync(folder, { recursive: true });
});

/** A process that nobody has reaped yet does nothing any more. */
function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a process that the attendant starts', () => {
  test('says what it says, and how it ended', async () => {
    let [stdout, stderr] = ['', ''];
    const child = await attendant.launch({
      argv: ['sh', '-c', 'echo to out; echo to err >&2; exit 7'],
      onStdout: (text) => {
        stdout += text;
      },
      onStderr: (text) => {
        stderr += text;
      },
    });
    expect(await child.exited).toBe(7);
    expect(await child.closed).toBe(7);
    expect([stdout, stderr]).toEqual(['to out\n', 'to err\n']);
    expect(child.running).toBe(false);
  });

  test('hears what is said to it, to the end', async () => {
    let heard = '';
    const child = await attendant.launch({
      argv: ['cat'],
      stdin: 'pipe',
      onStdout: (text) => {
        heard += text;
      },
    });
    child.write('eins ');
    child.write('zwei äöü');
    child.end();
    expect(await child.closed).toBe(0);
    expect(heard).toBe('eins zwei äöü');
  });

  test('is signalled with all its descendants', async () => {
    let said = '';
    const child = await attendant.launch({
      argv: ['sh', '-c', 'sleep 60 & echo $!; wait'],
      onStdout: (text) => {
        said += text;
      },
    });
    await expect.poll(() => said).toMatch(/\d+\n/);
    child.signal('SIGKILL');
    expect(await child.closed).toBe('SIGKILL');
    await expect.poll(() => alive(Number(said))).toBe(false);
  });

  test('that does not exist is an error, and nothing else suffers', async () => {
    await expect(attendant.launch({ argv: ['no-such-program'] })).rejects.toThrow('ENOENT');
    const child = await attendant.launch({ argv: ['true'] });
    expect(await child.exited).toBe(0);
  });
});

describe('files', () => {
  test('that grow are handed over as they grow, whole at the end, and removed', async () => {
    const path = join(folder, 'growing');
    const chunks: Buffer[] = [];
    const followed = attendant.follow(path, (bytes) => chunks.push(bytes));
    const content = Buffer.alloc(3_000_000, 'abc\xff\x00', 'latin1');
    writeFileSync(path, content.subarray(0, 10));
    await expect.poll(() => Buffer.concat(chunks).length).toBe(10);
    await appendFile(path, content.subarray(10));
    expect(await followed.enough()).toBe(content.length);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
    await expect(attendant.read(path)).rejects.toThrow('here: ENOENT');
  });

  test('that never came into being are empty', async () => {
    expect(await attendant.follow(join(folder, 'never'), () => {}).enough()).toBe(0);
  });

  test('are written, read and listed', async () => {
    await attendant.writeFile(join(folder, 'one'), 'last 10.244.0.4');
    expect(await attendant.read(join(folder, 'one'))).toBe('last 10.244.0.4');
    expect(await attendant.list(folder)).toContain('one');
    await expect(attendant.list(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');
    await expect(attendant.writeFile('/proc/nowhere', '')).rejects.toThrow();
  });
});

test('a pod is found by its UID in the control groups, and one that is not there is not', async () => {
  const [group = ''] = (await attendant.read('/proc/self/cgroup')).trim().split('\n');
  const path = group.slice(group.lastIndexOf(':') + 1);
  const found = await attendant.findPods(['4f1c9a0e-0000-4000-8000-000000000000', ...(path.length > 8 ? [path] : [])]);
  expect(found.has('4f1c9a0e-0000-4000-8000-000000000000')).toBe(false);
});

describe('an attendant that ends', () => {
  test('takes along what it has started', async () => {
    const other = await Attendant.open('there', [], process.execPath);
    const child = await other.launch({ argv: ['sleep', '60'] });
    expect(alive(child.pid)).toBe(true);
    await other.close();
    await expect.poll(() => alive(child.pid)).toBe(false);
    expect(String(await child.exited)).toContain('the lab lost there');
  });

  test('answers every question with why, at once', async () => {
    const other = await Attendant.open('there', [], process.execPath);
    const open = other.follow('/nowhere', () => {}).enough();
    process.kill(other.pid, 'SIGKILL');
    await open.catch(() => {});
    await expect.poll(() => other.usable).toBe(false);
    await expect(other.read('/etc/hostname')).rejects.toMatchObject({
      code: 'place-lost',
      where: 'there',
      exitCode: 3,
    });
    await expect(other.launch({ argv: ['true'] })).rejects.toMatchObject({ code: 'place-lost' });
  });

  test('before it was ready says what the carrier said', async () => {
    const opening = Attendant.open('pod', ['sh', '-c', 'echo "pods \\"x\\" not found" >&2; exit 1', '--']);
    await expect(opening).rejects.toMatchObject({
      code: 'place-lost',
      message: 'the lab lost pod: pods "x" not found',
      exitCode: 3,
    });
  });
});
