/** Test bench: a scripted SIP party (an edge and the clients behind it, or a partner's server) with its own media. */
import { dialogAsUac, dialogAsUas, dialogKey, dialogKeyOf } from '../../../lab/machines/sip/dialog.ts';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import type { McpttInfo } from '../../../lab/wire/mcx-info/mcptt-info.ts';
import { encodeMcpttInfo, mcpttInfoType } from '../../../lab/wire/mcx-info/mcptt-info-write.ts';
import { header } from '../../../lab/wire/sip/headers.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import { encodeMultipart, partOfType } from '../../../lab/wire/sip/multipart.ts';
import { seededIds } from '../../kit/ids.ts';
import { silentLog } from '../../kit/log.ts';
import {
  type ClientTransaction,
  type IncomingRequest,
  openSipEndpoint,
  type ServerTransaction,
  type SipEndpoint,
} from '../../kit/sip/endpoint.ts';
import type { Peer } from '../../kit/udp.ts';
import { acceptContacts, contactFeatures, sdpType } from '../service.ts';
import { ScriptedCall } from './call.ts';
import { eventually } from './wait.ts';

export const clientFmtp = 'mc_queueing;mc_priority=5;mc_implicit_request';

export interface CallOptions {
  readonly fmtp?: string;
  /** Contact carries `isfocus`. */
  readonly focus?: boolean;
  readonly asserted?: string;
  readonly headers?: readonly SipHeader[];
  /** Address in the SDP, where it is not the party's own. */
  readonly sdpAddress?: string;
}

export interface OutgoingCall {
  readonly call: ScriptedCall;
  /** As they came, repetitions left out. */
  readonly statuses: number[];
  readonly transaction: ClientTransaction;
  /** Every 2xx, repeated ones too. */
  readonly answers: SipResponse[];
  /** The final response; a 2xx makes the call's dialog, its ACK is the test's. */
  final(): Promise<SipResponse>;
}

export class Party {
  readonly sip: SipEndpoint;
  /** Every request but ACK, in order. */
  readonly requests: IncomingRequest[];
  readonly calls: ScriptedCall[] = [];
  readonly #taken = new Set<IncomingRequest>();
  readonly #ids;

  private constructor(sip: SipEndpoint, requests: IncomingRequest[], name: string) {
    this.sip = sip;
    this.requests = requests;
    this.#ids = seededIds(3, name);
  }

  static async open(address: string, port = 5060): Promise<Party> {
    const requests: IncomingRequest[] = [];
    let party: Party | undefined;
    const sip = await openSipEndpoint({
      ...{ address, port, timers: { t1Ms: 20, t2Ms: 160, t4Ms: 100 }, log: silentLog },
      ids: seededIds(3, address),
      onRequest: (incoming) => {
        if (incoming.request.method !== 'ACK') requests.push(incoming);
        party?.receive(incoming);
      },
    });
    party = new Party(sip, requests, address);
    return party;
  }

  /** In-dialog requests are answered as any user agent does. */
  receive({ request, transaction }: IncomingRequest): void {
    const key = dialogKeyOf(request);
    const call = this.calls.find(({ dialog }) => dialog !== undefined && dialogKey(dialog) === key);
    if (call === undefined) return;
    if (request.method === 'ACK') call.acks += 1;
    if (request.method === 'BYE') call.byes += 1;
    // RFC 4028 9: a refresh that is answered without Session-Expires would end the session's limit.
    const agreed = header(request, 'session-expires');
    const headers = agreed === undefined ? [] : [{ name: 'Session-Expires', value: agreed }];
    if (request.method !== 'INVITE') transaction?.respond(makeResponse(request, 200, { headers }));
  }

