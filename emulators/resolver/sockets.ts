import { Buffer } from 'node:buffer';
import { createServer, type Socket } from 'node:net';
import { decodeDns } from '../../lab/wire/dns/codec.ts';
import type { Log } from '../kit/log.ts';
import { openUdp } from '../kit/udp.ts';
import { fitted, sizeLimit } from './plugins/edns.ts';
import type { ResolverServer } from './server.ts';

export interface Listener {
  close(): Promise<void>;
}

/** `server` is asked for anew with each question: a reloaded Corefile takes its place. */
type Serving = () => ResolverServer;

async function answerBytes(bytes: Uint8Array, port: number, tcp: boolean, server: ResolverServer) {
  // A name or record that cannot be read ends what was decoded; without a whole question there is nothing to answer.
  const query = decodeDns(bytes).value;
  if (query === undefined) return undefined;
  const answer = await server.answer(query, port);
  return answer === undefined ? undefined : fitted(answer, sizeLimit(query, tcp));
}

export async function listenUdp(address: string, port: number, serving: Serving, log: Log): Promise<Listener> {
  const socket = await openUdp({
    address,
    port,
    log,
    onDatagram: (bytes, source) => {
      answerBytes(bytes, port, false, serving()).then(
        (answer) => answer !== undefined && socket.send(answer, source),
        (error: unknown) => log.fault('question not answered', error),
      );
    },
  });
  return socket;
}

/** RFC 7766 6.2.3: a connection that is idle for some seconds is closed. */
const idleMs = 10_000;

export async function listenTcp(address: string, port: number, serving: Serving, log: Log): Promise<Listener> {
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.setTimeout(idleMs, () => connection.destroy());
    connection.on('close', () => connections.delete(connection));
    connection.on('error', (error) => log.warn('connection', { error: error.message }));
    let pending = Buffer.alloc(0);
    connection.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      // RFC 1035 4.2.2: two bytes of length before each message.
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        const end = 2 + pending.readUInt16BE(0);
        const message = new Uint8Array(pending.subarray(2, end));
        pending = pending.subarray(end);
        answerBytes(message, port, true, serving()).then(
          (answer) => answer !== undefined && connection.writable && connection.write(framed(answer)),
          (error: unknown) => log.fault('question not answered', error),
        );
      }
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.destroy();
        server.close(() => resolve());
      }),
  };
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}
