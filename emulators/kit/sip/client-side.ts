import { cseqOf } from '../../../lab/machines/sip/identity.ts';
import {
  type InviteClientEffect,
  type InviteClientEvent,
  type InviteClientState,
  inviteClient,
  startInviteClient,
} from '../../../lab/machines/sip/invite-client.ts';
import {
  type NonInviteClientEffect,
  type NonInviteClientEvent,
  type NonInviteClientState,
  nonInviteClient,
  startNonInviteClient,
} from '../../../lab/machines/sip/non-invite-client.ts';
import { cancelOf } from '../../../lab/machines/sip/request.ts';
import type { SipHeader, SipMessage, SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import { viaParam } from '../../../lab/wire/sip/via.ts';
import type { Clock } from '../clock.ts';
import type { SipTimers } from '../config.ts';
import type { Log } from '../log.ts';
import { type Performed, runMachine } from '../runner.ts';
import type { Peer } from '../udp.ts';
import type { ClientHandlers, ClientTransaction } from './endpoint-api.ts';
import { sentByOf, topVia } from './via.ts';

export interface ClientSide {
  /** `request` has its own Via on top, with `branch`. */
  begin(request: SipRequest, branch: string, to: Peer, handlers: ClientHandlers): ClientTransaction;
  /** False: the response belongs to no transaction here. */
  take(response: SipResponse, source: Peer): boolean;
  readonly size: number;
  stop(): void;
}

export interface SideOptions {
  readonly timers: SipTimers;
  readonly log: Log;
  readonly clock: Clock;
  readonly send: (message: SipMessage, to: Peer, onError: (error: Error) => void) => void;
}

export interface ClientSideOptions extends SideOptions {
  readonly answersFrom: 'target' | 'anybody';
}

interface Entry {
  readonly to: Peer;
  readonly take: (response: SipResponse, source: Peer) => void;
  readonly stop: () => void;
}

type Effect = Performed<InviteClientEffect | NonInviteClientEffect>;

/** The client transactions of an endpoint (RFC 3261 17.1.3): found by branch and method. */
export function openClientSide(sentBy: string, options: ClientSideOptions): ClientSide {
  const { timers, clock, log } = options;
  const entries = new Map<string, Entry>();
  const own = sentBy.includes(':') ? sentBy.toLowerCase() : `${sentBy.toLowerCase()}:5060`;

  const begin: ClientSide['begin'] = (request, branch, to, handlers) => {
    const key = `${branch} ${request.method}`;
    const sources = new WeakMap<SipResponse, Peer>();
    let failure = new Error('not sent');
    let cancelHeaders: readonly SipHeader[] = [];
    const perform = (effect: Effect) => {
      switch (effect.kind) {
        case 'send':
          return options.send(effect.message, to, (error) => {
            failure = error;
            running.dispatch({ kind: 'transport-error' });
          });
        case 'deliver':
          return handlers.onResponse(effect.response, sources.get(effect.response) ?? to);
        case 'send-cancel':
          begin(cancelOf(request, cancelHeaders), branch, to, nobody);
          return;
        case 'timeout':
          return handlers.onTimeout();
        case 'transport-error':
          return handlers.onTransportError(failure);
        case 'terminated':
          entries.get(key)?.stop();
          entries.delete(key);
          return handlers.onEnd?.();
      }
    };
    const common = { perform, clock, log };
    const invite =
      request.method === 'INVITE'
        ? runMachine<InviteClientState, InviteClientEvent, InviteClientEffect>({
            ...common,
            machine: inviteClient,
            start: startInviteClient(request, timers),
          })
        : undefined;
    const running =
      invite ??
      runMachine<NonInviteClientState, NonInviteClientEvent, NonInviteClientEffect>({
        ...common,
        machine: nonInviteClient,
        start: startNonInviteClient(request, timers),
      });
    entries.set(key, {
      to,
      take: (response, source) => {
        sources.set(response, source);
        running.dispatch({ kind: 'response', response });
      },
      stop: running.stop,
    });
    return {
      request,
      branch,
      cancel: (extra = []) => {
        if (invite?.state.cancel !== 'no') return;
        cancelHeaders = extra;
        invite.dispatch({ kind: 'cancel' });
      },
    };
  };

  return {
    begin,
    take: (response, source) => {
      const via = topVia(response);
      // RFC 3261 18.1.2: a response whose top Via is not ours was sent to the wrong place.
      if (via === undefined || sentByOf(via) !== own) return false;
      const entry = entries.get(`${viaParam(via, 'branch')} ${cseqOf(response)?.method}`);
      if (options.answersFrom === 'target' && source.host !== entry?.to.host) return false;
      entry?.take(response, source);
      return entry !== undefined;
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

/** RFC 3261 9.1: the outcome of a CANCEL shows in the INVITE's own transaction. */
const nobody: ClientHandlers = { onResponse: () => {}, onTimeout: () => {}, onTransportError: () => {} };
