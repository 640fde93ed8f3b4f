import type { FabricSpec, NatControls } from '../fabric.ts';
import type { Seen, Site } from './site.ts';

/** One fact about the fabric: what a real kind cluster showed, and how to measure it by what arrives. */
export interface ContractProbe {
  readonly id: string;
  readonly expected: string;
  /** Where the expected value comes from. */
  readonly source: string;
  readonly needs?: keyof NatControls;
  measure(site: Site): Promise<string>;
}

/** Probes of one group share sockets and translations, and run in order. */
export interface ProbeGroup {
  readonly name: string;
  readonly egress: FabricSpec['egress'];
  /** A group that waits for long runs beside the others: it must touch nobody else's node. */
  readonly aside?: boolean;
  probes(): readonly ContractProbe[];
}

/**
 * `a-node:5060`, or `a-node:random` where the port is not the one that was sent from; `gateway` is the node's side of a
 * pod's veth. Pods of different clusters may have the same address: the names to think of are the caller's.
 */
export function normal(site: Site, seen: Seen | undefined, sentFrom: number, names: readonly string[]): string {
  if (seen === undefined) return 'nothing';
  const isGateway = names.some((place) => site.gateway(place) === seen.address);
  const name = names.find((place) => site.address(place) === seen.address) ?? (isGateway ? 'gateway' : seen.address);
  return `${name}:${seen.port === sentFrom ? seen.port : 'random'}`;
}
