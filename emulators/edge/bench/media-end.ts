import { createSocket } from 'node:dgram';
import type { SocketAddress } from '../party.ts';
import { until } from './actor.ts';

/** A socket that speaks plain words, so that a test reads what was relayed, from where, in which order. */
export interface MediaEnd {
  readonly at: SocketAddress;
  readonly heard: { readonly text: string; readonly source: SocketAddress }[];
  say(text: string, to: SocketAddress): void;
  /** Resolves when that text has come. */
  hears(text: string): Promise<SocketAddress>;
  close(): Promise<void>;
}

export async function openMediaEnd(at: SocketAddress): Promise<MediaEnd> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(at.port, at.host, resolve);
  });
  const heard: MediaEnd['heard'] = [];
  socket.on('message', (bytes, { address: host, port }) =>
    heard.push({ text: bytes.toString(), source: { host, port } }),
  );
  return {
    at: { host: at.host, port: socket.address().port },
    heard,
    say: (text, to) => socket.send(text, to.port, to.host),
    hears: (text) => until(`"${text}"`, () => heard.find((one) => one.text === text)?.source),
    close: () => new Promise((resolve) => void socket.close(resolve)),
  };
}
