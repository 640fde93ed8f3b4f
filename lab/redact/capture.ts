import { type FileHandle, open } from 'node:fs/promises';
import { LabError } from '../errors.ts';
import { concat } from '../wire/bytes.ts';
import type { CapturePacket } from '../wire/pcap/packet.ts';
import { CaptureReader } from '../wire/pcap/reader.ts';
import { enhancedPacket, interfaceDescription, interfaceStatistics, sectionHeader } from '../wire/pcap/writer.ts';
import { type Fragment, redactFrame, redactTransport } from './frame.ts';
import type { Identities } from './identities.ts';
import { scramble } from './parts.ts';

/** Packets that a fragment waits for the rest of its datagram. */
const PATIENCE = 4096;
const PIECE = 1 << 20;

/** What to call an interface of the redacted file: names of places of the lab stay, others may say whose they are. */
export type NameInterface = (name: string | undefined, index: number) => string | undefined;

/**
 * Writes a capture anew: the same packets at the same times with the same numbers, what they say about somebody replaced.
 * Comments, the recorder's machine and program, name tables and secrets (pcapng 4.5, 4.7) are left behind.
 */
export async function redactCapture(from: string, to: string, who: Identities, name: NameInterface): Promise<number> {
  const input = await open(from).catch((cause: unknown) => {
    throw new LabError('CAPTURE-READ', 'the capture file cannot be opened', {
      where: from,
      next: 'Check the path and its permissions.',
      cause,
    });
  });
  try {
    const output = await open(to, 'w');
    try {
      return await rewrite(input, output, from, who, name);
    } finally {
      await output.close();
    }
  } finally {
    await input.close();
  }
}

interface Waiting {
  readonly packet: CapturePacket;
  readonly bytes: Uint8Array;
  fragment: Fragment | undefined;
}

async function rewrite(input: FileHandle, output: FileHandle, from: string, who: Identities, name: NameInterface) {
  const reader = new CaptureReader();
  const queue: Waiting[] = [];
  const groups = new Map<string, Waiting[]>();
  let described = 0;
  let frames = 0;
  let lastNs = 0n;

  async function flush(keep: number): Promise<void> {
    const pieces: Uint8Array[] = [];
    let done = 0;
    for (const waiting of queue) {
      if (waiting.fragment !== undefined && queue.length - done <= keep) break;
      if (waiting.fragment !== undefined) giveUp(waiting, who);
      const { timeNs, interfaceId, originalLength } = waiting.packet;
      pieces.push(enhancedPacket({ timeNs, interfaceId, originalLength, data: waiting.bytes }));
      done++;
    }
    queue.splice(0, done);
    await output.write(concat(pieces));
  }

  await output.write(sectionHeader({ application: 'mcx-lab redact' }));
  for (;;) {
    const piece = new Uint8Array(PIECE);
    const { bytesRead } = await input.read(piece);
    if (bytesRead === 0) break;
    const packets = reader.feed(piece.subarray(0, bytesRead));
    for (; described < reader.interfaces.length; described++) {
      const one = reader.interfaces[described];
      const called = name(one?.name, described);
      const linkType = one?.linkType ?? 1;
      await output.write(interfaceDescription({ linkType, ...(called === undefined ? {} : { name: called }) }));
    }
    for (const packet of packets) {
      const bytes = packet.data.slice();
      const waiting: Waiting = { packet, bytes, fragment: redactFrame(packet.linkType, bytes, who) };
      queue.push(waiting);
      if (waiting.fragment !== undefined) join(waiting, groups, who);
      lastNs = packet.timeNs;
      frames++;
    }
    await flush(PATIENCE);
  }
  if (reader.format === undefined) {
    throw new LabError('CAPTURE-FORMAT', 'this is no capture file', {
      where: from,
      next: 'Give files that tcpdump, dumpcap or Wireshark wrote: pcap or pcapng, not compressed.',
    });
  }
  await flush(0);
  for (const [interfaceId, { drops }] of reader.interfaces.entries()) {
    if (drops !== undefined) await output.write(interfaceStatistics({ interfaceId, timeNs: lastNs, drops }));
  }
  // A file that ended in the middle of a packet still does.
  if (reader.end(true).kind === 'truncated')
    await output.write(enhancedPacket({ interfaceId: 0, timeNs: lastNs, data: new Uint8Array(4) }).subarray(0, 16));
  return frames;
}

/** Puts a fragment to the others of its datagram; once all are there, the whole is redacted and dealt out again. */
function join(waiting: Waiting, groups: Map<string, Waiting[]>, who: Identities): void {
  const key = `${waiting.packet.interfaceId} ${waiting.fragment?.key}`;
  const group = [...(groups.get(key) ?? []), waiting].filter(({ fragment }) => fragment !== undefined);
  groups.set(key, group);
  const parts = group.flatMap(({ fragment }) => (fragment === undefined ? [] : [fragment]));
  const sorted = parts.toSorted((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { offset, payload } of sorted) if (offset <= end) end = Math.max(end, offset + payload.length);
  const last = sorted.find(({ more }) => !more);
  const [first] = sorted;
  if (last === undefined || first?.offset !== 0 || end < last.offset + last.payload.length) return;
  const whole = new Uint8Array(end);
  for (const { offset, payload } of sorted) whole.set(payload, offset);
  redactTransport(first.protocol, whole, first.ends, who);
  for (const { offset, payload } of sorted) payload.set(whole.subarray(offset, offset + payload.length));
  for (const one of group) one.fragment = undefined;
  groups.delete(key);
}

/** Of an incomplete datagram only the ports are told. */
function giveUp(waiting: Waiting, who: Identities): void {
  const { fragment } = waiting;
  if (fragment === undefined) return;
  scramble(fragment.payload.subarray(fragment.offset === 0 ? 8 : 0), who);
  waiting.fragment = undefined;
}
