import { createSocket } from 'node:dgram';
import type { Log } from './log.ts';

/** One side of a datagram: an IPv4 address and a port. */
export interface Peer {
  readonly host: string;
  readonly port: number;
}

export interface UdpSocket {
  /** The address and port that the socket is bound to (the real port where 0 was asked for). */
  readonly local: Peer;
  /** Sends one datagram of up to 65507 bytes; fragmentation is the kernel's. Never throws. */
  send(bytes: Uint8Array, to: Peer, onError?: (error: Error) => void): void;
  close(): Promise<void>;
}

export interface UdpOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  readonly log: Log;
  /** The bytes are the receiver's own to keep. What it throws is logged as a fault and harms no later datagram. */
  readonly onDatagram: (bytes: Uint8Array, source: Peer) => void;
}

/** Bursts of fragmented INVITEs and of RTP must not overflow the kernel's default of 208 kB while Node is busy. */
const bufferBytes = 1 << 20;

/** All that is open in this process. */
const sockets = new Set<UdpSocket>();
let rests = 0;

/** Closes every socket of this process, and those that are being opened: for an emulator that begins anew. */
export async function closeEveryUdp(): Promise<void> {
  rests += 1;
  await Promise.all([...sockets].map((socket) => socket.close()));
}

export async function openUdp(options: UdpOptions): Promise<UdpSocket> {
  const { log } = options;
  const begun = rests;
  const socket = createSocket({ type: 'udp4', recvBufferSize: bufferBytes, sendBufferSize: bufferBytes });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind({ address: options.address, port: options.port, exclusive: true }, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  if (begun !== rests) {
    socket.close();
    throw new Error(`${options.address}:${options.port} was closed while it was being opened`);
  }
  const local = { host: socket.address().address, port: socket.address().port };
  let open = true;
  socket.on('error', (error) => log.warn('socket error', { ...local, error: error.message }));
  socket.on('message', (bytes, from) => {
    try {
      options.onDatagram(bytes, { host: from.address, port: from.port });
    } catch (error) {
      log.fault('datagram handler failed', error, { from: `${from.address}:${from.port}`, bytes: bytes.length });
    }
  });
  const opened: UdpSocket = {
    local,
    send: (bytes, to, onError) => {
      const fail = (error: Error) => {
        log.warn('datagram not sent', { to: `${to.host}:${to.port}`, bytes: bytes.length, error: error.message });
        onError?.(error);
      };
      // A closed socket has nobody left to tell.
      if (!open) return;
      try {
        socket.send(bytes, to.port, to.host, (error) => {
          if (error) fail(error);
        });
      } catch (error) {
        // A port outside 1-65535, for instance from a peer's Via. Told later, as the kernel's errors are.
        queueMicrotask(() => fail(error instanceof Error ? error : new Error(String(error))));
      }
    },
    close: () =>
      new Promise((resolve) => {
        if (!open) return resolve();
        open = false;
        sockets.delete(opened);
        socket.close(resolve);
      }),
  };
  sockets.add(opened);
  return opened;
}
