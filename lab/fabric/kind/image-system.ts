import { access, constants, realpath } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { LabError } from '../../errors.ts';

/** A file of this machine and its place in the image. */
export interface SystemFile {
  readonly path: string;
  readonly to: string;
}

/** The recorder's and the NAT's tools, and the Debian package that has each. */
const needed: Readonly<Record<string, string>> = {
  tcpdump: 'tcpdump',
  conntrack: 'conntrack',
  nft: 'nftables',
  ip: 'iproute2',
  ss: 'iproute2',
  sh: 'dash',
};

/** Ordinary tools, taken where they are. */
const handy = [
  'bash',
  'cat',
  'date',
  'env',
  'grep',
  'head',
  'kill',
  'ls',
  'mkdir',
  'mkfifo',
  'mv',
  'nsenter',
  'ps',
  'rm',
];
const handyToo = ['sed', 'setsid', 'sleep', 'sysctl', 'tail', 'tar', 'tc', 'tee', 'test', 'timeout', 'touch', 'wc'];

/**
 * The system of an image FROM scratch, out of this machine's files: its Node, the tools, and every library that `ldd`
 * names for them, each where its loader looks for it.
 */
export async function systemFiles(): Promise<SystemFile[]> {
  const programs: SystemFile[] = [{ path: await realpath(process.execPath), to: '/usr/local/bin/node' }];
  for (const [name, debianPackage] of Object.entries(needed)) {
    const path = await programPath(name);
    if (path === undefined) throw missing(name, debianPackage);
    programs.push({ path, to: name === 'sh' ? '/bin/sh' : `/usr/bin/${name}` });
  }
  for (const name of [...handy, ...handyToo]) {
    const path = await programPath(name);
    if (path !== undefined) programs.push({ path, to: `/usr/bin/${name}` });
  }
  const places = new Set(await librariesOf(programs.map(({ path }) => path)));
  return [...programs, ...[...places].sort().map((path) => ({ path, to: path }))];
}

async function programPath(name: string): Promise<string | undefined> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  for (const folder of folders.filter((one) => one.startsWith('/'))) {
    const path = join(folder, name);
    const found = await access(path, constants.X_OK).then(
      () => realpath(path),
      () => undefined,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** One ldd for all: it is a script, and starting it costs more than what it does. A static program has none, and ends it with 1. */
async function librariesOf(paths: readonly string[]): Promise<string[]> {
  const { stdout } = await execa('ldd', paths, { reject: false });
  return librariesIn(stdout);
}

/** `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
export function librariesIn(ldd: string): string[] {
  return [...ldd.matchAll(/(?:=>\s+|^\s*)(\/\S+)\s+\(0x/gm)].map(([, path = '']) => path);
}

function missing(name: string, debianPackage: string): LabError {
  return new LabError('image/program-missing', `${name} is not on this machine, and the image of the cast needs it`, {
    next: 'install it, or build the image from its Dockerfile on a machine with a registry',
    command: `apt-get install -y ${debianPackage}`,
    exitCode: 3,
  });
}
