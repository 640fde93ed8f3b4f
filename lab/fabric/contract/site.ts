import { LabError } from '../../errors.ts';
import type { PlaceName, RunningFabric } from '../fabric.ts';
import { type Probe, type ProbeSocket, probeClient } from '../probe/client.ts';
import { type Packet, packetsWith } from './packets.ts';

export interface Timing {
  /** How long something may take to arrive. */
  readonly arriveMs: number;
  /** How long nothing must have come before it counts as nothing. */
  readonly quietMs: number;
  /** How long the fabric may take until a change of Services is in force everywhere. */
  readonly syncMs: number;
}

/** A running fabric as the probes see it: sockets in places, addresses by name, and what a place's wire carried. */
export interface Site {
  readonly running: RunningFabric;
  readonly timing: Timing;
  socket(place: PlaceName, port: number, address?: string): Promise<ProbeSocket>;
  /** Address of a node, pod, access router or UE host. */
  address(place: PlaceName): string;
  /** The first address of the pod's own /24: the node's side of its veth. */
  gateway(pod: PlaceName): string;
  /** Sends a new text and tells from where it was seen at the other socket, or undefined. */
  carry(from: ProbeSocket, to: Target, sink: ProbeSocket, patience?: 'arrives' | 'quiet'): Promise<Seen | undefined>;
  /** Runs an act that sends texts, and tells what the place's eth0 carried of them. */
  watch(place: PlaceName, act: () => Promise<string>): Promise<readonly Packet[]>;
  /** A text that no other probe uses. */
  token(): string;
  /** The same site for one group of probes, whose sockets are closed at its end. */
  scoped<T>(act: (site: Site) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type Target = readonly [address: string, port: number];
export interface Seen {
  readonly address: string;
  readonly port: number;
}

export function openSite(running: RunningFabric, timing: Timing, helper: readonly string[], scratch: string): Site {
  const probes = new Map<PlaceName, Promise<Probe>>();
  const addresses = addressBook(running);
  let tokens = 0;
  const address = (place: PlaceName): string => {
    const found = addresses.get(place);
    if (found === undefined) throw unknownPlace(place);
    return found;
  };
  const probeIn = async (place: PlaceName): Promise<Probe> => {
    if (!addresses.has(place)) throw unknownPlace(place);
    const probe = probes.get(place) ?? running.converse(place, helper).then(probeClient);
    probes.set(place, probe);
    return probe;
  };
  const token = (): string => `probe-${++tokens}`;
  const site: Site = {
    running,
    timing,
    address,
    token,
    gateway: (pod) => `${address(pod).slice(0, address(pod).lastIndexOf('.'))}.1`,
    socket: async (place, port, at) => (await probeIn(place)).open(port, at),
    carry: async (from, [to, port], sink, patience = 'arrives') => {
      const text = token();
      await from.send(to, port, text);
      return sink.received(text, patience === 'arrives' ? timing.arriveMs : timing.quietMs);
    },
    watch: async (place, act) => {
      const path = `${scratch}/${place}-${token()}.pcap`;
      const tap = await running.tap({ name: place, place, interface: 'eth0', path });
      const text = await act();
      await running.mark(++tokens, [place]);
      await tap.stop();
      return packetsWith(path, text);
    },
    scoped: async (act) => {
      const opened: ProbeSocket[] = [];
      const socket: Site['socket'] = async (place, port, at) => {
        const one = await site.socket(place, port, at);
        opened.push(one);
        return one;
      };
      try {
        return await act({ ...site, socket });
      } finally {
        // Those of a pod that a probe has deleted are gone with it.
        await Promise.allSettled(opened.map((one) => one.close()));
      }
    },
    close: async () => {
      for (const probe of await Promise.allSettled(probes.values()))
        if (probe.status === 'fulfilled') await probe.value.close();
    },
  };
  return site;
}

/** The fabric that is measured has no such place: no access network, or fewer clusters than the contract's. */
function unknownPlace(place: PlaceName): LabError {
  return new LabError('unknown-place', `the fabric has no place ${place}`, { exitCode: 70 });
}

function addressBook({ spec }: RunningFabric): Map<PlaceName, string> {
  return new Map([
    ...spec.clusters.flatMap(({ name, nodes, pods }) => [
      ...nodes.map((node, index): [string, string] => [
        index === 0 ? `${name}-node` : `${name}-node-${index + 1}`,
        node,
      ]),
      ...pods.map((pod): [string, string] => [pod.name, pod.address]),
    ]),
    ...spec.accesses.flatMap(({ name, address, hosts }) => [
      [`${name}-access`, address] as const,
      ...hosts.map((host): [string, string] => [host.name, host.address]),
    ]),
  ]);
}
