import { Buffer } from 'node:buffer';
import type { Decoded, Fault } from '../fault.ts';

export { encodeDns } from './encode.ts';

import type { DnsMessage, DnsQuestion, DnsRecord } from './message.ts';
import { typeName } from './message.ts';
import { readName } from './name.ts';
import { readRecord } from './record.ts';

/** Reads one DNS message. Where a record cannot be read, what stands before it is kept and the fault says where it was. */
export function decodeDns(input: Uint8Array): Decoded<DnsMessage> {
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (bytes.length < 12) {
    return { value: undefined, faults: [fault('dns/header', bytes.length, 'shorter than the 12 bytes of a header')] };
  }
  const reader: Reader = { bytes, at: 12, faults: [] };
  const flags = bytes.readUInt16BE(2);
  // In the order of the wire: each section begins where the one before it ended.
  const questions = section(reader, bytes.readUInt16BE(4), readQuestion);
  const answers = section(reader, bytes.readUInt16BE(6), readResource);
  const authorities = section(reader, bytes.readUInt16BE(8), readResource);
  const additionals = section(reader, bytes.readUInt16BE(10), readResource);
  if (reader.faults.length === 0 && reader.at < bytes.length) {
    reader.faults.push(fault('dns/surplus', reader.at, `${bytes.length - reader.at} bytes follow the message`));
  }
  const value: DnsMessage = {
    id: bytes.readUInt16BE(0),
    // RFC 1035 4.1.1
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    questions,
    answers,
    authorities,
    additionals,
  };
  return { value, faults: reader.faults };
}

interface Reader {
  readonly bytes: Buffer;
  at: number;
  readonly faults: Fault[];
}

/** Reads so many entries, or as many as can be read: after the first broken length nothing has a place. */
function section<T>(reader: Reader, count: number, read: (reader: Reader) => T | undefined): T[] {
  const entries: T[] = [];
  for (let i = 0; i < count && reader.at <= reader.bytes.length; i++) {
    const entry = read(reader);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

function readQuestion(reader: Reader): DnsQuestion | undefined {
  const { bytes } = reader;
  const read = readName(bytes, reader.at);
  if (!read.ok || read.next + 4 > bytes.length) return stop(reader, read.ok ? 'the question is cut off' : read.why);
  reader.at = read.next + 4;
  return { name: read.name, type: typeName(bytes.readUInt16BE(read.next)) };
}

function readResource(reader: Reader): DnsRecord | undefined {
  const { bytes } = reader;
  const read = readName(bytes, reader.at);
  if (!read.ok || read.next + 10 > bytes.length) return stop(reader, read.ok ? 'the record is cut off' : read.why);
  const at = read.next + 8;
  const end = at + 2 + bytes.readUInt16BE(at);
  if (end > bytes.length) return stop(reader, 'the data of the record is cut off');
  const record = readRecord(bytes, {
    name: read.name,
    type: bytes.readUInt16BE(read.next),
    class: bytes.readUInt16BE(read.next + 2),
    ttl: bytes.readUInt32BE(read.next + 4),
    at,
    end,
  });
  reader.at = end;
  if (typeof record !== 'string') return record;
  reader.faults.push(fault('dns/record', at, record));
  return undefined;
}

/** Puts the reader past the end, so that no later section reads on from a place that means nothing. */
function stop(reader: Reader, message: string): undefined {
  reader.faults.push(fault('dns/truncated', reader.at, message));
  reader.at = reader.bytes.length + 1;
  return undefined;
}

function fault(code: string, offset: number, message: string): Fault {
  return { code, offset, message, clause: 'RFC 1035 4.1' };
}
