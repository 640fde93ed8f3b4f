import { createConnection, type Socket } from 'node:net';
import { systemClock } from '../clock.ts';

const retryMs = 10;

/** Tries until the emulator has opened its control socket. @returns undefined when it has not within `deadlineMs`. */
export async function openControlSocket(path: string, deadlineMs: number): Promise<Socket | undefined> {
  const deadline = systemClock.nowMs() + deadlineMs;
  for (;;) {
    const socket = await connectOnce(path);
    if (socket !== undefined || systemClock.nowMs() + retryMs > deadline) return socket;
    await new Promise<void>((resolve) => {
      systemClock.after(retryMs, resolve);
    });
  }
}

function connectOnce(path: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    const refused = () => resolve(undefined);
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      resolve(socket);
    });
  });
}
