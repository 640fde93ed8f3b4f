import { cseqOf, tagOf } from '../../../lab/machines/sip/identity.ts';
import { makeResponse } from '../../../lab/machines/sip/response.ts';
import { header } from '../../../lab/wire/sip/headers.ts';
import type { SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import { formatVia, type Via, viaParam } from '../../../lab/wire/sip/via.ts';
import type { Peer } from '../udp.ts';
import type { SideOptions } from './client-side.ts';
import type { IncomingRequest, SipCounters } from './endpoint-api.ts';
import { openServerTransaction, type ServerEntry } from './server-transaction.ts';
import { isUniqueBranch, type Placed, sentByOf } from './via.ts';

export interface ServerSideOptions extends SideOptions {
  readonly tryingAfterMs: number;
  readonly maxTransactions: number;
  readonly onRequest: (incoming: IncomingRequest) => void;
  readonly newTag: () => string;
  readonly counters: SipCounters;
}

export interface ServerSide {
  take(placed: Placed, source: Peer): void;
  readonly size: number;
  stop(): void;
}

/** The server transactions of an endpoint: matching by RFC 3261 17.2.3, CANCEL by 9.2. */
export function openServerSide(options: ServerSideOptions): ServerSide {
  const { log, counters } = options;
  const entries = new Map<string, ServerEntry>();

  const passUp = (incoming: IncomingRequest, entry: ServerEntry | undefined) => {
    try {
      options.onRequest(incoming);
    } catch (error) {
      log.fault('request handler failed', error, { method: incoming.request.method });
      if (entry?.transaction.phase === 'proceeding') {
        entry.transaction.respond(failure(incoming.request, 500, options.newTag()));
      }
    }
  };

  const create = (key: string, { request, back }: Placed, source: Peer): ServerEntry | undefined => {
    if (entries.size >= options.maxTransactions) {
      counters.overload += 1;
      log.warn('request thrown away', { why: 'too many transactions', from: `${source.host}:${source.port}` });
      return undefined;
    }
    const entry = openServerTransaction({
      ...options,
      request,
      source,
      back,
      onAck: (ack) => passUp({ request: ack, source, transaction: undefined }, undefined),
      onTerminated: () => entries.delete(key),
    });
    entries.set(key, entry);
    return entry;
  };

  const takeCancel = (placed: Placed, source: Peer) => {
    const { request, via } = placed;
    const found = entries.get(transactionKey(request, via, 'INVITE'));
    // A CANCEL comes the way its INVITE came; from elsewhere it is a stranger's.
    const target = found?.transaction.source.host === source.host ? found : undefined;
    const entry = create(transactionKey(request, via, 'CANCEL'), placed, source);
    // RFC 3261 9.2: 481 for what is not known here; else 200, with the To tag of the INVITE's responses.
    const toTag = target?.toTag ?? options.newTag();
    entry?.transaction.respond(failure(request, target === undefined ? 481 : 200, toTag));
    // RFC 3261 9.2: after a final response a CANCEL has no effect.
    if (entry !== undefined && target?.transaction.phase === 'proceeding') target.cancelled(request);
  };

  return {
    take: (placed, source) => {
      const { request, via } = placed;
      const method = request.method === 'ACK' ? 'INVITE' : request.method;
      const known = entries.get(transactionKey(request, via, method));
      if (request.method === 'ACK') {
        // RFC 3261 17.1.1.3: the ACK of a 2xx is a transaction of its own and matches none.
        if (known === undefined) passUp({ request, source, transaction: undefined }, undefined);
        else known.ack(request);
        return;
      }
      if (known !== undefined) return known.again();
      if (method === 'CANCEL') return takeCancel(placed, source);
      const entry = create(transactionKey(request, via, method), placed, source);
      if (entry !== undefined) passUp({ request, source, transaction: entry.transaction }, entry);
    },
    get size() {
      return entries.size;
    },
    stop: () => {
      for (const entry of entries.values()) entry.stop();
      entries.clear();
    },
  };
}

/** RFC 3261 17.2.3: branch, sent-by and method; for a branch of RFC 2543 the headers that make a request the same. */
function transactionKey(request: SipRequest, via: Via, method: string): string {
  const branch = viaParam(via, 'branch');
  if (isUniqueBranch(branch)) return `${method} ${sentByOf(via)} ${branch}`;
  const same = [request.uri, header(request, 'call-id'), tagOf(request, 'from'), cseqOf(request)?.number];
  return [method, formatVia(via), ...same].join(' ');
}

function failure(request: SipRequest, status: number, toTag: string): SipResponse {
  return makeResponse(request, status, { toTag });
}
