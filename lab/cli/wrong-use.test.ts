import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Whatever is typed wrong: exit code 2, a code to search for, and what to do next. Nothing is begun. */
const project = join(import.meta.dirname, '..', '..');
let scratch = '';

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lab-wrong-use-'));
  await writeFile(join(scratch, 'text.pcap'), 'this is no capture file at all');
  await writeFile(join(scratch, 'key.yaml'), 'edge:\n  partner: unknown\n');
  await writeFile(join(scratch, 'syntax.yaml'), 'nat: [\n');
  await writeFile(join(scratch, 'plan.json'), '{"version":99}');
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

function lab(args: readonly string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const command = [join(project, 'lab/cli/main.ts'), ...args];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(project, 'node_modules', '.cache', 'lab') };
  const options = { cwd: scratch, timeout: 50_000, env };
  return new Promise((resolve) => {
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

const wrong: readonly (readonly [command: string, code: string])[] = [
  ['nonsense', 'COMMAND-UNKNOWN'],
  ['run --nonsense', 'USAGE'],
  ['run --agencies two', 'USAGE'],
  ['run --agencies 9', 'FLAG-VALUE'],
  ['run --repeat 0', 'FLAG-RANGE'],
  ['run --tags @nothing', 'TAG-UNKNOWN'],
  ['run --tags ((', 'TAG-SYNTAX'],
  ['run --name no-scenario-is-called-so', 'NOTHING-SELECTED'],
  ['run --config missing.yaml', 'CONFIG-READ'],
  ['run --config key.yaml', 'CONFIG-KEY'],
  ['run --config syntax.yaml', 'CONFIG-SYNTAX'],
  ['run --tags @R5 --out .', 'RUN-FOLDER-NOT-EMPTY'],
  ['run --tags @R5 --out /proc/x/y', 'RUN-FOLDER-WRITE'],
  ['contract --fabric cloud', 'FABRIC-UNAVAILABLE'],
  ['down --name nobody', 'LAB-UNKNOWN'],
  ['up --name A_B', 'LAB-NAME'],
  ['judge', 'USAGE'],
  ['judge nowhere', 'RUN-FOLDER'],
  ['judge .', 'RUN-PLAN'],
  ['diagnose missing.pcap', 'CAPTURE-READ'],
  ['diagnose text.pcap', 'CAPTURE-FORMAT'],
  ['dns plan --variant third', 'USAGE'],
  ['redact missing.pcap --out made', 'CAPTURE-READ'],
  ['redact text.pcap --out .', 'REDACT-OUT'],
  ['bug-report nowhere --out made-too', 'RUN-FOLDER'],
  ['schema', 'SCHEMA-NAME'],
];

describe('lab', () => {
  test.each(wrong)('%s: %s', { timeout: 60_000 }, async (line, code) => {
    const { code: exit, stdout, stderr } = await lab(line.split(' '));
    expect(stderr).toContain(`lab: [${code}]`);
    // What to do now: a sentence, a command, or where the flags are told.
    expect(stderr).toMatch(/\n {2}next: \S|see: npm run lab -- --help/);
    expect(exit).toBe(2);
    expect(stdout).toBe('');
  });
});
