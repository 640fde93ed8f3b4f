import { makeResponse, type ResponseParts } from '../../../lab/machines/sip/response.ts';
import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import type { SipTimers } from '../../kit/config.ts';
import { seededIds } from '../../kit/ids.ts';
import { silentLog } from '../../kit/log.ts';
import {
  type ClientTransaction,
  type IncomingRequest,
  openSipEndpoint,
  type ServerTransaction,
  type SipEndpoint,
} from '../../kit/sip/endpoint.ts';
import type { SocketAddress } from '../party.ts';

export const quickTimers: SipTimers = { t1Ms: 25, t2Ms: 200, t4Ms: 100 };

/** Waits until `look` gives something; a test that waits in vain says what for. */
export async function until<T>(what: string, look: () => T | undefined | false, limitMs = 3000): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** A request that an actor has sent, and what came back. */
export interface Sent {
  readonly transaction: ClientTransaction;
  readonly responses: SipResponse[];
  readonly ended: 'timeout' | 'error' | undefined;
  /** The final response. */
  final(): Promise<SipResponse>;
}

/** One end of the wire under the test's thumb: a UE, the server, a partner or a stranger, with real transactions. */
export interface Actor {
  readonly at: SocketAddress;
  readonly sip: SipEndpoint;
  readonly incoming: IncomingRequest[];
  /** CRLFs that came. */
  readonly pongs: number;
  send(request: SipRequest, to: SocketAddress): Sent;
  /** The next request of that method that nobody has taken yet. */
  next(method: string): Promise<Taken>;
  close(): Promise<void>;
}

export interface Taken {
  readonly request: SipRequest;
  readonly source: SocketAddress;
  /** Absent for the ACK of a 2xx. */
  readonly transaction: ServerTransaction | undefined;
  answer(status: number, parts?: ResponseParts): SipResponse;
}

export async function openActor(at: SocketAddress, name: string): Promise<Actor> {
  const incoming: IncomingRequest[] = [];
  let pongs = 0;
  const sip = await openSipEndpoint({
    address: at.host,
    port: at.port,
    timers: quickTimers,
    ids: seededIds(7, name),
    log: silentLog,
    onRequest: (request) => incoming.push(request),
    onKeepAlive: () => {
      pongs += 1;
    },
  });
  let sent = 0;
  const taken = new Set<IncomingRequest>();
  return {
    at: sip.local,
    sip,
    incoming,
    get pongs() {
      return pongs;
    },
    send: (request, to) => {
      sent += 1;
      const responses: SipResponse[] = [];
      let ended: Sent['ended'];
      const transaction = sip.request(request, to, {
        onResponse: (response) => responses.push(response),
        onTimeout: () => {
          ended = 'timeout';
        },
        onTransportError: () => {
          ended = 'error';
        },
      });
      return {
        transaction,
        responses,
        get ended() {
          return ended;
        },
        final: () => until(`an answer to ${request.method} ${sent} of ${name}`, () => responses.find(isFinal)),
      };
    },
    next: async (method) => {
      const found = await until(`${method} at ${name}`, () =>
        incoming.find((one) => one.request.method === method && !taken.has(one)),
      );
      taken.add(found);
      return {
        ...found,
        answer: (status, parts = {}) => {
          const response = makeResponse(found.request, status, { toTag: `${name}-tag`, ...parts });
          found.transaction?.respond(response);
          return response;
        },
      };
    },
    close: () => sip.close(),
  };
}

function isFinal({ status }: SipResponse): boolean {
  return status >= 200;
}
