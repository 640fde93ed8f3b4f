import { newRequest } from '../../../lab/machines/sip/request.ts';
import { decodeSdp } from '../../../lab/wire/sdp/codec.ts';
import { endpoints } from '../../../lab/wire/sdp/view.ts';
import { parseNameAddr } from '../../../lab/wire/sip/address.ts';
import { header, listValues, withHeader } from '../../../lab/wire/sip/headers.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import { encodeMultipart, partOfType } from '../../../lab/wire/sip/multipart.ts';
import type { SocketAddress } from '../party.ts';

let calls = 0;

export interface RequestParts {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to?: string;
  readonly toTag?: string;
  readonly callId?: string;
  readonly fromTag?: string;
  readonly cseq?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly sdp?: Uint8Array;
}

export function request(parts: RequestParts): SipRequest {
  calls += 1;
  const toTag = parts.toTag === undefined ? '' : `;tag=${parts.toTag}`;
  return newRequest({
    method: parts.method,
    uri: parts.uri,
    from: `<${parts.from}>;tag=${parts.fromTag ?? `from${calls}`}`,
    to: `<${parts.to ?? parts.uri}>${toTag}`,
    callId: parts.callId ?? `call-${calls}`,
    cseq: parts.cseq ?? 1,
    headers: (parts.headers ?? []).map(([name, value]): SipHeader => ({ name, value })),
    ...(parts.sdp === undefined ? {} : body(parts.sdp)),
  });
}

/** SDP beside another part, as every INVITE of MCPTT has it. */
export function body(sdp: Uint8Array): { body: Uint8Array; contentType: string } {
  const info = { headers: [type('application/vnd.3gpp.mcptt-info+xml')], body: Buffer.from('<mcpttinfo/>') };
  const parts = [{ headers: [type('application/sdp')], body: sdp }, info];
  return { body: encodeMultipart(parts, 'mcx'), contentType: 'multipart/mixed;boundary=mcx' };
}

function type(value: string): SipHeader {
  return { name: 'Content-Type', value };
}

/** The two m= lines of MCPTT: speech, floor control. */
export function mcpttSdp(host: string, rtpPort: number, floorPort: number): Uint8Array {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${rtpPort} RTP/AVP 96`,
    'i=speech',
    'a=rtpmap:96 AMR-WB/16000',
    `m=application ${floorPort} udp MCPTT`,
    'a=fmtp:MCPTT mc_queueing;mc_priority=5',
  ];
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
}

/** Where the SDP of a message points, line by line. */
export function pointsTo(message: SipMessage): SocketAddress[] {
  const sdp = decodeSdp(partOfType(message, 'application/sdp') ?? new Uint8Array()).value;
  return sdp === undefined ? [] : endpoints(sdp).map(({ address: host, port }) => ({ host, port }));
}

export function contactUri(message: SipMessage): string {
  return parseNameAddr(listValues(message, 'contact')[0] ?? '')?.uri ?? '';
}

/** The next request of the caller in the dialog that `response` made. */
export function inDialog(invite: SipRequest, response: SipResponse, method: string, cseq = 2): SipRequest {
  const number = method === 'ACK' ? Number.parseInt(header(invite, 'cseq') ?? '1', 10) : cseq;
  return newRequest({
    method,
    uri: contactUri(response),
    from: header(invite, 'from') ?? '',
    to: header(response, 'to') ?? '',
    callId: header(invite, 'call-id') ?? '',
    cseq: number,
  });
}

/** The next request of the callee: `invite` as it received it, `response` as it gave it. */
export function inDialogBack(invite: SipRequest, response: SipResponse, method: string, cseq = 1): SipRequest {
  return newRequest({
    method,
    uri: contactUri(invite),
    from: header(response, 'to') ?? '',
    to: header(response, 'from') ?? '',
    callId: header(invite, 'call-id') ?? '',
    cseq,
  });
}

export const contact = (uri: string, params = ''): readonly [string, string] => ['Contact', `<${uri}>${params}`];

export { withHeader };
