/**
 * From where a request came to what is done with it: chooses the profile. The only places that are asked are
 * configuration, the registrations and the dialogs.
 */
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import type { EdgeConfig } from './config.ts';
import type { Dialogs } from './dialogs.ts';
import { type Decision, type Flow, type Listener, type OutsideListener, refuse, type SocketAddress } from './party.ts';
import { fromAgency, peerAt, peersFrom } from './profiles/agency.ts';
import { fromClient, fromRegistering } from './profiles/client.ts';
import { fromServer } from './profiles/server.ts';
import { registrantOf } from './registering.ts';
import type { Registrations } from './registrations.ts';
import { screened } from './screening.ts';
import { firstUri } from './uri.ts';

/** An admitted source that says nothing for so long is forgotten; no registrar tells a lifetime for it. */
const admittedMs = 180_000;

/** What outside parties are told of the listener that they use. */
export function advertisedBy({ advertised }: EdgeConfig): Readonly<Record<OutsideListener, SocketAddress>> {
  const { address: host, clientsPort, agenciesPort } = advertised;
  return { clients: { host, port: clientsPort }, agencies: { host, port: agenciesPort } };
}

export class Policy {
  readonly #config: EdgeConfig;
  readonly #registrations: Registrations;
  readonly #dialogs: Dialogs | undefined;
  readonly #now: () => number;
  readonly #inside: SocketAddress;

  constructor(config: EdgeConfig, registrations: Registrations, dialogs: Dialogs | undefined, now: () => number) {
    this.#config = config;
    this.#registrations = registrations;
    this.#dialogs = dialogs;
    this.#now = now;
    this.#inside = { host: config.address, port: config.ports.inside };
  }

  /** Decided by the source alone, so that strangers cost no memory; undefined where the request must be looked at. */
  stranger(listener: Listener, request: SipRequest, source: SocketAddress): Decision | undefined {
    const { peers, unregisteredClients } = this.#config;
    if (listener === 'inside') {
      return peerAt(source.host, peers) ? { act: 'drop', why: 'a partner at the inner listener' } : undefined;
    }
    if (this.#isForAgencies(listener))
      return peersFrom(source.host, peers).length > 0 ? undefined : refuse(403, 'source is no partner');
    if (request.method === 'REGISTER' || unregisteredClients === 'admit') return undefined;
    return this.flowAt(listener, source) === undefined ? refuse(403, 'source not registered') : undefined;
  }

  decide(listener: Listener, request: SipRequest, source: SocketAddress): Decision {
    return this.stranger(listener, request, source) ?? screened(request) ?? this.#profile(listener, request, source);
  }

  flowAt(listener: OutsideListener, source: SocketAddress, claimed?: string): Flow | undefined {
    return this.#registrations.bySource(listener, source, claimed, this.#now());
  }

  /** With no partners configured there is one outside profile, the client's, whatever the listener. */
  #isForAgencies(listener: OutsideListener): boolean {
    return listener === 'agencies' && this.#config.peers.length > 0;
  }

  #profile(listener: Listener, request: SipRequest, source: SocketAddress): Decision {
    const { peers, server, domain, identityCheck } = this.#config;
    const inside = this.#inside;
    const dialogs = this.#dialogs;
    if (listener === 'inside') {
      const flowOf = (token: string) => this.#registrations.byToken(token, this.#now());
      return fromServer(request, { inside, advertised: advertisedBy(this.#config), peers, dialogs, flowOf });
    }
    if (this.#isForAgencies(listener)) {
      return fromAgency(request, source.host, { peers, identityCheck, server, inside, dialogs });
    }
    const profile = { domain, server, inside };
    if (request.method === 'REGISTER') {
      const flow = this.#registering(listener, request, source);
      return flow === undefined ? refuse(503, 'no room for another client') : fromRegistering(request, flow, profile);
    }
    return fromClient(request, this.#knownOrAdmitted(listener, request, source), profile);
  }

  #registering(listener: OutsideListener, request: SipRequest, source: SocketAddress): Flow | undefined {
    const { aor, instance } = registrantOf(request) ?? { aor: '', instance: '' };
    const token = this.#registrations.tokenFor(aor, instance);
    if (!this.#registrations.hasRoomFor(token, this.#now())) return undefined;
    return { token, listener, address: source, aor };
  }

  #knownOrAdmitted(listener: OutsideListener, request: SipRequest, source: SocketAddress): Flow | undefined {
    const known = this.flowAt(listener, source, firstUri(request, 'from'));
    if (known !== undefined && known.aor !== undefined) return known;
    if (this.#config.unregisteredClients === 'refuse') return undefined;
    return this.#registrations.admit(listener, source, admittedMs, this.#now());
  }
}
