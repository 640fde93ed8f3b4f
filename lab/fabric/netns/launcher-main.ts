import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import type { Readable } from 'node:stream';
import type { LaunchNews, LaunchWord, Outlet } from './launch-words.ts';

// The launcher's own process: it starts what it is told to and passes on what that says. It ends with its parent.

type Start = Extract<LaunchWord, { say: 'start' }>;
const children = new Map<number, ChildProcess>();

function tell(news: LaunchNews): void {
  if (process.connected) process.send?.(news);
}

function start(word: Start): void {
  const { id } = word;
  const open: number[] = [];
  try {
    const [file = '', ...args] = word.argv;
    const stdio = [word.stdin, outlet(word.stdout, open), outlet(word.stderr, open)];
    const child = spawn(file, args, { detached: true, stdio });
    children.set(id, child);
    watch(id, child);
    if (word.first && child.pid !== undefined) goFirst(child.pid);
  } catch (error) {
    tell({ say: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  } finally {
    for (const file of open) closeSync(file);
  }
}

function outlet(wanted: Outlet, open: number[]): 'ignore' | 'pipe' | number {
  if (typeof wanted === 'string') return wanted;
  const file = openSync(wanted.log, 'a');
  open.push(file);
  return file;
}

function watch(id: number, child: ChildProcess): void {
  child.on('spawn', () => tell({ say: 'started', id, pid: child.pid ?? -1 }));
  child.on('error', (error) => tell({ say: 'failed', id, message: error.message }));
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

/**
 * With a T1 of 200 ms a compiler beside would decide what is repeated. A priority counts within a session, and each of these
 * processes has one of its own; between sessions counts that of their autogroups, where the kernel has them (sched(7)).
 */
function goFirst(pid: number): void {
  // What the user chose stays.
  if (getPriority() !== constants.priority.PRIORITY_NORMAL) return;
  const { PRIORITY_ABOVE_NORMAL: above } = constants.priority;
  for (const raise of [() => setPriority(pid, above), () => writeFileSync(`/proc/${pid}/autogroup`, String(above))])
    try {
      raise();
    } catch {
      // EACCES without CAP_SYS_NICE; a kernel without autogroups; a process that has ended.
    }
}

process.on('message', (word: LaunchWord) => {
  if (word.say === 'start') start(word);
  else children.get(word.id)?.stdin?.write(word.text);
});
process.on('disconnect', () => process.exit(0));
