/**
 * One relayed flow of datagrams: a socket at an exposed port, a socket towards the server, and the rule between them.
 * Bytes pass as they came; what is not allowed passes nowhere and changes nothing.
 */
import { isIPv4 } from 'node:net';
import type { Log } from '../../kit/log.ts';
import { openUdp, type UdpSocket } from '../../kit/udp.ts';
import type { SocketAddress } from '../party.ts';
import { announced, type Latch, received, reopened, sending } from './latch.ts';

export interface LegOptions {
  /** The pod's own address. */
  readonly address: string;
  readonly outsidePort: number;
  readonly insidePort: number;
  readonly latch: Latch;
  readonly now: () => number;
  /** Something has passed. */
  readonly onHeard: () => void;
  readonly log: Log;
}

export interface LegCounters {
  readonly inward: number;
  readonly outward: number;
  readonly refused: number;
}

export interface Leg {
  readonly outsidePort: number;
  readonly insidePort: number;
  /** SDP of the server: where it listens, and from which address alone it may send. */
  serverAt(address: SocketAddress): void;
  /** SDP of the outside party. */
  outsideAt(address: SocketAddress): void;
  counters(): LegCounters;
  /** What has been learned of the outside party's place. */
  remote(): SocketAddress | undefined;
  close(): Promise<void>;
}

/** Binds both sockets; when one port is taken the other is closed again and the error is thrown. */
export async function openLeg(options: LegOptions): Promise<Leg> {
  const { address, log, now, outsidePort, insidePort } = options;
  const counters = { inward: 0, outward: 0, refused: 0 };
  let latch = options.latch;
  let server: SocketAddress | undefined;
  let announcedAt: SocketAddress | undefined;
  let outside: UdpSocket | undefined;
  let inside: UdpSocket | undefined;

  const flush = (datagrams: readonly Uint8Array[]) => {
    for (const bytes of datagrams) sendTo(outside, bytes, latch.remote);
  };
  const fromOutside = (bytes: Uint8Array, source: SocketAddress) => {
    const result = received(latch, source, now());
    latch = result.latch;
    if (!result.accepted) {
      counters.refused += 1;
      return;
    }
    counters.inward += 1;
    options.onHeard();
    flush(result.flushed);
    sendTo(inside, bytes, server);
  };
  const fromInside = (bytes: Uint8Array, source: SocketAddress) => {
    if (source.host !== server?.host) {
      counters.refused += 1;
      return;
    }
    const result = sending(latch, bytes, now());
    latch = result.latch;
    counters.outward += 1;
    options.onHeard();
    sendTo(outside, bytes, result.to);
  };

  outside = await openUdp({ address, port: outsidePort, log, onDatagram: fromOutside });
  try {
    inside = await openUdp({ address, port: insidePort, log, onDatagram: fromInside });
  } catch (error) {
    await outside.close();
    throw error;
  }

  return {
    outsidePort,
    insidePort,
    serverAt: (place) => {
      server = place;
    },
    outsideAt: (place) => {
      if (announcedAt !== undefined && !same(announcedAt, place)) latch = reopened(latch);
      announcedAt = place;
      const result = announced(latch, place, now());
      latch = result.latch;
      flush(result.flushed);
    },
    counters: () => ({ ...counters }),
    remote: () => latch.remote,
    close: async () => {
      await Promise.all([outside?.close(), inside?.close()]);
    },
  };
}

/** SDP may carry a name, and a name would make the kernel's resolver ask for it: addresses alone. */
function sendTo(socket: UdpSocket | undefined, bytes: Uint8Array, to: SocketAddress | undefined): void {
  if (to !== undefined && isIPv4(to.host) && to.port > 0) socket?.send(bytes, to);
}

function same(a: SocketAddress, b: SocketAddress): boolean {
  return a.host === b.host && a.port === b.port;
}
