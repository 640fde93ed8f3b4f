import type { RunningFabric } from '../../fabric/fabric.ts';
import type { AgencyAddresses } from '../blueprint/addresses.ts';
import type { Configuration } from '../settings/configuration.ts';

type AddressOf = RunningFabric['address'];

/** Where the cluster gives out addresses: the agencies as they really stand, but for their resolvers. */
export async function settled(agencies: readonly AgencyAddresses[], address: AddressOf): Promise<AgencyAddresses[]> {
  const host = async (one: { readonly name: string; readonly address: string }) => ({
    ...one,
    address: await address(one.name),
  });
  return Promise.all(
    agencies.map(async (agency) => {
      const { letter, pods } = agency;
      const [node, access, edge, server, bystander, edgeNext] = await Promise.all(
        ['node', 'access', 'edge', 'mcx', 'bystander', 'edge-next'].map((place) => address(`${letter}-${place}`)),
      );
      return {
        ...agency,
        node: node ?? agency.node,
        otherNode: agency.otherNode === undefined ? undefined : await address(`${letter}-node-2`),
        access: access ?? agency.access,
        pods: {
          ...pods,
          edge: edge ?? pods.edge,
          server: server ?? pods.server,
          bystander: bystander ?? pods.bystander,
          edgeNext: edgeNext ?? pods.edgeNext,
        },
        ues: await Promise.all(agency.ues.map(host)),
        stranger: await host(agency.stranger),
        spoofer: await host(agency.spoofer),
      };
    }),
  );
}

/** The same with the resolvers, which stand only once the names have been arranged. */
export async function settledNames(
  agencies: readonly AgencyAddresses[],
  { dns }: Configuration,
  address: AddressOf,
  nameservers: ReadonlyMap<string, string>,
): Promise<AgencyAddresses[]> {
  return Promise.all(
    agencies.map(async (agency) => {
      const { letter, pods } = agency;
      return {
        ...agency,
        nameserver: nameservers.get(letter) ?? agency.nameserver,
        pods: {
          ...pods,
          dns: await address(`${letter}-dns`),
          separateDns: dns.variant === 'separate' ? await address(`${letter}-dns-mcx`) : pods.separateDns,
        },
      };
    }),
  );
}
