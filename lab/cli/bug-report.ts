import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, release, totalmem } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { checks } from '../fabric/netns/doctor.ts';
import { redactRun } from '../redact/folder.ts';
import type { Identities } from '../redact/identities.ts';

const run = promisify(execFile);
/** Of each log its end: what went wrong stands there. */
const logBytes = 1 << 20;

export function addBugReport(program: Command, project: string): void {
  program
    .command('bug-report')
    .description('one archive to send: versions, doctor, plan, run, logs and captures of a run, redacted')
    .argument('[run-folder]', 'which run', join(project, 'reports', 'out', 'latest'))
    .option('--out <dir>', 'where to; must not exist or be empty')
    .action(async (argument: string, options: { out?: string }) => {
      const folder = resolve(argument);
      const out = resolve(options.out ?? join(project, 'reports', 'out', `bug-report-${Date.now()}`));
      const { identities, packets } = await redactRun(folder, join(out, 'run'));
      const logs = await redactLogs(join(folder, 'logs'), join(out, 'run', 'logs'), identities);
      await writeFile(join(out, 'machine.json'), `${JSON.stringify(await machine(project), undefined, 2)}\n`);
      const archive = await pack(out);
      process.stdout.write(`${packets} packets and ${logs} logs redacted\n${relative('', archive)}\n`);
      process.stdout.write('look through it before you send it: SECURITY.md says what is not looked for\n');
    });
}

/** Names of hosts that messages carried are known from the captures; the machine's own never stood in a log of the cast. */
async function redactLogs(from: string, to: string, who: Identities): Promise<number> {
  const names = await readdir(from, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = names.filter((entry) => entry.isFile());
  for (const entry of files) {
    const path = join(entry.parentPath, entry.name);
    const text = (await readFile(path)).subarray(-logBytes).toString('utf8');
    const place = join(to, relative(from, path));
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, who.prose(text));
  }
  return files.length;
}

async function machine(project: string): Promise<unknown> {
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  const commit = await run('git', ['-C', project, 'rev-parse', '--short', 'HEAD']).catch(() => undefined);
  const system = /^PRETTY_NAME="?([^"\n]*)/m.exec(await readFile('/etc/os-release', 'utf8').catch(() => ''))?.[1];
  return {
    version: 1,
    lab: version,
    commit: commit?.stdout.trim(),
    node: process.versions.node,
    system,
    kernel: release(),
    architecture: arch(),
    cores: cpus().length,
    memoryBytes: totalmem(),
    root: process.getuid?.() === 0,
    doctor: await checks(),
  };
}

async function pack(out: string): Promise<string> {
  const archive = `${out}.tar.gz`;
  try {
    await run('tar', ['-czf', archive, '-C', dirname(out), basename(out)]);
    return archive;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return out;
    throw new LabError('REPORT-PACK', 'the archive cannot be written', {
      where: archive,
      next: `Send the folder: ${out}`,
      cause,
    });
  }
}
