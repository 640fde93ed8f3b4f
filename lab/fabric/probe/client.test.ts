import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { Conversation } from '../fabric.ts';
import { type Probe, probeClient } from './client.ts';

const program = fileURLToPath(new URL('./main.ts', import.meta.url));

/** The real probe process, on this machine's loopback. */
function startProbe(): Probe {
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const ended = new Promise<{ code: number | string; stderr: string }>((resolve) =>
    child.on('exit', (code, signal) => resolve({ code: code ?? signal ?? '', stderr: '' })),
  );
  const conversation: Conversation = {
    place: 'here',
    send: (line) => void child.stdin.write(`${line}\n`),
    onLine: (listener) => void lines.on('line', listener),
    ended,
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
  return probeClient(conversation);
}

const open: Probe[] = [];
const probe = (): Probe => {
  const one = startProbe();
  open.push(one);
  return one;
};
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

describe('a probe', () => {
  test('carries a text from socket to socket and tells who sent it', async () => {
    const one = probe();
    const [from, to] = [await one.open(0, '127.0.0.1'), await one.open(0, '127.0.0.1')];
    await from.send('127.0.0.1', to.port, 'hello');
    expect(await to.received('hello', 1000)).toEqual({ address: '127.0.0.1', port: from.port, text: 'hello' });
    expect(to.datagrams).toHaveLength(1);
    expect(await to.received('other', 10)).toBeUndefined();
  });

  test('remembers what came before it was asked for', async () => {
    const one = probe();
    const [from, to] = [await one.open(0, '127.0.0.1'), await one.open(0, '127.0.0.1')];
    for (const text of ['first', 'second']) await from.send('127.0.0.1', to.port, text);
    expect(await to.received('second', 1000)).toBeDefined();
    expect(await to.received('first', 0)).toBeDefined();
  });

  test('hears of a refusal on a connected socket', async () => {
    const one = probe();
    const [socket, nobody] = [await one.open(0, '127.0.0.1'), await one.open(0, '127.0.0.1')];
    await nobody.close();
    await socket.connect('127.0.0.1', nobody.port);
    await socket.send('127.0.0.1', nobody.port, 'anybody there');
    expect(await socket.failed(1000)).toBe('ECONNREFUSED');
  });

  test('a port that is taken is an error with its name', async () => {
    const one = probe();
    const first = await one.open(0, '127.0.0.1');
    await expect(one.open(first.port, '127.0.0.1')).rejects.toThrow('open in here: EADDRINUSE');
  });

  test('a socket may be closed twice, and then sends nothing', async () => {
    const one = probe();
    const socket = await one.open(0, '127.0.0.1');
    await socket.close();
    await socket.close();
    await expect(socket.send('127.0.0.1', 9, 'x')).rejects.toThrow('no such socket');
  });

  test('that has ended answers nothing, and says so', async () => {
    const one = startProbe();
    await one.open(0, '127.0.0.1');
    await one.close();
    await expect(one.open(0, '127.0.0.1')).rejects.toThrow('the probe in here ended (0)');
  });
});
