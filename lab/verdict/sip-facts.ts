import type { Sighting, Timeline } from '../capture/timeline.ts';
import { decodeMcpttInfo, type McpttInfo } from '../wire/mcx-info/mcptt-info.ts';
import { mcpttInfoType } from '../wire/mcx-info/mcptt-info-write.ts';
import { decodeSdp } from '../wire/sdp/codec.ts';
import type { Sdp } from '../wire/sdp/session.ts';
import { addrParam, parseNameAddr } from '../wire/sip/address.ts';
import { parseCSeq } from '../wire/sip/cseq.ts';
import { header, listValues } from '../wire/sip/headers.ts';
import type { SipMessage } from '../wire/sip/message.ts';
import { partOfType } from '../wire/sip/multipart.ts';
import { parseVia, viaParam } from '../wire/sip/via.ts';

/** What a question asks of a SIP message; missing headers are empty text. */
export interface SipFacts {
  /** Of a response: the method that it answers. */
  readonly method: string;
  /** 0 for a request. */
  readonly status: number;
  readonly callId: string;
  readonly cseq: number;
  readonly fromTag: string;
  readonly toTag: string;
  readonly branch: string;
  /** The Call-ID: the same on every hop of one leg, and whichever end sends. */
  readonly leg: string;
}

export interface SipSighting {
  readonly sighting: Sighting;
  readonly message: SipMessage;
  readonly facts: SipFacts;
}

const sightingsMemo = new WeakMap<Timeline, readonly SipSighting[]>();
const factsMemo = new WeakMap<SipMessage, SipFacts>();
const sdpMemo = new WeakMap<SipMessage, { readonly sdp: Sdp | undefined }>();
const infoMemo = new WeakMap<SipMessage, { readonly info: McpttInfo | undefined }>();

export function sipFacts(message: SipMessage): SipFacts {
  const known = factsMemo.get(message);
  if (known !== undefined) return known;
  const facts = readFacts(message);
  factsMemo.set(message, facts);
  return facts;
}

function readFacts(message: SipMessage): SipFacts {
  const cseq = parseCSeq(header(message, 'CSeq') ?? '');
  const tag = (name: string) => {
    const address = parseNameAddr(header(message, name) ?? '');
    return address === undefined ? '' : (addrParam(address, 'tag') ?? '');
  };
  const via = parseVia(listValues(message, 'Via')[0] ?? '');
  const callId = header(message, 'Call-ID') ?? '';
  return {
    method: message.kind === 'request' ? message.method : (cseq?.method ?? ''),
    status: message.kind === 'request' ? 0 : message.status,
    callId,
    cseq: cseq?.number ?? 0,
    fromTag: tag('From'),
    toTag: tag('To'),
    branch: via === undefined ? '' : (viaParam(via, 'branch') ?? ''),
    leg: callId,
  };
}

/** All SIP of the timeline with its facts, in time order. */
export function sipSightings(timeline: Timeline): readonly SipSighting[] {
  const known = sightingsMemo.get(timeline);
  if (known !== undefined) return known;
  const all = timeline.sightings.flatMap((sighting) => {
    const { content } = sighting;
    if (content.protocol !== 'sip') return [];
    return [{ sighting, message: content.message, facts: sipFacts(content.message) }];
  });
  sightingsMemo.set(timeline, all);
  return all;
}

export function sdpOf(message: SipMessage): Sdp | undefined {
  const known = sdpMemo.get(message);
  if (known !== undefined) return known.sdp;
  const bytes = partOfType(message, 'application/sdp');
  const sdp = bytes === undefined ? undefined : decodeSdp(bytes).value;
  sdpMemo.set(message, { sdp });
  return sdp;
}

export function mcpttInfoOf(message: SipMessage): McpttInfo | undefined {
  const known = infoMemo.get(message);
  if (known !== undefined) return known.info;
  const bytes = partOfType(message, mcpttInfoType);
  const info = bytes === undefined ? undefined : decodeMcpttInfo(bytes).value;
  infoMemo.set(message, { info });
  return info;
}
