/** The stores of the edge, made from its configuration. */
import { ResolverClient } from '../kit/resolver/client.ts';
import type { SipEndpoint } from '../kit/sip/endpoint.ts';
import type { Kit } from '../kit/start/start.ts';
import type { EdgeConfig } from './config.ts';
import { Dialogs } from './dialogs.ts';
import type { Workplace } from './forwarding.ts';
import { locateBy } from './hops.ts';
import type { Listener, Party } from './party.ts';
import { advertisedBy } from './policy.ts';
import { Registrations } from './registrations.ts';
import { MediaPorts } from './relay/ports.ts';
import type { RelayRule } from './relay/relay.ts';
import { MediaSessions } from './relay/sessions.ts';

/** What a flood may fill; the sizes are far above what the exposed media ports could serve. */
const limits = { clients: 1024, dialogs: 1024 };

export function openWorkplace(config: EdgeConfig, kit: Kit, endpoint: (listener: Listener) => SipEndpoint) {
  const { log, ids, clock } = kit;
  const now = clock.nowMs;
  const resolver = new ResolverClient(config.resolvConf, log);
  const registrations = new Registrations({
    tokenOf: (text) => ids.branchOf(`flow ${text}`).slice('z9hG4bK'.length),
    maxEntries: limits.clients,
  });
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
  const place: Workplace = {
    inside: { host: config.address, port: config.ports.inside },
    advertised: advertisedBy(config),
    dialogs: config.memory === 'dialogs' ? new Dialogs(limits.dialogs, now) : undefined,
    locate: locateBy(resolver),
    ...{ endpoint, registrations, media, clock, ids, log },
  };
  return { place, close: () => resolver.close() };
}

/** Clients are heard where they are; partners where they said, unless configuration waits for their first packet. */
export function relayRule(party: Party, peerMedia: EdgeConfig['peerMedia']): RelayRule {
  switch (party.kind) {
    case 'client':
      return { media: 'latch', allowed: [party.flow.address.host] };
    case 'peer':
      return { media: peerMedia, allowed: party.peer.nodes.length === 0 ? 'any' : party.peer.nodes };
    case 'outsider':
      return { media: 'latch', allowed: [party.host] };
  }
}
