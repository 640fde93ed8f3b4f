/**
 * One forwarded request (RFC 3261 16.6 to 16.10): server transaction on one side, client transaction on the other,
 * and between them what the edge does: SDP to relay, hiding, memory.
 */
import { tagOf } from '../../lab/machines/sip/identity.ts';
import { reasonPhrase } from '../../lab/machines/sip/reason-phrase.ts';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import type { Clock } from '../kit/clock.ts';
import type { Ids } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { ClientTransaction, ServerTransaction, SipEndpoint } from '../kit/sip/endpoint.ts';
import type { Dialogs } from './dialogs.ts';
import type { Locate } from './hops.ts';
import type { Decision, Listener, OutsideListener, SocketAddress } from './party.ts';
import { grantedMs } from './registering.ts';
import type { Registrations } from './registrations.ts';
import type { MediaSessions } from './relay/sessions.ts';
import { refusal, responseInward, responseOutward } from './responses.ts';
import { withHopTaken } from './topology-hiding.ts';
import { claimsDialog } from './uri.ts';

export type Forward = Extract<Decision, { act: 'forward' }>;

/** What forwarding works with. */
export interface Workplace {
  readonly endpoint: (listener: Listener) => SipEndpoint;
  readonly inside: SocketAddress;
  readonly advertised: Readonly<Record<OutsideListener, SocketAddress>>;
  readonly registrations: Registrations;
  /** Undefined: dialogs are not remembered. */
  readonly dialogs: Dialogs | undefined;
  readonly media: MediaSessions;
  readonly locate: Locate;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** RFC 3261 16.6 11: longer than three minutes; every provisional response but 100 starts it again. */
const timerCMs = 181_000;

/** RFC 3261 16.7 5: every 2xx of a forked INVITE passes; so many at most. */
const maxForks = 8;

/** RFC 3261 13.2.2.4: the ACK of a 2xx passes without a transaction, and without an answer whatever happens. */
export async function forwardAck(ack: SipRequest, decision: Forward, listener: Listener, place: Workplace) {
  const { message } = await place.media.pass(decision.request, ack, decision.party, sideOf(listener));
  const to = await place.locate(decision.next);
  if (to === undefined) place.log.warn('ACK dropped', { why: 'next hop cannot be resolved', ...decision.next });
  else place.endpoint(decision.by).ack(withHopTaken(message), to);
}

export async function forward(
  transaction: ServerTransaction,
  decision: Forward,
  listener: Listener,
  place: Workplace,
): Promise<void> {
  const { request: original } = transaction;
  const { party } = decision;
  const from = sideOf(listener);
  let sent: ClientTransaction | undefined;
  let cancelled = false;
  // RFC 3261 16.10: the CANCEL goes after its INVITE; one that has not left yet is answered here.
  transaction.onCancel(() => {
    cancelled = true;
    sent?.cancel();
  });
  const fail = (status: number, why: string) => {
    place.media.concluded(original, party, status);
    place.dialogs?.onResponse(party, original, makeResponse(original, status), from);
    if (transaction.phase === 'proceeding') {
      transaction.respond(refusal(original, { act: 'refuse', status, why }, place.ids.tag()));
    }
  };

  const beginsDialog = party.kind !== 'client' && !claimsDialog(original);
  if (beginsDialog && place.dialogs?.hasRoom() === false) return fail(503, 'too many dialogs');
  const { message, exhausted } = await place.media.pass(decision.request, original, party, from);
  if (exhausted) return fail(503, 'no media port is left');
  const to = await place.locate(decision.next);
  if (to === undefined) return fail(503, 'next hop cannot be resolved');
  if (cancelled) return fail(487, reasonPhrase(487));

  const timerC = original.method === 'INVITE' ? startTimerC(place.clock, () => sent?.cancel()) : undefined;
  // Responses pass one after the other, because a media port may have to be opened for one of them.
  let passing = Promise.resolve();
  // RFC 6026 7.1: a repeated 2xx passes as it did before; a call that has ended meanwhile does not begin again.
  const accepted = new Map<string, SipResponse>();
  sent = place.endpoint(decision.by).request(withHopTaken(message), to, {
    onResponse: (response) => {
      // RFC 3261 16.7 2: 100 is of this hop alone; 16.7 1: timer C.
      if (response.status === 100) return;
      timerC?.heard(response.status);
      passing = passing
        .then(async () => {
          const tag = tagOf(response, 'to') ?? '';
          if (isSuccess(response) && !accepted.has(tag) && accepted.size >= maxForks) return;
          const passed = accepted.get(tag) ?? (await throughEdge(original, response, decision, listener, place));
          if (isSuccess(response) && original.method === 'INVITE') accepted.set(tag, passed);
          transaction.respond(passed);
        })
        .catch((error: unknown) => place.log.fault('response not passed', error, { status: response.status }));
    },
    onTimeout: () => {
      // RFC 4320 4.2: a proxy sends no 408 to other requests, whose sender has given up by now.
      if (original.method === 'INVITE') return fail(408, 'no final response');
      place.media.concluded(original, party, 408);
      place.dialogs?.onNoResponse(original, from);
    },
    // RFC 3261 16.9.
    onTransportError: (error) => fail(503, error.message),
    onEnd: () => timerC?.stop(),
  });
}

/** What the sender of the request gets for this response; what the response means is remembered. */
async function throughEdge(
  original: SipRequest,
  response: SipResponse,
  { party, by }: Forward,
  listener: Listener,
  place: Workplace,
): Promise<SipResponse> {
  const from = sideOf(listener);
  place.log.info('response', { method: original.method, status: response.status, by });
  if (original.method === 'REGISTER') register(original, response, party, place);
  else if (party.kind !== 'client') place.dialogs?.onResponse(party, original, response, from);
  const hidden =
    listener === 'inside'
      ? responseInward(original, response, party, place.inside)
      : responseOutward(original, response, place.advertised[listener]);
  const answerFrom = from === 'inside' ? 'outside' : 'inside';
  const { message } = await place.media.pass(hidden, original, party, answerFrom);
  place.media.concluded(original, party, response.status);
  return message;
}

function isSuccess({ status }: SipResponse): boolean {
  return status >= 200 && status < 300;
}

/** RFC 5626 5.1: the flow of a client is what the registrar has accepted, and no earlier. */
function register(original: SipRequest, response: SipResponse, party: Forward['party'], place: Workplace): void {
  if (party.kind !== 'client' || !isSuccess(response)) return;
  const lifetimeMs = grantedMs(original, response);
  if (lifetimeMs === undefined) return;
  place.registrations.confirm(party.flow, lifetimeMs, place.clock.nowMs());
  place.log.info('registered', { ...party.flow, lifetimeMs });
}

function startTimerC(clock: Clock, act: () => void) {
  let stop = clock.after(timerCMs, act);
  return {
    heard: (status: number) => {
      stop();
      if (status < 200) stop = clock.after(timerCMs, act);
    },
    stop: () => stop(),
  };
}

export function sideOf(listener: Listener): 'inside' | 'outside' {
  return listener === 'inside' ? 'inside' : 'outside';
}
