import { type Dialog, dialogAsUac, dialogKey } from '../../lab/machines/sip/dialog.ts';
import { ackOf2xx, requestInDialog } from '../../lab/machines/sip/dialog-request.ts';
import { cseqOf } from '../../lab/machines/sip/identity.ts';
import { newRequest } from '../../lab/machines/sip/request.ts';
import { encodeMcpttInfo, mcpttInfoType } from '../../lab/wire/mcx-info/mcptt-info-write.ts';
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { type BodyPart, encodeMultipart, freeBoundary, partOfType } from '../../lab/wire/sip/multipart.ts';
import type { ClientTransaction } from '../kit/sip/endpoint.ts';
import { type FarSide, offer, readFarSide, sdpType } from './description.ts';
import { acceptContacts, allow, contact, mcpttService, supported } from './service.ts';
import type { UserAgent } from './user-agent.ts';

export interface OutgoingParts {
  readonly ua: UserAgent;
  readonly group: string;
  readonly sdpSession: number;
  /** The first 2xx has been acknowledged. */
  onAnswered(dialog: Dialog, far: FarSide, response: SipResponse): void;
  /** A final answer that makes no call (408: none came), or a call that cannot be. */
  onFailed(status: number): void;
}

/** More 2xx with To tags of their own than a call can fork into are not answered. */
const maxForks = 8;

/** The INVITE of the UE (TS 24.379 10.1.1.2.1.1, RFC 3261 13.2) until it is answered, and the ACK of each 2xx after that. */
export class OutgoingCall {
  readonly #parts: OutgoingParts;
  readonly #transaction: ClientTransaction;
  /** Each dialog that a 2xx has made, by its key. */
  readonly #dialogs = new Map<string, Dialog>();
  #given: 'waiting' | 'answered' | 'given up' = 'waiting';

  constructor(parts: OutgoingParts) {
    this.#parts = parts;
    const { ua } = parts;
    this.#transaction = ua.endpoint.request(invite(parts), ua.proxy, {
      onResponse: (response) => this.#receive(response),
      onTimeout: () => this.#fail(408),
      onTransportError: () => this.#fail(503),
    });
  }

  /** The user hangs up before an answer (RFC 3261 9.1); a 2xx that crosses is acknowledged and ended. */
  cancel(): void {
    if (this.#given !== 'waiting') return;
    this.#given = 'given up';
    this.#transaction.cancel();
  }

  #receive(response: SipResponse): void {
    if (response.status < 200) return;
    if (response.status >= 300) {
      this.#fail(response.status);
      return;
    }
    const made = dialogAsUac(this.#transaction.request, response);
    if (made === undefined) return;
    const key = dialogKey(made);
    const known = this.#dialogs.get(key);
    if (known === undefined && this.#dialogs.size >= maxForks) return;
    this.#dialogs.set(key, known ?? made);
    // RFC 3261 13.2.2.4: every 2xx, each time that it comes
    this.#ack(known ?? made);
    if (known !== undefined) return;
    const sdp = partOfType(response, sdpType);
    const read = sdp && readFarSide(sdp);
    if (this.#given === 'waiting' && read !== undefined) {
      this.#given = 'answered';
      this.#parts.onAnswered(made, read.far, response);
      return;
    }
    // A fork, a call that was given up, or one without speech: RFC 3261 13.2.2.4, 15
    this.#end(made);
    this.#fail(488);
  }

  #ack(dialog: Dialog): void {
    const { endpoint, proxy } = this.#parts.ua;
    endpoint.ack(ackOf2xx(dialog, cseqOf(this.#transaction.request)?.number ?? 1).request, proxy);
  }

  #end(dialog: Dialog): void {
    const { endpoint, proxy } = this.#parts.ua;
    const nothing = () => {};
    const { request } = requestInDialog(dialog, 'BYE');
    endpoint.request(request, proxy, { onResponse: nothing, onTimeout: nothing, onTransportError: nothing });
  }

  #fail(status: number): void {
    if (this.#given !== 'waiting') return;
    this.#given = 'given up';
    this.#parts.onFailed(status);
  }
}

function invite({ ua, group, sdpSession }: OutgoingParts): SipRequest {
  const { config, ids } = ua;
  const info = encodeMcpttInfo({ sessionType: 'prearranged', requestUri: group, clientId: config.clientId });
  const parts = [part(sdpType, offer(config, sdpSession)), part(mcpttInfoType, info)];
  const boundary = freeBoundary(parts);
  return newRequest({
    method: 'INVITE',
    // The participating function, whatever is called: the group stands in the body
    uri: config.participatingPsi,
    from: `<${config.mcpttId}>;tag=${ids.tag()}`,
    to: `<${config.participatingPsi}>`,
    callId: ids.callId(),
    cseq: 1,
    headers: [
      { name: 'Contact', value: contact(config) },
      ...acceptContacts,
      { name: 'P-Preferred-Service', value: mcpttService },
      { name: 'Answer-Mode', value: 'Auto' },
      { name: 'Session-Expires', value: String(config.sessionExpiresS) },
      supported,
      allow,
      { name: 'MIME-Version', value: '1.0' },
    ],
    contentType: `multipart/mixed;boundary=${boundary}`,
    body: encodeMultipart(parts, boundary),
  });
}

function part(type: string, body: Uint8Array): BodyPart {
  return { headers: [{ name: 'Content-Type', value: type }], body };
}
