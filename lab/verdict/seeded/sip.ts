import { mcpttInfoType } from '../../wire/mcx-info/mcptt-info-write.ts';
import { decodeSdp, encodeSdp } from '../../wire/sdp/codec.ts';
import type { Sdp } from '../../wire/sdp/session.ts';
import { encodeSip } from '../../wire/sip/encode.ts';
import { withHeader } from '../../wire/sip/headers.ts';
import type { SipMessage } from '../../wire/sip/message.ts';
import { partOfType, withPart } from '../../wire/sip/multipart.ts';
import { sipFacts } from '../sip-facts.ts';
import { alter, payload, type Select } from './edit.ts';
import type { Edit, Packet, Recording } from './recording.ts';

export function sipOf(packet: Packet): SipMessage | undefined {
  const content = packet.datagram?.content;
  return content?.protocol === 'sip' ? content.message : undefined;
}

/** Requests of that method, whichever leg. */
export function request(method: string): Select {
  return () => (packet) => {
    const message = sipOf(packet);
    return message?.kind === 'request' && message.method === method;
  };
}

/** Answers with that status to that method. */
export function answer(method: string, status: number): Select {
  return () => (packet) => {
    const message = sipOf(packet);
    return message?.kind === 'response' && message.status === status && sipFacts(message).method === method;
  };
}

/** Everything of the legs whose INVITE began with this Request-URI: `sip:ncf@` is the crossing one, `sip:pf@` the caller's. */
export function leg(uri: string): Select {
  return (recording) => {
    const callIds = callIdsOf(recording, uri);
    return (packet) => {
      const message = sipOf(packet);
      return message !== undefined && callIds.has(sipFacts(message).callId);
    };
  };
}

function callIdsOf(recording: Recording, uri: string): Set<string> {
  const found = new Set<string>();
  for (const { packets } of recording.values()) {
    for (const packet of packets) {
      const message = sipOf(packet);
      if (message?.kind === 'request' && message.method === 'INVITE' && message.uri.startsWith(uri))
        found.add(sipFacts(message).callId);
    }
  }
  return found;
}

export function alterSip(select: Select, change: (message: SipMessage) => SipMessage): Edit {
  return alter(select, (packet) => {
    const message = sipOf(packet);
    return message === undefined ? packet : payload(packet, encodeSip(change(message)));
  });
}

/** A header's text changed; the header taken away where nothing is left of it. */
export function alterHeader(select: Select, name: string, change: (value: string) => string): Edit {
  return alterSip(select, (message) => ({
    ...message,
    headers: message.headers.flatMap((header) => {
      if (header.name.toLowerCase() !== name.toLowerCase()) return [header];
      const value = change(header.value);
      return value === '' ? [] : [{ ...header, value }];
    }),
  }));
}

export function setHeader(select: Select, name: string, value: string): Edit {
  return alterSip(select, (message) => withHeader(message, name, value));
}

export function alterSdp(select: Select, change: (sdp: Sdp) => Sdp): Edit {
  return alterSip(select, (message) => {
    const sdp = decodeSdp(partOfType(message, 'application/sdp') ?? new Uint8Array()).value;
    return sdp === undefined ? message : withPart(message, 'application/sdp', encodeSdp(change(sdp)));
  });
}

/** Text of the mcptt-info body. */
export function alterInfo(select: Select, before: string, after: string): Edit {
  return alterSip(select, (message) => {
    const bytes = partOfType(message, mcpttInfoType);
    if (bytes === undefined) return message;
    const text = new TextDecoder().decode(bytes);
    if (!text.includes(before)) throw new Error(`${before} is not in the mcptt-info`);
    return withPart(message, mcpttInfoType, new TextEncoder().encode(text.replaceAll(before, after)));
  });
}

export function withStatus(message: SipMessage, status: number, reason: string): SipMessage {
  return message.kind === 'request' ? message : { ...message, status, reason };
}
