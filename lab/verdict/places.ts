import type { Sighting } from '../capture/timeline.ts';
import type { AgencyTopology, Topology, UeTopology } from './topology.ts';

export type TapTopology = Topology['taps'][number];

/** The first word of a place's name is its cluster. */
export function agencyOf(topology: Topology, tap: TapTopology): AgencyTopology | undefined {
  return topology.agencies.find((agency) => tap.place === agency.name || tap.place.startsWith(`${agency.name}-`));
}

/** The tap in the pod of that agency which has that address; two clusters may use the same one. */
function podTap(topology: Topology, agency: AgencyTopology, address: string): TapTopology | undefined {
  return topology.taps.find(
    (tap) => tap.kind === 'pod' && tap.addresses.includes(address) && agencyOf(topology, tap) === agency,
  );
}

export function serverTap(topology: Topology, agency: AgencyTopology): TapTopology | undefined {
  return podTap(topology, agency, agency.server);
}

export function edgeTap(topology: Topology, agency: AgencyTopology): TapTopology | undefined {
  return podTap(topology, agency, agency.edge);
}

export function nodeTap(topology: Topology, agency: AgencyTopology): TapTopology | undefined {
  return topology.taps.find((tap) => tap.kind === 'node' && agencyOf(topology, tap) === agency);
}

export function ueTap(topology: Topology, ue: UeTopology): TapTopology | undefined {
  return topology.taps.find((tap) => tap.kind === 'ue' && tap.place === ue.name);
}

export function ueNamed(topology: Topology, name: string): UeTopology | undefined {
  return topology.ues.find((ue) => ue.name === name);
}

/** Where a call begins and ends: servers and UEs, not the edges between them. */
export function endTaps(topology: Topology): TapTopology[] {
  const servers = topology.agencies.map((agency) => serverTap(topology, agency));
  const ues = topology.ues.map((ue) => ueTap(topology, ue));
  return [...servers, ...ues].filter((tap) => tap !== undefined);
}

export function sentBy(tap: TapTopology, sighting: Sighting): boolean {
  return sighting.tap === tap.name && tap.addresses.includes(sighting.src);
}

export function receivedBy(tap: TapTopology, sighting: Sighting): boolean {
  return sighting.tap === tap.name && tap.addresses.includes(sighting.dst);
}
