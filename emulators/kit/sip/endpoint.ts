import { tagOf } from '../../../lab/machines/sip/identity.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { decodeSip } from '../../../lab/wire/sip/decode.ts';
import { encodeSip } from '../../../lab/wire/sip/encode.ts';
import { appendHeader, header } from '../../../lab/wire/sip/headers.ts';
import type { SipMessage, SipRequest } from '../../../lab/wire/sip/message.ts';
import { systemClock } from '../clock.ts';
import { openUdp, type Peer, type UdpSocket } from '../udp.ts';
import { isSoundResponse, requestRefusal } from './admission.ts';
import { openClientSide } from './client-side.ts';
import type { SipCounters, SipEndpoint, SipEndpointOptions } from './endpoint-api.ts';
import { openServerSide } from './server-side.ts';
import { placeRequest, withOwnVia, withViasOf } from './via.ts';

export type {
  ClientHandlers,
  ClientTransaction,
  IncomingRequest,
  ServerTransaction,
  SipCounters,
  SipEndpoint,
  SipEndpointOptions,
} from './endpoint-api.ts';

const crlf = new Uint8Array([13, 10]);
const doubleCrlf = new Uint8Array([13, 10, 13, 10]);

/** Opens the socket and speaks SIP on it; `SipEndpoint` says what one can do with it. */
export async function openSipEndpoint(options: SipEndpointOptions): Promise<SipEndpoint> {
  const { log, ids, timers, clock = systemClock } = options;
  const onDatagram = (bytes: Uint8Array, source: Peer) => receive(bytes, source);
  const socket: UdpSocket = await openUdp({ address: options.address, port: options.port, log, onDatagram });
  const sentBy = options.sentBy ?? `${socket.local.host}:${socket.local.port}`;
  const send = (message: SipMessage, to: Peer, onError?: (error: Error) => void) =>
    socket.send(encodeSip(message), to, onError);
  const counters: SipCounters = {
    unreadable: 0,
    strayResponses: 0,
    screened: 0,
    overload: 0,
    get clientTransactions() {
      return clients.size;
    },
    get serverTransactions() {
      return servers.size;
    },
  };
  const clients = openClientSide(sentBy, {
    ...{ timers, log, clock, send },
    answersFrom: options.answersFrom ?? 'anybody',
  });
  const servers = openServerSide({
    ...{ timers, log, clock, send, counters },
    tryingAfterMs: options.tryingAfterMs ?? 0.4 * timers.t1Ms,
    maxTransactions: options.maxTransactions ?? 4096,
    onRequest: options.onRequest,
    newTag: ids.tag,
  });

  const unreadable = (source: Peer, why: string) => {
    counters.unreadable += 1;
    log.warn('datagram thrown away', { from: `${source.host}:${source.port}`, why });
  };

  const receive = (bytes: Uint8Array, source: Peer) => {
    if (isLineEnds(bytes)) return options.onKeepAlive?.(source);
    const { value, faults } = decodeSip(bytes);
    if (value === undefined) return unreadable(source, faults[0]?.message ?? 'not SIP');
    if (value.kind === 'request') return receiveRequest(value, faults, source);
    if (!isSoundResponse(value, faults)) return unreadable(source, faults[0]?.message ?? 'not a sound response');
    if (!clients.take(value, source)) counters.strayResponses += 1;
  };

  const receiveRequest = (request: SipRequest, faults: Parameters<typeof requestRefusal>[1], source: Peer) => {
    const placed = placeRequest(request, source);
    if (placed === undefined) return unreadable(source, 'no Via that can be read');
    const refusal = requestRefusal(placed.request, faults);
    if (refusal === undefined) {
      const screened = options.screen?.(placed.request, source);
      if (screened === undefined) return servers.take(placed, source);
      counters.screened += 1;
      if (screened !== 'ignore' && request.method !== 'ACK') send(withViasOf(screened, placed.request), placed.back);
      return;
    }
    unreadable(source, refusal.reason);
    // RFC 3261 8.2: refused without a transaction; an ACK is never answered.
    if (request.method === 'ACK') return;
    const answer = makeResponse(placed.request, refusal.status, { reason: refusal.reason, toTag: ids.tag() });
    send(withViasOf(answer, placed.request), placed.back);
  };

  return {
    local: socket.local,
    sentBy,
    counters,
    request: (request, to, handlers) => {
      const branch = ids.branch();
      return clients.begin(prepared(request, sentBy, branch), branch, to, handlers);
    },
    ack: (request, to) => {
      const sent = prepared(request, sentBy, ids.branchOf(identityOf(request)));
      send(sent, to);
      return sent;
    },
    keepAlive: (to) => socket.send(doubleCrlf, to),
    pong: (to) => socket.send(crlf, to),
    close: () => {
      clients.stop();
      servers.stop();
      return socket.close();
    },
  };
}

function prepared(request: SipRequest, sentBy: string, branch: string): SipRequest {
  // RFC 3261 8.1.1.6, 16.6 step 3.
  const counted = header(request, 'max-forwards') === undefined ? appendHeader(request, 'Max-Forwards', '70') : request;
  return withOwnVia(counted, sentBy, branch);
}

/** What stays the same when an ACK is sent again for a repeated 2xx. */
function identityOf(ack: SipRequest): string {
  const tags = [tagOf(ack, 'from'), tagOf(ack, 'to')];
  return [ack.method, ack.uri, header(ack, 'call-id'), ...tags, header(ack, 'cseq')].join(' ');
}

function isLineEnds(bytes: Uint8Array): boolean {
  const pattern = bytes.length === doubleCrlf.length ? doubleCrlf : crlf;
  return bytes.length === pattern.length && pattern.every((byte, i) => byte === bytes[i]);
}
