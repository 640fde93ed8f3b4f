import type { Sighting, Timeline } from '../../../capture/timeline.ts';
import { agencyOf, nodeTap } from '../../../verdict/places.ts';
import { sipSightings } from '../../../verdict/sip-facts.ts';
import type { AgencyTopology, Topology } from '../../../verdict/topology.ts';
import { formatNameAddr, parseNameAddr } from '../../../wire/sip/address.ts';
import { encodeSip } from '../../../wire/sip/encode.ts';
import { header, listValues, withHeader, withHeaders } from '../../../wire/sip/headers.ts';
import type { SipRequest } from '../../../wire/sip/message.ts';
import { formatVia, parseVia } from '../../../wire/sip/via.ts';
import type { CastAct } from '../director.ts';
import { sending, strangerPort, word } from './words.ts';

/** Where a forger puts the genuine INVITE, and what it adds. */
export type Way =
  | 'client port'
  | 'agency port'
  /** Through the forger's own edge, where it is registered, with a Route to the other one. */
  | 'own edge'
  /** The same with a To tag, as if it belonged to a dialog. */
  | 'own edge, in a dialog'
  /** To the agency port, with the source address of the genuine INVITE. */
  | 'forged source';

interface Genuine {
  readonly request: SipRequest;
  readonly source: string;
}

/**
 * Replays the INVITE that came from a partner to this agency's node: verbatim but for branch, Call-ID and From tag, which
 * tell it from the genuine one. Nothing is sent where no such INVITE has been seen.
 */
export function replay(
  topology: Topology,
  host: string,
  target: string,
  way: Way,
): (seen: Timeline) => readonly CastAct[] {
  return (seen) => {
    const at = topology.agencies.find(({ name }) => name === target);
    const genuine = at && crossingInvite(topology, seen, at);
    if (at === undefined || genuine === undefined) return [];
    const forged = disguised(genuine.request, word(host, target, way, header(genuine.request, 'Call-ID') ?? ''));
    const from = { fromPort: strangerPort };
    const agencyPort = { host: at.node, port: at.interconnectPort };
    switch (way) {
      case 'client port':
        return [sending(host, { ...from, to: { host: at.node, port: at.clientPort }, bytes: encodeSip(forged) })];
      case 'agency port':
        return [sending(host, { ...from, to: agencyPort, bytes: encodeSip(forged) })];
      case 'forged source':
        return [sending(host, { ...from, fromAddress: genuine.source, to: agencyPort, bytes: encodeSip(forged) })];
      case 'own edge':
      case 'own edge, in a dialog': {
        const own = agencyOfHost(topology, host);
        if (own === undefined) return [];
        const routed = withHeaders(forged, 'Route', [
          `<sip:${own.node}:${own.clientPort};lr>`,
          `<sip:${at.node}:${at.interconnectPort};lr>`,
        ]);
        const request = way === 'own edge' ? routed : withTag(routed, 'To', word(host, 'to'));
        return [sending(host, { ...from, to: { host: own.node, port: own.clientPort }, bytes: encodeSip(request) })];
      }
    }
  };
}

/** The first initial INVITE at this agency's node port for partners: forgeries come later than what they are made of. */
function crossingInvite(topology: Topology, seen: Timeline, at: AgencyTopology): Genuine | undefined {
  const tap = nodeTap(topology, at);
  const isIt = ({ tap: name, dst, dstPort }: Sighting) =>
    name === tap?.name && dst === at.node && dstPort === at.interconnectPort;
  for (const { sighting, message, facts } of sipSightings(seen)) {
    if (message.kind !== 'request' || message.method !== 'INVITE' || facts.toTag !== '') continue;
    if (isIt(sighting)) return { request: message, source: sighting.src };
  }
  return undefined;
}

/** The same request under a branch, a Call-ID and a From tag of its own. */
export function disguised(request: SipRequest, seed: string): SipRequest {
  const [top, ...rest] = listValues(request, 'Via');
  const via = parseVia(top ?? '');
  const vias = via === undefined ? [] : [formatVia({ ...via, params: branched(via.params, seed) }), ...rest];
  return withTag(
    withHeader(withHeaders(request, 'Via', vias), 'Call-ID', word(seed, 'call')),
    'From',
    word(seed, 'from'),
  );
}

type Params = readonly (readonly [string, string | undefined])[];

function branched(params: Params, seed: string): Params {
  return params.map(([name, value]) => [name, name === 'branch' ? `z9hG4bK${word(seed, 'branch')}` : value]);
}

function withTag(request: SipRequest, name: 'From' | 'To', tag: string): SipRequest {
  const address = parseNameAddr(header(request, name) ?? '');
  if (address === undefined) return request;
  const params = [...address.params.filter(([param]) => param !== 'tag'), ['tag', tag] as const];
  return withHeader(request, name, formatNameAddr({ ...address, params }));
}

function agencyOfHost(topology: Topology, host: string): AgencyTopology | undefined {
  const tap = topology.taps.find(({ place }) => place === host);
  return tap && agencyOf(topology, tap);
}

/** What a subscriber of this name is called; the user part is the host's name. */
export function identityOf(topology: Topology, host: string): string | undefined {
  const agency = agencyOfHost(topology, host);
  return agency && `sip:${host}@${agency.domain}`;
}

/** A REGISTER as the agency's genuine clients send it, in this host's own name and at its own address. */
export function registration(topology: Topology, host: string): (seen: Timeline) => readonly CastAct[] {
  return (seen) => {
    const agency = agencyOfHost(topology, host);
    const identity = identityOf(topology, host);
    const address = topology.taps.find(({ place }) => place === host)?.addresses[0];
    const ues = topology.ues.filter((ue) => ue.agency === agency?.name);
    const genuine = sipSightings(seen).find(
      ({ sighting, facts }) =>
        facts.method === 'REGISTER' && facts.status === 0 && ues.some((ue) => ue.address === sighting.src),
    )?.message;
    if (agency === undefined || identity === undefined || genuine?.kind !== 'request') return [];
    const contact = parseNameAddr(listValues(genuine, 'Contact')[0] ?? '');
    const uri = `sip:${host}@${address}:${strangerPort}`;
    const params = (contact?.params ?? []).map(([name, value]): readonly [string, string | undefined] =>
      name === '+sip.instance' ? [name, `"<urn:uuid:${uuid(host)}>"`] : [name, value],
    );
    const named = ['From', 'To'].reduce((request, name) => withHeader(request, name, `<${identity}>`), genuine);
    const request = withHeader(disguised(named, word(host, 'register')), 'Contact', formatNameAddr({ uri, params }));
    return [
      sending(host, {
        fromPort: strangerPort,
        to: { host: agency.node, port: agency.clientPort },
        bytes: encodeSip(request),
      }),
    ];
  };
}

function uuid(host: string): string {
  const text = word(host, 'one') + word(host, 'two');
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    `4${text.slice(12, 15)}`,
    `8${text.slice(15, 18)}`,
    text.slice(18, 30),
  ].join('-');
}
