import type { FabricSpec, ServiceSpec } from '../fabric.ts';
import { BRIDGE_CIDR, type Place, type Plan } from './plan.ts';
import { MASQUERADE_MARK, type NodeView, serviceChainNames, serviceChains } from './service-rules.ts';

/** Markers of the lab must leave no trace in a table that belongs to the calls. */
const untracked = ['prerouting', 'output'].map(
  (hook) => `chain raw-${hook} { type filter hook ${hook} priority raw; ip daddr 224.0.0.0/24 notrack\n}`,
);

/** The nft file of one place, or undefined where there is no rule. */
export function rules(plan: Plan, place: Place, services: readonly ServiceSpec[]): string | undefined {
  switch (place.kind) {
    case 'node':
      return nodeRules(plan.spec, { cluster: place.cluster, nodeIndex: place.index }, services).join('\n');
    case 'access':
      return accessRules.join('\n');
    case 'bridge':
      return bridgeRules.join('\n');
    case 'pod':
    case 'ue':
      return undefined;
  }
}

function nodeRules(spec: FabricSpec, view: NodeView, services: readonly ServiceSpec[]): string[] {
  const foreign = spec.clusters.filter((cluster) => cluster !== view.cluster).map(({ podCidr }) => podCidr);
  const unmasked = [view.cluster.podCidr, ...(spec.egress === 'none' ? foreign : [])];
  return [
    'table ip lab {',
    ...untracked,
    ...serviceChains(view, services),
    'chain prerouting { type nat hook prerouting priority dstnat; jump dispatch\n}',
    'chain output { type nat hook output priority -100; jump dispatch\n}',
    'chain postrouting { type nat hook postrouting priority srcnat;',
    // KUBE-POSTROUTING, put first by kube-proxy.
    `meta mark and ${MASQUERADE_MARK} == ${MASQUERADE_MARK} meta mark set meta mark xor ${MASQUERADE_MARK} ` +
      'masquerade fully-random',
    // KIND-MASQ-AGENT: by destination alone, so that pods show the node's address everywhere but in their own range.
    'fib daddr type local return',
    ...[...new Set(unmasked)].map((cidr) => `ip daddr ${cidr} return`),
    spec.egress === 'symmetric' ? 'masquerade fully-random' : 'masquerade',
    '}',
    // Probe 12: packets that nobody here asked for leave no entry behind; off unless a scenario wants it.
    'chain guard {',
    '}',
    'chain input { type filter hook input priority filter; jump guard\nct state new jump rejects\n}',
    // KUBE-FORWARD
    'chain forward { type filter hook forward priority filter; ct state invalid drop\nct state new jump rejects\n}',
    'chain filter-output { type filter hook output priority filter; ct state new jump rejects\n}',
    '}',
  ];
}

/** One transaction that puts other Services in place; connections that live keep their translation. */
export function replaceServices(view: NodeView, before: readonly ServiceSpec[], after: readonly ServiceSpec[]): string {
  const old = serviceChainNames(view, before);
  return [
    'flush chain ip lab dispatch',
    'flush chain ip lab rejects',
    ...old.map((chain) => `flush chain ip lab ${chain}`),
    ...old.toSorted(referrersFirst).map((chain) => `delete chain ip lab ${chain}`),
    'table ip lab {',
    ...serviceChains(view, after),
    '}',
  ].join('\n');
}

/** Newer kernels count references of a transaction exactly, but the order costs nothing. */
function referrersFirst(a: string, b: string): number {
  const order = ['ext', 'svc', 'svl', 'sep'];
  return order.indexOf(a.slice(0, 3)) - order.indexOf(b.slice(0, 3));
}

export function inputGuard(on: boolean): string {
  return [
    'flush chain ip lab guard',
    ...(on ? ['add rule ip lab guard iifname "eth0" meta l4proto udp ct state new drop'] : []),
  ].join('\n');
}

/** A router as subscribers have it: rewrites by outgoing interface, lets in what was asked for. */
const accessRules = [
  'table ip lab {',
  ...untracked,
  'chain postrouting { type nat hook postrouting priority srcnat; oifname "eth0" masquerade\n}',
  'chain forward { type filter hook forward priority filter; ct state invalid drop',
  'iifname "eth0" ct state new drop',
  '}',
  '}',
];

/**
 * Docker: what leaves the network by another interface takes that one's address. Markers stay on the link of their
 * place.
 */
const bridgeRules = [
  'table ip lab {',
  ...untracked,
  'chain postrouting { type nat hook postrouting priority srcnat;',
  `ip saddr ${BRIDGE_CIDR} oifname != "br0" masquerade`,
  '}',
  '}',
  'table bridge lab {',
  'chain prerouting { type filter hook prerouting priority -300; ip daddr 224.0.0.0/24 drop\n}',
  'chain output { type filter hook output priority -300; ip daddr 224.0.0.0/24 drop\n}',
  '}',
];
