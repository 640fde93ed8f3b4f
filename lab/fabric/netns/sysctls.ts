import type { Place } from './plan.ts';
import type { Step } from './porter/steps.ts';

/**
 * New namespaces inherit the machine's settings (or do not, by kernel): everything that decides about a packet is set.
 * A file that is missing belongs to a part of the kernel that is not there, and needs no setting.
 */
export function sysctls(place: Place): Step[] {
  const router = place.kind === 'node' || place.kind === 'access';
  return [
    write('net/ipv6/conf/all/disable_ipv6', 1),
    write('net/ipv4/ip_forward', router || place.kind === 'bridge' ? 1 : 0),
    // Node images and access routers have strict reverse path filtering; the kernel takes the greater of `all` and
    // the interface.
    everyInterface('rp_filter', router ? 1 : 0),
    everyInterface('arp_ignore', 0),
    everyInterface('send_redirects', 0),
    everyInterface('accept_redirects', 0),
    ...(place.kind === 'node' ? [everyInterface('route_localnet', 1)] : []),
    // Bridged frames stay out of the host's rules and connection tracking, whatever the machine has set.
    ...(place.kind === 'bridge' ? [write('net/bridge/bridge-nf-call-iptables', 0)] : []),
    ...lifetimes(place),
  ];
}

/** Of UDP entries: the kernel's own defaults. */
export function lifetimes({ kind }: Place): Step[] {
  return kind === 'node' || kind === 'access' ? udpTimeouts({ unrepliedS: 30, assuredS: 120 }) : [];
}

export function udpTimeouts(timeouts: { readonly unrepliedS: number; readonly assuredS: number }): Step[] {
  return [
    write('net/netfilter/nf_conntrack_udp_timeout', timeouts.unrepliedS),
    write('net/netfilter/nf_conntrack_udp_timeout_stream', timeouts.assuredS),
  ];
}

function write(path: string, value: number): Step {
  return { verb: 'write', path: `/proc/sys/${path}`, value };
}

function everyInterface(name: string, value: number): Step {
  return write(`net/ipv4/conf/*/${name}`, value);
}
