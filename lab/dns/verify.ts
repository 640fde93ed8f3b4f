import type { DnsAgency } from './agency-zone.ts';
import type { DnsPlanOptions, DnsVariant } from './plan.ts';
import { kubectl, type Step } from './step.ts';

/** One question and the answer that proves the patch; `answer` empty: NXDOMAIN. */
export interface DnsProof {
  readonly name: string;
  readonly type: 'A' | 'SRV' | 'NAPTR';
  readonly answer: string;
}

/**
 * Every name that the agencies need, a name that must not be there, and one of the cluster's own that must still
 * work.
 */
export function dnsProofs(agencies: readonly DnsAgency[], origin: string): DnsProof[] {
  return [
    ...agencies.flatMap((agency): DnsProof[] => {
      const node = `node-${agency.name}.${origin}`;
      const service = `_sip._udp.${agency.interconnectDomain}`;
      return [
        { name: node, type: 'A', answer: agency.node },
        { name: `_sip._udp.${agency.domain}`, type: 'SRV', answer: `10 50 ${agency.clientPort} ${node}.` },
        { name: agency.interconnectDomain, type: 'NAPTR', answer: `10 10 "s" "SIP+D2U" "" ${service}.` },
        { name: service, type: 'SRV', answer: `10 50 ${agency.interconnectPort} ${node}.` },
      ];
    }),
    { name: `no-such-name.${origin}`, type: 'A', answer: '' },
  ];
}

/**
 * Asked of the pods themselves through a forwarded port, which is TCP: a Service would show one replica and hide the
 * other.
 */
export function verifySteps(variant: DnsVariant, agencies: readonly DnsAgency[], options: DnsPlanOptions): Step[] {
  const [namespace, deployment, port] =
    variant === 'cluster' ? ['kube-system', 'coredns', 53] : [options.namespace, 'mcx-dns', 1053];
  const forward = kubectl(
    options.context,
    '-n',
    namespace,
    'port-forward',
    `deployment/${deployment}`,
    `15353:${port}`,
  );
  const ask = (name: string, type: string): string[] => [
    'dig',
    '+tcp',
    '+short',
    '-p',
    '15353',
    '@127.0.0.1',
    name,
    type,
  ];
  const cluster = `kubernetes.default.svc.${options.clusterDomain}`;
  return [
    { title: 'in another terminal: the port of a CoreDNS pod', command: forward },
    ...dnsProofs(agencies, options.origin).map(({ name, type, answer }) => ({
      title: `${type} ${name}: ${answer === '' ? 'nothing' : answer}`,
      command: ask(name, type),
    })),
    { title: `A ${cluster}: an address, as before`, command: ask(cluster, 'A') },
  ];
}
