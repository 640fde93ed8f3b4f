import { concat, mustFit, put16, put32, u16, u32 } from '../bytes.ts';
import type { KnownField, KnownFieldId } from './field-ids.ts';
import { readSsrcs, readTexts, writeSsrcs, writeTexts } from './lists.ts';
import { readText, writeText } from './text.ts';
import { readTrackInfo, writeTrackInfo } from './track-info.ts';

/** TS 24.380 8.2.3.2 to 8.2.3.21: what the value of a field says; undefined where its length or text cannot be. */
export function readField(id: KnownFieldId, value: Uint8Array): KnownField | undefined {
  switch (id) {
    case 'Floor Priority':
      return value.length === 2 ? { id, priority: value[0] as number } : undefined;
    case 'Duration':
      return number16(value, (seconds) => ({ id, seconds }));
    case 'Reject Cause':
      return value.length < 2 ? undefined : text(value.subarray(2), (phrase) => ({ id, cause: u16(value, 0), phrase }));
    case 'Queue Info':
      return value.length === 2 ? { id, position: value[0] as number, priority: value[1] as number } : undefined;
    case "Granted Party's Identity":
    case 'User ID':
    case 'Queued User ID':
    case 'Functional Alias':
      return text(value, (uri) => ({ id, uri }));
    case 'Permission to Request the Floor':
      return number16(value, (permission) => ({ id, permission }));
    case 'Queue Size':
      return number16(value, (size) => ({ id, size }));
    case 'Message Sequence Number':
      return number16(value, (sequence) => ({ id, sequence }));
    case 'Source':
      return number16(value, (source) => ({ id, source }));
    case 'Track Info':
      return readTrackInfo(value);
    case 'Message Type':
      return value.length === 2 ? { id, type: value[0] as number } : undefined;
    case 'Floor Indicator':
      return number16(value, (bits) => ({ id, bits }));
    case 'SSRC':
      return value.length === 6 ? { id, ssrc: u32(value, 0) } : undefined;
    case 'List of SSRCs': {
      const ssrcs = readSsrcs(value);
      return ssrcs && { id, ssrcs };
    }
    case 'List of Granted Users':
    case 'List of Functional Aliases': {
      const uris = readTexts(value);
      return uris && { id, uris };
    }
  }
}

function number16(value: Uint8Array, make: (n: number) => KnownField): KnownField | undefined {
  return value.length === 2 ? make(u16(value, 0)) : undefined;
}

function text(value: Uint8Array, make: (text: string) => KnownField): KnownField | undefined {
  const read = readText(value);
  return read === undefined ? undefined : make(read);
}

export function writeField(field: KnownField): Uint8Array {
  switch (field.id) {
    case 'Floor Priority':
      return octets(field.id, field.priority, 0);
    case 'Duration':
      return two(field.id, field.seconds);
    case 'Reject Cause':
      return concat([two(field.id, field.cause), writeText(field.phrase)]);
    case 'Queue Info':
      return octets(field.id, field.position, field.priority);
    case "Granted Party's Identity":
    case 'User ID':
    case 'Queued User ID':
    case 'Functional Alias':
      return writeText(field.uri);
    case 'Permission to Request the Floor':
      return two(field.id, field.permission);
    case 'Queue Size':
      return two(field.id, field.size);
    case 'Message Sequence Number':
      return two(field.id, field.sequence);
    case 'Source':
      return two(field.id, field.source);
    case 'Track Info':
      return writeTrackInfo(field);
    case 'Message Type':
      return octets(field.id, field.type, 0);
    case 'Floor Indicator':
      return two(field.id, field.bits);
    case 'SSRC': {
      const value = new Uint8Array(6);
      put32(value, 0, mustFit(field.id, field.ssrc, 0xffffffff));
      return value;
    }
    case 'List of SSRCs':
      return writeSsrcs(field.ssrcs);
    case 'List of Granted Users':
    case 'List of Functional Aliases':
      return writeTexts(field.uris);
  }
}

function octets(what: string, first: number, second: number): Uint8Array {
  return Uint8Array.of(mustFit(what, first, 0xff), mustFit(what, second, 0xff));
}

function two(what: string, value: number): Uint8Array {
  const bytes = new Uint8Array(2);
  put16(bytes, 0, mustFit(what, value, 0xffff));
  return bytes;
}
