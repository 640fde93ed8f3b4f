import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run } from '../run.ts';
import type { PlacedLaunch } from './launch.ts';
import { OUTER, Porter } from './porter.ts';

// The porter's outer namespace is that of the tests.
const porter = new Porter();
afterAll(() => porter.close());
const launch = (request: PlacedLaunch) => porter.launch(OUTER, request);
const shell = (script: string, more: Omit<PlacedLaunch, 'argv'> = {}) =>
  launch({ argv: ['sh', '-c', script], ...more });
/** One with whom one speaks: what it is told it reads, and what it says is in `heard`. */
async function partner(script: string) {
  const heard: string[] = [];
  const child = await shell(script, { stdin: 'pipe', stdout: 'pipe', onStdout: (text) => heard.push(text) });
  return { child, heard };
}

describe('a launched process', () => {
  test('ends with its exit code, or with the name of the signal', async () => {
    const seven = await shell('exit 7');
    expect(await seven.exited).toBe(7);
    expect(seven.running).toBe(false);
    const killed = await shell('kill -KILL $$');
    expect(await killed.closed).toBe('SIGKILL');
  });

  test('has a pid that is good here, and a group of its own', async () => {
    const child = await shell('sleep 30 & sleep 30');
    expect(child.running).toBe(true);
    process.kill(-child.pid, 'SIGTERM');
    expect(await child.exited).toBe('SIGTERM');
  });

  test('says everything before it is closed, characters whole and each stream to its own listener', async () => {
    const said = { out: '', err: '' };
    const child = await shell('i=0; while [ $i -lt 3000 ]; do echo "naïve $i €"; i=$((i+1)); done; echo no >&2', {
      stdout: 'pipe',
      stderr: 'pipe',
      onStdout: (text) => {
        said.out += text;
      },
      onStderr: (text) => {
        said.err += text;
      },
    });
    await child.closed;
    expect(said.out).toBe(Array.from({ length: 3000 }, (_, i) => `naïve ${i} €\n`).join(''));
    expect(said.err).toBe('no\n');
  });

  test('hears what is written to it; to write after its end hurts nobody', async () => {
    const { child, heard } = await partner('read -r a; read -r b; echo "$b $a"');
    child.write('one\ntwo\n');
    expect(await child.closed).toBe(0);
    expect(heard.join('')).toBe('two one\n');
    child.write('three\n');
    expect(await (await shell('exit 0')).exited).toBe(0);
  });

  test('goes before what else the machine does, where that is allowed and nobody chose otherwise', async () => {
    const allowed = (await run(['nice', '-n', '-7', 'nice'])).stdout.trim();
    const wanted = getPriority() === 0 ? allowed : String(getPriority());
    const prioritiesOf = async (first: boolean): Promise<string[]> => {
      const said: string[] = [];
      const looks = `nice; sed 's/.*nice //' /proc/self/autogroup 2>/dev/null || nice`;
      const child = await shell(looks, { first, stdout: 'pipe', onStdout: (text) => said.push(text) });
      await child.closed;
      return said.join('').trim().split('\n');
    };
    expect(await prioritiesOf(true)).toEqual([wanted, wanted]);
    expect(await prioritiesOf(false)).toEqual([String(getPriority()), '0']);
  });

  test('appends to a log', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mcx-launch-'));
    const log = join(folder, 'x.log');
    try {
      for (const word of ['one', 'two'])
        await (await shell(`echo ${word}; echo ${word} >&2`, { stdout: { log }, stderr: { log } })).closed;
      expect(await readFile(log, 'utf8')).toBe('one\none\ntwo\ntwo\n');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('that cannot be started is an error that names it, and so is a log that cannot be opened', async () => {
    await expect(launch({ argv: ['/nowhere/at/all'] })).rejects.toThrow('/nowhere/at/all');
    await expect(shell('exit 0', { stdout: { log: '/nowhere/at/all.log' } })).rejects.toThrow('/nowhere/at/all.log');
  });

  test('that does not read what it is told holds up nobody', async () => {
    const deaf = await shell('sleep 30', { stdin: 'pipe' });
    deaf.write('x'.repeat(1_000_000));
    const { child: other, heard } = await partner('read -r a; echo "$a"');
    other.write('word\n');
    await other.closed;
    expect(heard.join('')).toBe('word\n');
    process.kill(-deaf.pid, 'SIGKILL');
    expect(await deaf.closed).toBe('SIGKILL');
  });

  test('gets all of what is more than a pipe holds', async () => {
    const { child, heard } = await partner('sleep 0.05; head -c 1000000 | wc -c');
    child.write('x'.repeat(600_000));
    child.write('y'.repeat(400_000));
    await child.closed;
    expect(heard.join('').trim()).toBe('1000000');
  });

  test('is closed only when its heirs have said all', async () => {
    const { child, heard } = await partner('(sleep 0.1; echo late) & exit 4');
    expect(await child.exited).toBe(4);
    expect(heard).toEqual([]);
    expect(await child.closed).toBe(4);
    expect(heard.join('')).toBe('late\n');
  });

  test('can be interrupted, although the porter cannot', async () => {
    const child = await shell('kill -INT $$; exit 0');
    expect(await child.exited).toBe('SIGINT');
  });
});

describe('the program that launches', () => {
  const module = join(import.meta.dirname, 'porter.ts');
  const program = (body: string) => [
    process.execPath,
    '--input-type=module',
    '-e',
    `import { OUTER, Porter } from ${JSON.stringify(module)};\nconst porter = new Porter();\n${body}`,
  ];

  test('ends by itself when nothing that it launched is left', async () => {
    expect(await run(program(''))).toMatchObject({ code: 0 });
    const { code, stdout } = await run(
      program(`const child = await porter.launch(OUTER, { argv: ['sleep', '0.1'] });
        child.closed.then((how) => console.log('closed', how));`),
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'closed 0\n' });
  });

  test('is told when the porter dies', async () => {
    const { code, stdout } = await run(
      program(`const child = await porter.launch(OUTER, { argv: ['sh', '-c', 'sleep 0.1; kill -KILL $PPID'] });
        console.log(await child.closed);
        await porter.launch(OUTER, { argv: ['true'] }).catch((error) => console.log(error.message));`),
    );
    const gone = 'the porter ended with SIGKILL\n';
    expect({ code, stdout }).toEqual({ code: 0, stdout: gone + gone });
  });
});
