/**
 * The rule of one outside media socket: from whom it takes datagrams, where it sends them, and what it keeps while it
 * does not know yet. A pure machine; the legs own the sockets.
 */
import type { SocketAddress } from '../party.ts';

export interface Latch {
  /**
   * `announced`: sends where SDP says. `latch`: sends to the source of the first datagram that it may accept (RFC
   * 7362 2.2).
   */
  readonly mode: 'announced' | 'latch';
  /** The addresses that may send here; ports are the NAT's choice. */
  readonly allowed: readonly string[] | 'any';
  readonly remote: SocketAddress | undefined;
  /** Whether datagrams wait for the remote (floor control does, media does not: it would be stale). */
  readonly holds: boolean;
  readonly held: readonly Held[];
}

export interface Held {
  readonly bytes: Uint8Array;
  readonly atMs: number;
}

export const maxHeld = 8;
export const maxHeldMs = 2000;

export function newLatch(mode: Latch['mode'], allowed: Latch['allowed'], holds: boolean): Latch {
  return { mode, allowed, remote: undefined, holds, held: [] };
}

export interface Received {
  readonly latch: Latch;
  readonly accepted: boolean;
  /** What waited and goes to the remote now. */
  readonly flushed: readonly Uint8Array[];
}

export function received(latch: Latch, source: SocketAddress, nowMs: number): Received {
  const refused = { latch, accepted: false, flushed: [] };
  if (latch.allowed !== 'any' && !latch.allowed.includes(source.host)) return refused;
  // Partners send from their node; which port its NAT chose says nothing, SDP says where to send.
  if (latch.mode === 'announced') return { latch, accepted: true, flushed: [] };
  if (latch.remote === undefined) return { ...settled(latch, source, nowMs), accepted: true };
  const same = latch.remote.host === source.host && latch.remote.port === source.port;
  return same ? { latch, accepted: true, flushed: [] } : refused;
}

export interface Sending {
  readonly latch: Latch;
  readonly to: SocketAddress | undefined;
}

/** A datagram from inside: sent, held, or (with no remote and nothing held) lost. */
export function sending(latch: Latch, bytes: Uint8Array, nowMs: number): Sending {
  if (latch.remote !== undefined) return { latch, to: latch.remote };
  if (!latch.holds) return { latch, to: undefined };
  const held = [...latch.held.filter(({ atMs }) => nowMs - atMs <= maxHeldMs), { bytes, atMs: nowMs }];
  return { latch: { ...latch, held: held.slice(-maxHeld) }, to: undefined };
}

/** SDP of the outside party has said where it listens. */
export function announced(latch: Latch, remote: SocketAddress, nowMs: number): Omit<Received, 'accepted'> {
  return latch.mode === 'latch' ? { latch, flushed: [] } : settled(latch, remote, nowMs);
}

/** A new description of a client's own end: the latch opens once more. */
export function reopened(latch: Latch): Latch {
  return latch.mode === 'latch' ? { ...latch, remote: undefined } : latch;
}

function settled(latch: Latch, remote: SocketAddress, nowMs: number): Omit<Received, 'accepted'> {
  const flushed = latch.held.filter(({ atMs }) => nowMs - atMs <= maxHeldMs).map(({ bytes }) => bytes);
  return { latch: { ...latch, remote, held: [] }, flushed };
}