  /** The next request that nobody has taken yet and that fits. */
  next(method: string, fits: (request: SipRequest) => boolean = () => true): Promise<IncomingRequest> {
    return eventually(() => {
      const found = this.requests.find((r) => r.request.method === method && !this.#taken.has(r) && fits(r.request));
      if (found !== undefined) this.#taken.add(found);
      return found;
    }, `${method} at ${this.sip.local.host}`);
  }

  async answer(incoming: IncomingRequest, options: CallOptions = {}): Promise<ScriptedCall> {
    const { request } = incoming;
    const call = await ScriptedCall.open(this.sip);
    this.calls.push(call);
    const toTag = this.#ids.tag();
    call.dialog = dialogAsUas(request, toTag);
    call.heardSdp(partOfType(request, sdpType) ?? new Uint8Array());
    (incoming.transaction as ServerTransaction).respond(
      makeResponse(request, 200, {
        toTag,
        headers: [{ name: 'Contact', value: this.#contact('callee', options) }, ...(options.headers ?? [])],
        body: call.sdp(options.fmtp ?? 'mc_queueing;mc_priority=5', options.sdpAddress),
        contentType: sdpType,
      }),
    );
    return call;
  }

  async call(to: Peer, uri: string, from: string, info: McpttInfo, options: CallOptions = {}): Promise<OutgoingCall> {
    const call = await ScriptedCall.open(this.sip);
    this.calls.push(call);
    const sdp = call.sdp(options.fmtp ?? clientFmtp, options.sdpAddress);
    const invite = this.invite(
      uri,
      from,
      [partOf(sdpType, sdp), partOf(mcpttInfoType, encodeMcpttInfo(info))],
      options,
    );
    const statuses: number[] = [];
    const answers: SipResponse[] = [];
    let last: SipResponse | undefined;
    const transaction = this.sip.request(invite, to, {
      onResponse: (response) => {
        // A repeated INVITE is answered by a repeated response: that is the machine's load, not the call's course.
        if (statuses.at(-1) !== response.status) statuses.push(response.status);
        if (response.status < 200) return;
        last ??= response;
        if (response.status >= 300) return;
        answers.push(response);
        if (call.dialog !== undefined) return;
        call.dialog = dialogAsUac(invite, response);
        call.heardSdp(partOfType(response, sdpType) ?? new Uint8Array());
      },
      onTimeout: () => statuses.push(408),
      onTransportError: () => statuses.push(503),
    });
    return { call, statuses, transaction, answers, final: () => eventually(() => last, `final response to ${uri}`) };
  }

  invite(
    uri: string,
    from: string,
    parts: Parameters<typeof encodeMultipart>[0],
    options: CallOptions = {},
  ): SipRequest {
    return newRequest({
      method: 'INVITE',
      uri,
      from: `<${from}>;tag=${this.#ids.tag()}`,
      to: `<${uri}>`,
      callId: this.#ids.callId(),
      cseq: 1,
      headers: [
        { name: 'Contact', value: this.#contact('caller', options) },
        ...acceptContacts.map((value) => ({ name: 'Accept-Contact', value })),
        { name: 'P-Asserted-Identity', value: `<${options.asserted ?? from}>` },
        { name: 'Supported', value: 'timer' },
        ...(options.headers ?? []),
      ],
      body: encodeMultipart(parts, 'b1'),
      contentType: 'multipart/mixed;boundary=b1',
    });
  }

  /** Sends a request outside any dialog; resolves with its final response. */
  send(request: SipRequest, to: Peer): Promise<SipResponse> {
    return new Promise((resolve, reject) => {
      this.sip.request(request, to, {
        onResponse: (response) => response.status >= 200 && resolve(response),
        onTimeout: () => reject(new Error(`${request.method}: no answer`)),
        onTransportError: reject,
      });
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.sip.close(), ...this.calls.map(({ media }) => media.close())]);
  }

  #contact(user: string, options: CallOptions): string {
    const { host, port } = this.sip.local;
    return `<sip:${user}@${host}:${port}>;${contactFeatures}${options.focus === true ? ';isfocus' : ''}`;
  }
}

export function partOf(type: string, body: Uint8Array): Parameters<typeof encodeMultipart>[0][number] {
  return { headers: [{ name: 'Content-Type', value: type }], body };
}
