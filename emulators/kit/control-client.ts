import { createConnection, type Socket } from 'node:net';
import { systemClock } from './clock.ts';
import { type ControlAct, type ControlReply, controlReplySchema } from './control.ts';
import { lineReader } from './line-reader.ts';

/** The thumb on the emulator: used by whoever runs a scenario. */
export interface ControlConnection {
  /** Never rejects: an emulator that ended, or took longer than `deadlineMs`, gives `ok: false`. */
  act(act: ControlAct, deadlineMs?: number): Promise<ControlReply>;
  close(): void;
}

const retryMs = 10;

/** Tries until the emulator has opened its socket; rejects after `deadlineMs`. */
export async function connectControl(path: string, deadlineMs: number): Promise<ControlConnection> {
  const deadline = systemClock.nowMs() + deadlineMs;
  for (;;) {
    try {
      return openClient(await connectOnce(path));
    } catch (error) {
      if (systemClock.nowMs() + retryMs > deadline) {
        throw new Error(`no control channel at ${path} within ${deadlineMs} ms`, { cause: error });
      }
    }
    await new Promise<void>((resolve) => {
      systemClock.after(retryMs, resolve);
    });
  }
}

function connectOnce(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
}

function openClient(socket: Socket): ControlConnection {
  const waiting = new Map<number, (reply: ControlReply) => void>();
  let lastId = 0;
  let ended: string | undefined;
  const end = (why: string) => {
    ended ??= why;
    for (const [id, settle] of waiting) settle({ id, ok: false, error: ended });
    waiting.clear();
  };
  // A reset and an orderly end mean the same here: `close` follows every error.
  socket.on('error', () => {});
  socket.on('close', () => end('the emulator closed its control channel'));
  socket.on(
    'data',
    lineReader((line) => {
      const reply = readReply(line);
      if (reply === undefined) return;
      waiting.get(reply.id)?.(reply);
      waiting.delete(reply.id);
    }),
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
        socket.write(`${JSON.stringify({ ...act, id })}\n`);
      });
    },
    close: () => {
      end('the control channel was closed here');
      socket.destroy();
    },
  };
}

function readReply(line: string): ControlReply | undefined {
  try {
    return controlReplySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
