import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { AttendantNews, AttendantWord } from './words.ts';

// A process in a place that starts others, passes on what they say and hands back the files that they write. Its source
// travels as an argument of `node`, so it imports nothing of ours but types, and no image has to hold it.

/** How often a file that grows is looked at: what a live question sees is at most so old. */
const FOLLOW_MS = 25;
/** One for all files and all looks: a new one each time would be filled with zeros, forty times a second for every file. */
const chunk = Buffer.allocUnsafeSlow(1 << 20);

let looking: NodeJS.Timeout | undefined;
const children = new Map<number, ChildProcess>();
const files = new Map<number, { readonly path: string; file: number | undefined; at: number }>();

function tell(news: AttendantNews): void {
  process.stdout.write(`${JSON.stringify(news)}\n`);
}

function start(id: number, [file = '', ...args]: readonly string[], stdin: 'ignore' | 'pipe'): void {
  const child = spawn(file, args, { detached: true, stdio: [stdin, 'pipe', 'pipe'] });
  children.set(id, child);
  child.on('spawn', () => tell({ say: 'started', id, pid: child.pid ?? -1 }));
  child.on('error', ({ message }) => tell({ say: 'failed', id, message }));
  child.on('exit', (code, signal) => tell({ say: 'exited', id, how: code ?? signal ?? 'unknown' }));
  child.on('close', (code, signal) => {
    children.delete(id);
    tell({ say: 'closed', id, how: code ?? signal ?? 'unknown' });
  });
  // What is said to a process that has ended is answered by its end.
  child.stdin?.on('error', () => {});
  passOn(child.stdout, (text) => tell({ say: 'stdout', id, text }));
  passOn(child.stderr, (text) => tell({ say: 'stderr', id, text }));
}

function passOn(stream: Readable | null, take: (text: string) => void): void {
  stream?.setEncoding('utf8').on('data', take);
}

function signalGroup(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** Where nothing grows nobody looks: most places are never recorded from within. */
function follow(id: number, path: string): void {
  files.set(id, { path, file: undefined, at: 0 });
  looking ??= setInterval(() => {
    for (const one of files.keys()) passOnGrowth(one);
  }, FOLLOW_MS);
}

function passOnGrowth(id: number): void {
  const followed = files.get(id);
  if (followed === undefined) return;
  try {
    followed.file ??= openSync(followed.path, 'r');
  } catch {
    // The recorder has not made it yet.
    return;
  }
  for (;;) {
    const length = readSync(followed.file, chunk, 0, chunk.length, followed.at);
    if (length === 0) return;
    followed.at += length;
    tell({ say: 'bytes', id, base64: chunk.toString('base64', 0, length) });
  }
}

function enough(id: number): void {
  passOnGrowth(id);
  const followed = files.get(id);
  if (followed === undefined) return;
  files.delete(id);
  if (files.size === 0) {
    clearInterval(looking);
    looking = undefined;
  }
  if (followed.file !== undefined) closeSync(followed.file);
  rmSync(followed.path, { force: true });
  tell({ say: 'whole', id, size: followed.at });
}

/**
 * The oldest process of each pod: those of probes, and containers that are started again, do not stay. Control groups are
 * named after the UID of the pod, with dashes or, under systemd, underscores.
 */
function findPods(uids: readonly string[]): Record<string, number> {
  const oldest = new Map<string, { readonly pid: number; readonly ticks: number }>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
      const uid = uids.find((one) => groups.includes(one) || groups.includes(one.replaceAll('-', '_')));
      if (uid === undefined) continue;
      const ticks = startTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      if (ticks < (oldest.get(uid)?.ticks ?? Number.POSITIVE_INFINITY)) oldest.set(uid, { pid: Number(pid), ticks });
    } catch {
      // It has ended meanwhile.
    }
  }
  return Object.fromEntries([...oldest].map(([uid, { pid }]) => [uid, pid]));
}

/** Field 22; the second one, the name, may hold spaces and brackets. */
function startTicks(stat: string): number {
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

async function get(id: number, url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
  tell({ say: 'text', id, text: await response.text() });
}

/** The discard port; a multicast leaves by the interface that the socket names, whatever the routes say. */
async function multicast({ id, text, from, groups }: Extract<AttendantWord, { say: 'multicast' }>): Promise<void> {
  await Promise.all([sendBy(from, groups[0], text), sendBy('127.0.0.1', groups[1], text)]);
  tell({ say: 'text', id, text });
}

function sendBy(address: string, group: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4').on('error', reject);
    socket.bind({ address, port: 0 }, () => {
      socket.setMulticastInterface(address);
      socket.send(text, 9, group, (error) => {
        socket.close();
        if (error === null) resolve();
        else reject(error);
      });
    });
  });
}

function act(word: AttendantWord): void | Promise<void> {
  const { id } = word;
  switch (word.say) {
    case 'start':
      return start(id, word.argv, word.stdin);
    case 'write':
      children.get(id)?.stdin?.write(word.text);
      return;
    case 'end':
      children.get(id)?.stdin?.end();
      return;
    case 'signal':
      return signalGroup(children.get(id), word.signal);
    case 'follow':
      return follow(id, word.path);
    case 'enough':
      return enough(id);
    case 'read':
      return tell({ say: 'text', id, text: readFileSync(word.path, 'utf8') });
    case 'write-file':
      writeFileSync(word.path, word.text);
      return tell({ say: 'text', id, text: '' });
    case 'list':
      return tell({ say: 'names', id, names: readdirSync(word.path) });
    case 'get':
      return get(id, word.url);
    case 'multicast':
      return multicast(word);
    case 'find-pods':
      return tell({ say: 'pids', id, pids: findPods(word.uids) });
  }
}

function end(): void {
  for (const child of children.values()) signalGroup(child, 'SIGKILL');
  process.exit(0);
}

// Whoever speaks with it may go away without a word: its children and it end with the lab's end of the line.
process.stdout.on('error', end);
process.on('SIGTERM', end);
createInterface({ input: process.stdin })
  .on('line', async (line) => {
    const word = JSON.parse(line) as AttendantWord;
    try {
      await act(word);
    } catch (error) {
      tell({ say: 'failed', id: word.id, message: error instanceof Error ? error.message : String(error) });
    }
  })
  .on('close', end);
tell({ say: 'ready', pid: process.pid });
