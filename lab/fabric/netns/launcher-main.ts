import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
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
 * Who speaks and who records goes before whatever else the machine does: with T1 of 100 ms a compiler beside would decide what is
 * repeated. Where it is not allowed, or the user chose a priority, all stays as it is.
 */
function goFirst(): void {
  if (getPriority() !== constants.priority.PRIORITY_NORMAL) return;
  try {
    setPriority(constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // EACCES without CAP_SYS_NICE.
  }
}

goFirst();
process.on('message', (word: LaunchWord) => {
  if (word.say === 'start') start(word);
  else children.get(word.id)?.stdin?.write(word.text);
});
process.on('disconnect', () => process.exit(0));
