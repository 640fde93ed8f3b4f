import type { NatControls, PlaceName } from '../fabric.ts';
import { forget, inputGuard, type NodeNat, natRoutes, natRules, withoutTable } from './nat-rules.ts';
import { type KubePlace, keep } from './place.ts';

/** Puts a node's part of the spec in force; translations of an earlier world are forgotten. */
export async function setNat(node: KubePlace, nat: NodeNat): Promise<void> {
  await keep(node, ['nft', '-f', '-'], natRules(nat));
  await keep(node, ['bash', '-es'], [...natRoutes(nat), ...forget(nat.pods)].join('\n'));
}

export async function clearNat(node: KubePlace): Promise<void> {
  await keep(node, ['nft', '-f', '-'], withoutTable().join('\n'));
  await keep(node, ['bash', '-es'], natRoutes({ egress: 'preserve', pods: [], podCidr: '', foreign: [] }).join('\n'));
}

export function natControls(find: (place: PlaceName) => KubePlace): NatControls {
  const sysctl = (place: KubePlace, name: string, value: number): Promise<string> =>
    keep(place, ['bash', '-c', `echo ${value} > /proc/sys/net/netfilter/${name}`]);
  return {
    setUdpTimeouts: async (name, { unrepliedS, assuredS }) => {
      const place = find(name);
      await sysctl(place, 'nf_conntrack_udp_timeout', unrepliedS);
      await sysctl(place, 'nf_conntrack_udp_timeout_stream', assuredS);
    },
    dropUnaskedInput: async (name, drop) => {
      const place = find(name);
      await keep(place, ['nft', '-f', '-'], inputGuard(drop, place.device));
    },
    // UDP alone: a cluster does not survive the loss of its TCP translations unharmed.
    flush: async (name) => {
      const { inside } = find(name);
      const all = ['conntrack -D -p udp >/dev/null 2>&1 || :'];
      await keep(find(name), ['bash', '-es'], (inside === undefined ? all : forget(inside)).join('\n'));
    },
  };
}

/** Entries as the kernel prints them, without the lab's own. */
export function translationsOf(place: KubePlace): Promise<string> {
  return keep(place, ['bash', '-c', 'conntrack -L -p udp 2>/dev/null']);
}
