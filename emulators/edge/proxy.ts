/** The edge as a process: three SIP sockets, and the road from a request to its decision. */
import type { SipRequest, SipResponse } from '../../lab/wire/sip/message.ts';
import { every } from '../kit/clock.ts';
import { type IncomingRequest, openSipEndpoint, type SipEndpoint } from '../kit/sip/endpoint.ts';
import type { Emulator, Kit } from '../kit/start/start.ts';
import type { EdgeConfig } from './config.ts';
import { forward, forwardAck, type Workplace } from './forwarding.ts';
import { Newcomers } from './newcomers.ts';
import type { Decision, Listener, SocketAddress } from './party.ts';
import { Policy } from './policy.ts';
import { refusal } from './responses.ts';
import { openWorkplace } from './workplace.ts';

/** Of one listener; INVITEs of strangers need none. */
const maxTransactions = 2048;
const maxNewcomers = { byHost: 128, all: maxTransactions / 2 };

export async function openEdge(config: EdgeConfig, kit: Kit): Promise<Emulator> {
  const endpoints: Partial<Record<Listener, SipEndpoint>> = {};
  const endpoint = (listener: Listener): SipEndpoint => {
    const open = endpoints[listener];
    if (open === undefined) throw new Error(`${listener} is not open`);
    return open;
  };
  const { place, close } = openWorkplace(config, kit, endpoint);
  const { registrations, dialogs, media, clock } = place;
  const policy = new Policy(config, registrations, dialogs, clock.nowMs);
  const newcomers = new Newcomers(maxNewcomers.byHost, maxNewcomers.all);
  for (const listener of ['inside', 'clients', 'agencies'] as const) {
    const door = openDoor(listener, policy, newcomers, place);
    const sentBy = textOf(listener === 'inside' ? place.inside : place.advertised[listener]);
    endpoints[listener] = await openSipEndpoint({
      ...{ address: config.address, port: config.ports[listener], sentBy, timers: config.sipTimers, maxTransactions },
      ...kit,
      ...door,
      // What the server's address looks like from here is the Service's choice; outside a stranger would answer for
      // another.
      answersFrom: listener === 'inside' ? 'anybody' : 'target',
      // RFC 3261 16.2: a stateful proxy answers 100 to an INVITE before it goes on.
      tryingAfterMs: 0,
    });
  }
  const stopSweeping = every(clock, Math.max(100, config.relayIdleMs / 4), () => media.releaseIdle());

  return {
    control: {
      describe: () => ({
        registrations: registrations.list(clock.nowMs()),
        dialogs: dialogs?.size ?? 'not remembered',
        calls: media.describe(),
        sip: Object.entries(endpoints).map(([listener, { counters }]) => ({ listener, ...counters })),
      }),
    },
    close: async () => {
      stopSweeping();
      close();
      await Promise.all([media.close(), ...Object.values(endpoints).map((open) => open.close())]);
    },
  };
}

/** What one listener does with what comes in. */
function openDoor(listener: Listener, policy: Policy, newcomers: Newcomers, place: Workplace) {
  const { log, ids } = place;
  const isNewcomer = ({ method }: SipRequest, source: SocketAddress) =>
    listener !== 'inside' && method === 'REGISTER' && policy.flowAt(listener, source) === undefined;

  return {
    /** RFC 3261 8.2.7: a refusal without memory has the same To tag for the same request. */
    screen: (request: SipRequest, source: SocketAddress): SipResponse | 'ignore' | undefined => {
      const decision = policy.stranger(listener, request, source);
      if (decision !== undefined) {
        log.warn('stranger', { listener, from: textOf(source), method: request.method, ...told(decision) });
        if (decision.act !== 'refuse') return 'ignore';
        return refusal(request, decision, ids.branchOf(`tag ${JSON.stringify(request.headers)}`));
      }
      return isNewcomer(request, source) && !newcomers.hasRoomFor(source.host) ? 'ignore' : undefined;
    },

    onRequest: ({ request, source, transaction }: IncomingRequest): void => {
      const decision = policy.decide(listener, request, source);
      const { method, uri } = request;
      log.info('request', { listener, from: textOf(source), method, uri, ...told(decision) });
      if (transaction !== undefined && isNewcomer(request, source)) transaction.onEnd(newcomers.enter(source.host));
      if (decision.act === 'refuse') transaction?.respond(refusal(request, decision, ids.tag()));
      if (decision.act !== 'forward') return;
      const going =
        transaction === undefined
          ? forwardAck(request, decision, listener, place)
          : forward(transaction, decision, listener, place);
      going.catch((error: unknown) => {
        log.fault('request not forwarded', error, { method });
        if (transaction?.phase !== 'proceeding') return;
        transaction.respond(refusal(request, { act: 'refuse', status: 500, why: 'internal fault' }, ids.tag()));
      });
    },

    onKeepAlive: (source: SocketAddress): void => {
      if (listener === 'inside' || policy.flowAt(listener, source) === undefined) return;
      place.endpoint(listener).pong(source);
    },
  };
}

function textOf({ host, port }: SocketAddress): string {
  return `${host}:${port}`;
}

function told(decision: Decision) {
  return decision.act === 'forward' ? { act: decision.act, by: decision.by } : decision;
}
