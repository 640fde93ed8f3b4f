import type { HostSpec } from '../fabric.ts';
import { gatewayOf } from '../netns/address.ts';

/** A subscriber's line: a tunnel between a UE's container and the router's, over Docker's network. */
export interface Line {
  readonly host: HostSpec;
  /** Docker's addresses of the two ends. */
  readonly ue: string;
  readonly router: string;
}

/** What a UE calls its line. */
export const LINE_DEVICE = 'access0';
/** The registered port of VXLAN. */
const PORT = 4789;

/**
 * Docker's bridge lets the machine's own rules at what it carries, and they would rewrite a source that a UE has forged.
 * So packets of UEs cross it in a tunnel, a link of their own to the router; its packets may be fragments, theirs are not.
 */
function tunnel(device: string, id: number, local: string, remote: string): string[] {
  return [
    `ip link add ${device} type vxlan id ${id} local ${local} remote ${remote} dstport ${PORT} noudpcsum`,
    `ip link set ${device} mtu 1500 up`,
  ];
}

/**
 * A router as subscribers have it: rewrites by outgoing interface, lets in what was asked for, and believes no source that
 * it would not answer by the same way. Markers and tunnels leave no trace in its table.
 */
export function routerScript(lines: readonly Line[]): string {
  return [
    ...lines.flatMap(({ host, ue, router }, index) => [
      ...tunnel(`ue${index}`, index + 1, router, ue),
      `ip address add ${gatewayOf(host.address)}/32 dev ue${index}`,
      `ip route add ${host.address}/32 dev ue${index} scope link`,
    ]),
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 1 > $f; done',
    'for f in /proc/sys/net/ipv4/conf/*/send_redirects; do echo 0 > $f; done',
    "nft -f - <<'END'",
    'table ip mcx_lab',
    'delete table ip mcx_lab',
    'table ip mcx_lab {',
    ...['prerouting', 'output'].map(
      (hook) =>
        `chain raw_${hook} { type filter hook ${hook} priority raw;\nip daddr 224.0.0.0/24 notrack\nudp dport ${PORT} notrack\n}`,
    ),
    'chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade\n}',
    'chain forward { type filter hook forward priority filter; ct state invalid drop',
    'iifname "eth0" ct state new drop',
    '}',
    '}',
    'END',
  ].join('\n');
}

/** Docker's own gateway is no way for a UE: the access router is the only one. */
export function ueScript({ host, ue, router }: Line, index: number): string {
  const { address } = host;
  const gateway = gatewayOf(address);
  return [
    ...tunnel(LINE_DEVICE, index + 1, ue, router),
    `ip address add ${address}/24 dev ${LINE_DEVICE} noprefixroute`,
    `ip route add ${gateway}/32 dev ${LINE_DEVICE} scope link`,
    `ip route replace default via ${gateway} dev ${LINE_DEVICE} src ${address}`,
  ].join('\n');
}

/** Addresses that a host gives itself, in place of those that it had; empty where it claims none. */
export function claimScript({ extraAddresses = [] }: HostSpec): string {
  if (extraAddresses.length === 0) return '';
  const claims = extraAddresses.map((extra) => `ip address replace ${extra}/32 dev lo`);
  return ['ip -4 address flush dev lo scope global', ...claims].join('\n');
}
