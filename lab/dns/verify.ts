import { type DnsMessage, type DnsRecord, rcodeName } from '../wire/dns/message.ts';
import { borderName, bordersOf, type DnsAgency } from './agency-zone.ts';
import type { DnsPlanOptions, DnsVariant } from './options.ts';
import { kubectl, type Step } from './step.ts';

/** One question and the answer that proves the patch. */
export interface DnsProof {
  readonly name: string;
  readonly type: 'A' | 'SRV' | 'NAPTR';
  /** As dig prints it; `NXDOMAIN`; or `any address`. */
  readonly answer: string;
}

/** Where the pods of a variant are, and the port at which they listen. */
export interface Serving {
  readonly namespace: string;
  readonly selector: string;
  readonly port: number;
  readonly deployment: string;
  readonly service: string;
}

export function serving(variant: DnsVariant, namespace: string): Serving {
  const own = { selector: 'app.kubernetes.io/name=mcx-dns', port: 1053, deployment: 'mcx-dns', service: 'mcx-dns' };
  const builtIn = { selector: 'k8s-app=kube-dns', port: 53, deployment: 'coredns', service: 'kube-dns' };
  return variant === 'cluster' ? { namespace: 'kube-system', ...builtIn } : { namespace, ...own };
}

/**
 * Every name that the agencies need, a name that must not be there, and one of the cluster's own that must still
 * work.
 */
export function dnsProofs(agencies: readonly DnsAgency[], origin: string, clusterDomain: string): DnsProof[] {
  return [
    ...agencies.flatMap((agency): DnsProof[] => {
      const node = `node-${agency.name}.${origin}`;
      return [
        { name: node, type: 'A', answer: agency.node },
        { name: `_sip._udp.${agency.domain}`, type: 'SRV', answer: `10 50 ${agency.clientPort} ${node}.` },
        ...bordersOf(agency).flatMap((border): DnsProof[] => {
          const service = `_sip._udp.${border.domain}`;
          return [
            { name: border.domain, type: 'NAPTR', answer: `10 10 "s" "SIP+D2U" "" ${service}.` },
            { name: service, type: 'SRV', answer: `10 50 ${border.port} ${borderName(agency, border, origin)}.` },
          ];
        }),
      ];
    }),
    { name: `no-such-name.${origin}`, type: 'A', answer: 'NXDOMAIN' },
    { name: `kubernetes.default.svc.${clusterDomain}`, type: 'A', answer: 'any address' },
  ];
}

/** What a pod said, in the words of a proof. */
export function answerText(message: DnsMessage, type: string): string {
  if (message.rcode !== 0) return rcodeName(message.rcode);
  const found = message.answers.filter((record) => record.type === type).map(dataText);
  return found.length === 0 ? 'no data' : found.sort().join(', ');
}

export function proves(proof: DnsProof, seen: string): boolean {
  return proof.answer === 'any address' ? /^\d+\.\d+\.\d+\.\d+$/.test(seen) : proof.answer === seen;
}

function dataText(record: DnsRecord): string {
  switch (record.type) {
    case 'A':
      return record.address;
    case 'SRV':
      return `${record.priority} ${record.weight} ${record.port} ${record.target}.`;
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = record;
      return `${order} ${preference} "${flags}" "${services}" "${regexp}" ${replacement}.`;
    }
    default:
      return record.type;
  }
}

/** The same by hand: a forwarded port, which is TCP, to a pod; a Service would show one replica and hide the other. */
export function verifySteps(variant: DnsVariant, agencies: readonly DnsAgency[], options: DnsPlanOptions): Step[] {
  const { namespace, port, deployment } = serving(variant, options.namespace);
  const target = [`deployment/${deployment}`, `15353:${port}`];
  const ask = (name: string, type: string): string[] => {
    return ['dig', '+tcp', '+short', '-p', '15353', '@127.0.0.1', name, type];
  };
  return [
    {
      title: 'in another terminal: the port of a CoreDNS pod',
      command: kubectl(options, '-n', namespace, 'port-forward', ...target),
    },
    ...dnsProofs(agencies, options.origin, options.clusterDomain).map(({ name, type, answer }) => ({
      title: `${type} ${name}: ${answer}`,
      command: ask(name, type),
    })),
  ];
}
