import { tagOf } from '../../../lab/machines/sip/identity.ts';
import {
  type InviteServerEffect,
  type InviteServerEvent,
  type InviteServerState,
  inviteServer,
  startInviteServer,
} from '../../../lab/machines/sip/invite-server.ts';
import {
  type NonInviteServerEffect,
  type NonInviteServerEvent,
  type NonInviteServerState,
  nonInviteServer,
  startNonInviteServer,
} from '../../../lab/machines/sip/non-invite-server.ts';
import type { SipRequest } from '../../../lab/wire/sip/message.ts';
import { type Performed, runMachine } from '../runner.ts';
import type { Peer } from '../udp.ts';
import type { SideOptions } from './client-side.ts';
import type { ServerTransaction } from './endpoint-api.ts';
import { withViasOf } from './via.ts';

export interface ServerTransactionOptions extends SideOptions {
  readonly tryingAfterMs: number;
  readonly request: SipRequest;
  readonly source: Peer;
  /** Where responses go. */
  readonly back: Peer;
  readonly onAck: (ack: SipRequest) => void;
  readonly onTerminated: () => void;
}

/** What the endpoint holds of a server transaction; its user holds `transaction`. */
export interface ServerEntry {
  readonly transaction: ServerTransaction;
  /** To tag of the responses given so far. */
  readonly toTag: string | undefined;
  again(): void;
  ack(ack: SipRequest): void;
  cancelled(cancel: SipRequest): void;
  stop(): void;
}

type End = 'done' | 'timeout' | 'transport-error';
type Effect = Performed<InviteServerEffect | NonInviteServerEffect>;

export function openServerTransaction(options: ServerTransactionOptions): ServerEntry {
  const { request, log } = options;
  let toTag: string | undefined;
  let end: End = 'done';
  let onCancel: (cancel: SipRequest) => void = () => {};
  let onEnd: (why: End) => void = () => {};

  const perform = (effect: Effect): void => {
    switch (effect.kind) {
      case 'send':
        options.send(effect.message, options.back, () => running.dispatch({ kind: 'transport-error' }));
        return;
      case 'deliver-ack':
        options.onAck(effect.ack);
        return;
      case 'refuse':
        log.warn('response not sent', { status: effect.response.status, why: 'a final response was given' });
        return;
      case 'timeout':
        end = 'timeout';
        return;
      case 'transport-error':
        end = 'transport-error';
        return;
      case 'terminated':
        running.stop();
        options.onTerminated();
        onEnd(end);
    }
  };
  const invite = request.method === 'INVITE' ? runInvite(options, perform) : undefined;
  const running = invite ?? runNonInvite(options, perform);

  const transaction: ServerTransaction = {
    request,
    source: options.source,
    respond: (response) => {
      // A 100 has no tag of ours (RFC 3261 17.2.1).
      if (response.status > 100) toTag = tagOf(response, 'to') ?? toTag;
      running.dispatch({ kind: 'respond', response: withViasOf(response, request) });
    },
    onCancel: (act) => {
      onCancel = act;
    },
    onEnd: (act) => {
      onEnd = act;
    },
    get phase() {
      return phaseOf(running.state.name);
    },
  };
  return {
    transaction,
    get toTag() {
      return toTag;
    },
    again: () => running.dispatch({ kind: 'request' }),
    ack: (ack) => invite?.dispatch({ kind: 'ack', ack }),
    cancelled: (cancel) => {
      try {
        onCancel(cancel);
      } catch (error) {
        log.fault('CANCEL handler failed', error);
      }
    },
    stop: running.stop,
  };
}

function runInvite(options: ServerTransactionOptions, perform: (effect: Effect) => void) {
  return runMachine<InviteServerState, InviteServerEvent, InviteServerEffect>({
    machine: inviteServer,
    start: startInviteServer(options.request, options.timers, options.tryingAfterMs),
    perform,
    clock: options.clock,
    log: options.log,
  });
}

function runNonInvite(options: ServerTransactionOptions, perform: (effect: Effect) => void) {
  return runMachine<NonInviteServerState, NonInviteServerEvent, NonInviteServerEffect>({
    machine: nonInviteServer,
    start: startNonInviteServer(options.request, options.timers),
    perform,
    clock: options.clock,
    log: options.log,
  });
}

function phaseOf(name: (InviteServerState | NonInviteServerState)['name']): ServerTransaction['phase'] {
  if (name === 'terminated') return 'ended';
  return name === 'trying' || name === 'proceeding' ? 'proceeding' : 'answered';
}
