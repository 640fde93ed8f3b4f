import type { FabricSpec } from '../fabric.ts';

/** The lab's own table on a node: apart from kube-proxy's and the CNI's, so that both may rewrite theirs at any time. */
export const TABLE = 'mcx_lab';

export interface NodeNat {
  readonly egress: FabricSpec['egress'];
  /** Addresses of the lab's pods of this cluster: nobody else's packets are touched. */
  readonly pods: readonly string[];
  /** The cluster's pod range. */
  readonly podCidr: string;
  /** Pods of the other clusters and the node that leads to each. */
  readonly foreign: readonly { readonly address: string; readonly via: string }[];
}

/**
 * One transaction that puts the table in place of whatever was there. Its nat chain runs before those of kube-proxy and
 * the CNI, and the first translation of a connection is the one that counts.
 */
export function natRules({ egress, pods, podCidr, foreign }: NodeNat): string {
  const ours = `ip saddr { ${pods.join(', ')} }`;
  return [
    ...withoutTable(),
    `table ip ${TABLE} {`,
    // Markers of the lab must leave no trace in a table that belongs to the calls.
    ...['prerouting', 'output'].map(
      (hook) => `chain raw_${hook} { type filter hook ${hook} priority raw; ip daddr 224.0.0.0/24 notrack\n}`,
    ),
    'chain guard {',
    '}',
    'chain input { type filter hook input priority filter; jump guard\n}',
    'chain postrouting { type nat hook postrouting priority srcnat - 10;',
    ...(pods.length > 0 && egress === 'symmetric'
      ? [`${ours} ip daddr != ${podCidr} meta l4proto udp masquerade fully-random`]
      : []),
    // To its own address: nobody after this chain translates the connection again.
    ...(pods.length > 0 && egress === 'none' && foreign.length > 0
      ? [`${ours} ip daddr { ${[...new Set(foreign.map(({ address }) => address))].join(', ')} } snat to ip saddr`]
      : []),
    '}',
    '}',
  ].join('\n');
}

export function withoutTable(): string[] {
  return [`table ip ${TABLE}`, `delete table ip ${TABLE}`];
}

export function inputGuard(on: boolean, device: string): string {
  return [
    `flush chain ip ${TABLE} guard`,
    ...(on ? [`add rule ip ${TABLE} guard iifname "${device}" meta l4proto udp ct state new drop`] : []),
  ].join('\n');
}

/** Marks the lab's routes on a node, so that they can be found again and nothing else is removed. */
export const ROUTE_PROTOCOL = '99';

/** Shell lines: what was put there before goes, then a route to each foreign pod that this cluster has no pod for. */
export function natRoutes({ egress, pods, foreign }: NodeNat): string[] {
  const known = new Set(pods);
  const routes = egress !== 'none' ? [] : foreign.filter(({ address }) => !known.has(address) && known.add(address));
  return [
    `ip route flush proto ${ROUTE_PROTOCOL}`,
    ...routes.map(({ address, via }) => `ip route replace ${address}/32 via ${via} proto ${ROUTE_PROTOCOL}`),
  ];
}

/** Shell lines that forget UDP translations of the lab's pods; none to forget is no error. */
export function forget(pods: readonly string[]): string[] {
  return pods.flatMap((address) =>
    ['--orig-src', '--reply-src'].map((side) => `conntrack -D -p udp ${side} ${address} >/dev/null 2>&1 || :`),
  );
}
