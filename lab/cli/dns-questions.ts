import type { ResolverConfig } from '../../emulators/resolver/config.ts';
import { type SceneQuestion, scenes } from '../../emulators/resolver/coredns/scenes.ts';

/** What the API server tells CoreDNS about names, as far as the resolver knows such things. */
export interface ServiceNames {
  readonly services: ResolverConfig['services'];
  /** Namespaces without a Service: CoreDNS knows that they exist, the resolver does not. */
  readonly bare: readonly string[];
}

interface Named {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
}
interface Items<T> {
  readonly items: readonly T[];
}
type Service = Named & {
  readonly spec: {
    readonly clusterIP?: string;
    readonly ports?: readonly { readonly name?: string; readonly protocol: string; readonly port: number }[];
  };
};
type Slice = Named & { readonly endpoints?: readonly { readonly addresses: readonly string[] }[] | null };

/** A headless Service is its only endpoint's address; one with none or several is left out. */
export function namesOf(all: Items<Service>, slices: Items<Slice>, namespaces: Items<Named>): ServiceNames {
  const services = all.items.flatMap(({ metadata, spec }) => {
    const name = `${metadata.name}.${metadata.namespace}.svc.cluster.local`;
    if (spec.clusterIP !== undefined && spec.clusterIP !== 'None') {
      const ports = (spec.ports ?? []).flatMap(({ name: port, protocol, port: number }) =>
        protocol === 'UDP' || protocol === 'TCP' ? [{ name: port ?? '', protocol, port: number } as const] : [],
      );
      return [{ name, address: spec.clusterIP, ports }];
    }
    const addresses = slices.items
      .filter((slice) => slice.metadata.namespace === metadata.namespace)
      .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name)
      .flatMap(({ endpoints }) => endpoints ?? [])
      .flatMap((endpoint) => endpoint.addresses);
    const [address] = addresses;
    return address === undefined || addresses.length > 1 ? [] : [{ name, address }];
  });
  const known = new Set(services.map(({ name }) => name.split('.')[1]));
  const bare = namespaces.items.map(({ metadata }) => metadata.name).filter((name) => !known.has(name));
  return { services, bare };
}

/**
 * The questions of the recorded table that need no upstream, and some about every Service that the cluster really has. What
 * an upstream would say depends on where the cluster stands.
 */
export function questionsFor({ services, bare }: ServiceNames, zones: readonly string[]): SceneQuestion[] {
  const below = (name: string, zone: string): boolean => `.${name}`.toLowerCase().endsWith(`.${zone}`);
  const inBare = (name: string): boolean =>
    bare.some((one) => new RegExp(`(^|\\.)${one}\\.(svc|pod)\\.`, 'i').test(name));
  const recorded = (scenes[0]?.questions ?? []).filter(
    ({ name }) => zones.some((zone) => below(name, zone)) || (below(name, 'cluster.local') && !inBare(name)),
  );
  const about = services
    .filter(({ ports }) => ports !== undefined)
    .flatMap(({ name, address, ports }) => [
      { type: 'A', name },
      { type: 'AAAA', name },
      { type: 'SRV', name },
      { type: 'PTR', name: `${address.split('.').reverse().join('.')}.in-addr.arpa` },
      { type: 'A', name: `no-such-endpoint.${name}` },
      ...(ports ?? [])
        .filter((port) => port.name !== '')
        .map((port) => ({ type: 'SRV', name: `_${port.name}._${port.protocol.toLowerCase()}.${name}` })),
    ]);
  const seen = new Set<string>();
  return [...recorded, ...about].filter((question) => {
    const key = JSON.stringify(question);
    return seen.size < seen.add(key).size;
  });
}
