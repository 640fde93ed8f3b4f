import type { Socket } from 'node:net';
import { systemClock } from '../clock.ts';
import {
  type ControlAct,
  type ControlLog,
  type ControlReply,
  controlLogSchema,
  controlReplySchema,
} from './control.ts';
import { lineReader } from './line-reader.ts';
import { openControlSocket } from './socket.ts';

/** The thumb on the emulator: used by whoever runs a scenario. */
export interface ControlConnection {
  /** Never rejects: an emulator that ended, or took longer than `deadlineMs`, gives `ok: false`. */
  act(act: ControlAct, deadlineMs?: number): Promise<ControlReply>;
  /** Called for every line of the log that comes from now on, where `configure` has asked for it; one listener. */
  hearLog(listener: (line: string) => void): void;
  close(): void;
}

/** What carries the lines of a control channel. */
export interface ControlLine {
  send(line: string): void;
  /** Called once for whoever listens; `ended` follows the last line. */
  listen(line: (text: string) => void, ended: () => void): void;
  close(): void;
}

/** Rejects when the emulator has not opened its socket within `deadlineMs`. */
export async function connectControl(path: string, deadlineMs: number): Promise<ControlConnection> {
  const socket = await openControlSocket(path, deadlineMs);
  if (socket === undefined) throw new Error(`no control channel at ${path} within ${deadlineMs} ms`);
  return controlOver(socketLine(socket));
}

function socketLine(socket: Socket): ControlLine {
  return {
    send: (line) => socket.write(`${line}\n`),
    listen: (line, ended) => {
      // A reset and an orderly end mean the same here: `close` follows every error.
      socket.on('error', () => {});
      socket.on('close', ended);
      socket.on('data', lineReader(line));
    },
    close: () => socket.destroy(),
  };
}

export function controlOver(channel: ControlLine): ControlConnection {
  const waiting = new Map<number, (reply: ControlReply) => void>();
  let lastId = 0;
  let ended: string | undefined;
  let hear: (line: string) => void = () => {};
  const end = (why: string) => {
    ended ??= why;
    for (const [id, settle] of waiting) settle({ id, ok: false, error: ended });
    waiting.clear();
  };
  channel.listen(
    (line) => {
      const heard = readLine(line);
      if (heard === undefined) return;
      if ('log' in heard) return hear(heard.log);
      waiting.get(heard.id)?.(heard);
      waiting.delete(heard.id);
    },
    () => end('the emulator closed its control channel'),
  );
  return {
    act: (act, deadlineMs = 10_000) => {
      lastId += 1;
      const id = lastId;
      if (ended !== undefined) return Promise.resolve({ id, ok: false, error: ended });
      return new Promise((resolve) => {
        const cancel = systemClock.after(deadlineMs, () => {
          waiting.delete(id);
          resolve({ id, ok: false, error: `no reply to ${act.do} within ${deadlineMs} ms` });
        });
        waiting.set(id, (reply) => {
          cancel();
          resolve(reply);
        });
        channel.send(JSON.stringify({ ...act, id }));
      });
    },
    hearLog: (listener) => {
      hear = listener;
    },
    close: () => {
      end('the control channel was closed here');
      channel.close();
    },
  };
}

function readLine(line: string): ControlReply | ControlLog | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return controlReplySchema.safeParse(value).data ?? controlLogSchema.safeParse(value).data;
  } catch {
    return undefined;
  }
}
