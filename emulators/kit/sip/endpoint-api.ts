import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import type { Clock } from '../clock.ts';
import type { SipTimers } from '../config.ts';
import type { Ids } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Peer } from '../udp.ts';

/**
 * One UDP socket that speaks SIP with transactions (RFC 3261 17, RFC 6026, RFC 3581, RFC 5626 4.4.1). User agents and
 * stateful proxies stand on it as transaction users: it knows nothing of dialogs, routes or names.
 *
 * A client:  `endpoint.request(invite, to, { onResponse, onTimeout, onTransportError })`, and `endpoint.ack(ack, to)`
 *            for every 2xx that comes, as it may come again.
 * A server:  `onRequest: ({ request, transaction }) => transaction.respond(makeResponse(request, 200, …))`; the 2xx of
 *            an INVITE is repeated by `answerInvite` of `answer.ts` until `.acked()`.
 * A proxy:   `onRequest` on one endpoint, `request` on the other (with the Vias left away when topology is hidden),
 *            `transaction.respond(response)` for each response: the Vias of the original request come back by themselves.
 */
export interface SipEndpoint {
  /** What the socket is bound to. */
  readonly local: Peer;
  /** host:port as it stands in the Via of what this endpoint sends. */
  readonly sentBy: string;
  /**
   * Starts a client transaction: puts a Via with a new branch and `rport` on top of the Vias that `request` has, adds
   * `Max-Forwards: 70` where none is, sends and repeats. `method` must not be ACK (see `ack`).
   */
  request(request: SipRequest, to: Peer, handlers: ClientHandlers): ClientTransaction;
  /**
   * Sends an ACK of a 2xx (no transaction, RFC 3261 13.2.2.4), one's own or forwarded. The branch comes from Call-ID,
   * tags, CSeq and Request-URI: the ACK of a repeated 2xx is the same ACK. The answer is the request as sent.
   */
  ack(request: SipRequest, to: Peer): SipRequest;
  /** Sends CRLF CRLF (RFC 5626 3.5.1, used over UDP as clients behind NAT do). */
  keepAlive(to: Peer): void;
  /** Sends a single CRLF, as some edges answer a keep-alive so that NATs see traffic both ways. */
  pong(to: Peer): void;
  /** Transactions in being and datagrams thrown away, for `describe`. */
  readonly counters: Readonly<SipCounters>;
  /** Ends at once: no handler is called any more. */
  close(): Promise<void>;
}

export interface SipEndpointOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** host:port shown in Via; the default is where the socket is bound. */
  readonly sentBy?: string;
  readonly timers: SipTimers;
  readonly ids: Ids;
  readonly log: Log;
  /** What it throws is logged as a fault; the transaction then answers 500. */
  readonly onRequest: (incoming: IncomingRequest) => void;
  /**
   * Asked before anything is remembered of a request: the response refuses it without a transaction (RFC 3261 8.2.7: the
   * same To tag for the same request; never given to an ACK), `ignore` gives no answer. A flood of strangers fills no memory.
   */
  readonly screen?: (request: SipRequest, source: Peer) => SipResponse | 'ignore' | undefined;
  /** `target`: a response counts only if it comes from the address that the request went to. Default `anybody`. */
  readonly answersFrom?: 'target' | 'anybody';
  /** CRLF CRLF (or a single CRLF) came. Not answered: RFC 5626 has no pong on UDP. */
  readonly onKeepAlive?: (source: Peer) => void;
  /** An INVITE that is still without a response after so long is answered 100; 0 at once; the default 0.4 * T1 (200 ms of RFC 3261 17.2.1 at the standard T1). */
  readonly tryingAfterMs?: number;
  /** More server transactions than this: new requests are thrown away (the sender repeats). Default 4096. */
  readonly maxTransactions?: number;
  readonly clock?: Clock;
}

export interface IncomingRequest {
  /** As received, but the top Via has `received` and `rport` filled (RFC 3261 18.2.1, RFC 3581 4). */
  readonly request: SipRequest;
  readonly source: Peer;
  /**
   * Undefined for an ACK that belongs to no transaction, that is an ACK of a 2xx: nothing may answer it. ACK of other
   * responses and CANCEL never come here, nor do repetitions.
   */
  readonly transaction: ServerTransaction | undefined;
}

export interface ServerTransaction {
  readonly request: SipRequest;
  readonly source: Peer;
  /**
   * Sends a response. Its Vias are replaced by those of the request, so a proxy may pass what it got. INVITE: a 2xx may
   * be given again and again (RFC 6026: Accepted, 64*T1 long), each is sent. What the state does not allow (a second
   * final response, a provisional one after it) is dropped and logged.
   */
  respond(response: SipResponse): void;
  /** A CANCEL for this INVITE came and was answered 200. Not called when a final response was already given; the 487 is the caller's. */
  onCancel(act: (cancel: SipRequest) => void): void;
  /** The transaction is over. `timeout`: no ACK for a final response other than 2xx came (timer H). */
  onEnd(act: (why: 'done' | 'timeout' | 'transport-error') => void): void;
  /** `proceeding` until a final response has been given. */
  readonly phase: 'proceeding' | 'answered' | 'ended';
}

export interface ClientHandlers {
  /**
   * Every response that is not a repetition: provisional ones, the final one; for INVITE also *every* 2xx that comes
   * within 64*T1 of the first (RFC 6026), repetitions and forks included: each wants an ACK by `endpoint.ack`. The ACK
   * of 3xx to 6xx has been sent already. The own Via is still on top (a server transaction's `respond` replaces it).
   */
  onResponse(response: SipResponse, source: Peer): void;
  /** No final response (timer B or F, or 64*T1 after a CANCEL): as if 408 had come (RFC 3261 8.1.3.1). */
  onTimeout(): void;
  /** As if 503 had come. */
  onTransportError(error: Error): void;
  /** The transaction is over, for whatever reason; nothing else is called after it. */
  onEnd?(): void;
}

export interface ClientTransaction {
  /** As sent, with its Via. */
  readonly request: SipRequest;
  readonly branch: string;
  /**
   * Cancels the INVITE (RFC 3261 9.1): now, or as soon as a provisional response has come, never after a final one.
   * `extra` are header lines for the CANCEL (Reason, for instance). The outcome comes by `onResponse` (487) or `onTimeout`.
   */
  cancel(extra?: SipRequest['headers']): void;
}

export interface SipCounters {
  clientTransactions: number;
  serverTransactions: number;
  /** Datagrams that are not SIP, or lack what RFC 3261 8.1.1 demands. */
  unreadable: number;
  /** Responses that match no transaction, or whose Via is not ours. */
  strayResponses: number;
  /** Requests that `screen` refused or ignored. */
  screened: number;
  /** Requests thrown away because of `maxTransactions`. */
  overload: number;
}
