/** The edge as a process: three SIP sockets, the stores, and the road from a datagram to its decision. */
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { every } from '../kit/clock.ts';
import { ResolverClient } from '../kit/resolver-client.ts';
import { type IncomingRequest, openSipEndpoint, type SipEndpoint } from '../kit/sip-endpoint.ts';
import type { Emulator, Kit } from '../kit/start.ts';
import type { EdgeConfig } from './config.ts';
import { Dialogs } from './dialogs.ts';
import { forward, forwardAck, type Workplace } from './forwarding.ts';
import { locateBy } from './hops.ts';
import type { Listener, Party, SocketAddress } from './party.ts';
import { Policy } from './policy.ts';
import { Registrations } from './registrations.ts';
import { MediaPorts } from './relay/ports.ts';
import type { RelayRule } from './relay/relay.ts';
import { MediaSessions } from './relay/sessions.ts';
import { refusal } from './responses.ts';

/** What a flood may fill; the sizes are far above what the exposed media ports could serve. */
const limits = { transactions: 2048, clients: 1024, dialogs: 1024 };

export async function openEdge(config: EdgeConfig, kit: Kit): Promise<Emulator> {
  const { log, ids, clock } = kit;
  const now = clock.nowMs;
  const resolver = new ResolverClient(config.resolvConf, log);
  const registrations = new Registrations({
    tokenOf: (text) => ids.branchOf(`flow ${text}`).slice('z9hG4bK'.length),
    maxEntries: limits.clients,
  });
  const dialogs = config.memory === 'dialogs' ? new Dialogs(limits.dialogs, now) : undefined;
  const policy = new Policy(config, registrations, dialogs, now);
  const media = new MediaSessions({
    place: {
      address: config.address,
      advertised: config.advertised.address,
      outsidePorts: new MediaPorts(config.mediaPorts),
      insidePorts: new MediaPorts(config.insideMediaPorts),
      ...{ now, log },
    },
    idleMs: config.relayIdleMs,
    ruleFor: (party) => relayRule(party, config.peerMedia),
  });
  const endpoints: Partial<Record<Listener, SipEndpoint>> = {};
  const place: Workplace = {
    endpoint: (listener) => {
      const endpoint = endpoints[listener];
      if (endpoint === undefined) throw new Error(`${listener} is not open`);
      return endpoint;
    },
    inside: { host: config.address, port: config.ports.inside },
    advertised: policy.advertised,
    locate: locateBy(resolver),
    ...{ registrations, dialogs, media, clock, ids, log },
  };

  const onRequest = (listener: Listener, { request, source, transaction }: IncomingRequest) => {
    const decision = policy.decide(listener, request, source);
    log.info('request', {
      listener,
      from: textOf(source),
      method: request.method,
      uri: request.uri,
      ...told(decision),
    });
    if (decision.act === 'refuse') transaction?.respond(refusal(request, decision, ids.tag()));
    if (decision.act !== 'forward') return;
    const going =
      transaction === undefined
        ? forwardAck(request, decision, listener, place)
        : forward(transaction, decision, listener, place);
    going.catch((error: unknown) => {
      log.fault('request not forwarded', error, { method: request.method });
      if (transaction?.phase !== 'proceeding') return;
      transaction.respond(refusal(request, { act: 'refuse', status: 500, why: 'internal fault' }, ids.tag()));
    });
  };
  /** RFC 3261 8.2.7: a stateless refusal has the same To tag for the same request. */
  const screen = (listener: Listener, request: SipRequest, source: SocketAddress) => {
    const decision = policy.stranger(listener, request, source);
    if (decision === undefined || decision.act === 'forward') return undefined;
    log.warn('stranger', { listener, from: textOf(source), method: request.method, ...told(decision) });
    if (decision.act === 'drop') return 'ignore';
    return refusal(request, decision, ids.branchOf(`tag ${JSON.stringify(request.headers)}`));
  };
  const open = async (listener: Listener) => {
    const advertised = listener === 'inside' ? place.inside : policy.advertised[listener];
    endpoints[listener] = await openSipEndpoint({
      address: config.address,
      port: config.ports[listener],
      sentBy: textOf(advertised),
      timers: config.sipTimers,
      ...{ ids, log, clock },
      onRequest: (incoming) => onRequest(listener, incoming),
      screen: (request, source) => screen(listener, request, source),
      // What the server's address looks like from here is the Service's choice; outside a stranger would answer for another.
      answersFrom: listener === 'inside' ? 'anybody' : 'target',
      onKeepAlive: (source) => {
        if (listener === 'inside' || policy.flowAt(listener, source) === undefined) return;
        endpoints[listener]?.pong(source);
      },
      // RFC 3261 16.2: a stateful proxy answers 100 to an INVITE before it goes on.
      tryingAfterMs: 0,
      maxTransactions: limits.transactions,
    });
  };
  for (const listener of ['inside', 'clients', 'agencies'] as const) await open(listener);
  const stopSweeping = every(clock, Math.max(100, config.relayIdleMs / 4), () => media.releaseIdle());

  return {
    control: {
      describe: () => ({
        registrations: registrations.list(now()),
        dialogs: dialogs?.size ?? 'not remembered',
        calls: media.describe(),
        sip: Object.entries(endpoints).map(([listener, { counters }]) => ({ listener, ...counters })),
      }),
    },
    close: async () => {
      stopSweeping();
      resolver.close();
      await Promise.all([media.close(), ...Object.values(endpoints).map((endpoint) => endpoint.close())]);
    },
  };
}

/** Clients are heard where they are; partners where they said, unless configuration waits for their first packet. */
export function relayRule(party: Party, peerMedia: EdgeConfig['peerMedia']): RelayRule {
  switch (party.kind) {
    case 'client':
      return { media: 'latch', allowed: [party.flow.address.host] };
    case 'peer':
      return { media: peerMedia, allowed: party.peer.nodes };
    case 'outsider':
      return { media: 'latch', allowed: [party.host] };
  }
}

function textOf({ host, port }: SocketAddress): string {
  return `${host}:${port}`;
}

function told(decision: ReturnType<Policy['decide']>) {
  return decision.act === 'forward' ? { act: decision.act, by: decision.by } : decision;
}
