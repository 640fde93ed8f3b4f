import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { run as start } from '../run.ts';
import { OUTER, Porter } from './porter.ts';
import { run, type Step } from './steps.ts';

// What needs no namespace of its own: the porter's outer namespace is that of the tests.

const porters: Porter[] = [];
function porter(command?: readonly string[]): Porter {
  const one = new Porter(command);
  porters.push(one);
  return one;
}
afterEach(async () => {
  await Promise.all(porters.splice(0).map((one) => one.close()));
});
const sh = (script: string, input = ''): Step => run(['sh', '-c', script], input === '' ? [] : [input]);

const folder = mkdtempSync(join(tmpdir(), 'mcx-porter-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the porter', () => {
  test('runs programs to their end, with what they are told', async () => {
    const done = await porter().run(OUTER, [sh('cat; echo no >&2', 'in'), sh('echo more')]);
    expect(done).toEqual({ code: 0, stdout: 'in\nmore\n', stderr: 'no' });
  });

  test('stops at the first step that fails, and names its words', async () => {
    const one = porter();
    expect(await one.run(OUTER, [sh('echo yes'), sh('echo no >&2; exit 7'), sh('echo never')])).toEqual({
      code: 7,
      stdout: 'yes\n',
      stderr: 'sh -c echo no >&2; exit 7: no',
    });
    expect(await one.run(OUTER, [sh('exit 9')])).toMatchObject({ code: 9, stderr: 'sh -c exit 9: exit 9' });
    expect(await one.run(OUTER, [sh('kill -KILL $$')])).toMatchObject({ code: 137 });
    expect(await one.run(OUTER, [run(['no-such-command', 'x'])])).toMatchObject({
      code: 127,
      stderr: 'no-such-command x: no-such-command: No such file or directory',
    });
    expect((await one.run(OUTER, [])).code).toBe(0);
  });

  test('a job that must succeed says what failed, where, and where to look', async () => {
    await expect(porter().demand('counting', OUTER, [sh('echo "no numbers" >&2; exit 1')])).rejects.toMatchObject({
      code: 'fabric-command-failed',
      message: 'counting failed: sh -c echo "no numbers" >&2; exit 1: no numbers',
      where: OUTER.name,
      command: 'npm run lab -- doctor',
      exitCode: 3,
    });
    expect(await porter().demand('counting', OUTER, [sh('echo 12')])).toBe('12\n');
  });

  test('a namespace that is not there is named', async () => {
    const done = await porter().run({ name: 'a-edge', netns: 'f0.a-edge' }, [sh('true')]);
    expect(done).toMatchObject({ code: 1, stderr: expect.stringContaining('/run/netns/f0.a-edge: No such file') });
  });

  test('much input that nobody reads, and much output, are no fault', async () => {
    const one = porter();
    expect((await one.run(OUTER, [sh('true', 'x'.repeat(1_000_000))])).code).toBe(0);
    const { stdout, stderr } = await one.run(OUTER, [sh('seq 200000; seq 200000 >&2')]);
    expect([stdout.split('\n').length, stderr.split('\n').length]).toEqual([200_001, 200_000]);
  });

  test('does the jobs of a place one after the other', async () => {
    const one = porter();
    const log = join(folder, 'order');
    const all = ['sleep 0.05; echo 1', 'echo 2', 'echo 3'].map((script) =>
      one.run(OUTER, [sh(`{ ${script}; } >>${log}`)]),
    );
    await Promise.all(all);
    expect(readFileSync(log, 'utf8')).toBe('1\n2\n3\n');
  });

  test('writes settings, each of a folder where it says so, and none that is not there', async () => {
    const one = porter();
    const where = join(folder, 'settings');
    const make = `mkdir -p ${where}/a ${where}/b ${where}/c; echo 0 | tee ${where}/a/x ${where}/b/x`;
    const write = (path: string): Step => ({ verb: 'write', path, value: 12 });
    await one.demand('making', OUTER, [sh(make), write(`${where}/*/x`), write(`${where}/nowhere`)]);
    expect(readFileSync(join(where, 'a/x'), 'utf8')).toBe('12');
    expect(readFileSync(join(where, 'b/x'), 'utf8')).toBe('12');
    const wrong = await one.run(OUTER, [write(where)]);
    expect(wrong).toMatchObject({ code: 1, stderr: `${where}: Is a directory` });
  });

  test('reads files', async () => {
    const one = porter();
    expect((await one.run(OUTER, [{ verb: 'read', path: '/proc/self/comm' }])).stdout).toBe('perl\n');
    expect(await one.run(OUTER, [{ verb: 'read', path: '/nowhere' }])).toMatchObject({
      code: 1,
      stderr: '/nowhere: No such file or directory',
    });
  });
});

describe('a porter that ends', () => {
  test('is told to all who wait, and to all who come', async () => {
    const one = porter();
    const waiting = [one.run(OUTER, [sh('kill -KILL $PPID; sleep 1')]), one.run(OUTER, [sh('true')])];
    const gone = { code: -1, stdout: '', stderr: 'the porter ended with SIGKILL' };
    expect(await Promise.all(waiting)).toEqual([gone, gone]);
    await expect(one.demand('building', OUTER, [])).rejects.toMatchObject({
      code: 'fabric-command-failed',
      message: 'building failed: the porter ended with SIGKILL',
    });
  });

  test('of itself says why', async () => {
    const one = porter(['sh', '-c', 'echo "no perl today" >&2; exit 2']);
    expect(await one.run(OUTER, [])).toMatchObject({ stderr: 'the porter ended with 2: no perl today' });
  });

  test('before it has begun is told as such', async () => {
    const one = porter(['/nowhere/perl']);
    expect(await one.run(OUTER, [])).toMatchObject({
      code: -1,
      stderr: expect.stringMatching(/^\/nowhere\/perl could not be started: .*ENOENT/),
    });
  });

  test('ends with whoever opened it, and does not keep that one', async () => {
    const module = join(import.meta.dirname, 'porter.ts');
    const body = `import { OUTER, Porter } from ${JSON.stringify(module)};
      const one = new Porter();
      const { stdout } = await one.run(OUTER, [{ verb: 'run', command: ['sh', '-c', 'echo $PPID'], input: '' }]);
      process.stdout.write(stdout);`;
    const { code, stdout } = await start([process.execPath, '--input-type=module', '-e', body]);
    expect({ code, pid: stdout }).toEqual({ code: 0, pid: expect.stringMatching(/^\d+\n$/) });
    const gone = () =>
      start(['sh', '-c', `for i in $(seq 100); do kill -0 ${stdout.trim()} 2>&- || exit 0; sleep 0.05; done; exit 1`]);
    expect((await gone()).code).toBe(0);
  });
});
