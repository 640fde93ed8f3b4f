import type { GenericContainer, StartedNetwork, StartedTestContainer } from 'testcontainers';
import type { AccessSpec } from '../fabric.ts';
import type { AccessNetworks, StandingAccess } from '../kube/access.ts';
import { Attendant } from '../kube/attendant/client.ts';
import { CAPTURES, imageResidence, type KubePlace, keep } from '../kube/place.ts';
import { claimScript, LINE_DEVICE, type Line, routerScript, ueScript } from './access-scripts.ts';

/** Docker's network that all clusters of kind share. */
export const CLUSTERS_NETWORK = 'kind';
/** On every container and network of the lab. */
export const CONTAINER_LABEL = 'mcx-lab';

/** Loading it takes a quarter of a second, which no other fabric has to spend. */
const testcontainers = () => import('testcontainers');

interface Built {
  readonly spec: AccessSpec;
  readonly standing: StandingAccess;
  close(): Promise<void>;
}

/**
 * UEs in containers on a network of their own, and a router between it and the clusters' network: Docker keeps its
 * networks apart, so that the router is the only way, and its NAT the access network's.
 */
export function containerAccess(instance: string): AccessNetworks {
  let built: readonly Built[] = [];
  return {
    arrange: async (specs, image) => {
      const same = (one: Built, spec: AccessSpec): boolean => networkOf(one.spec) === networkOf(spec);
      const leaving = built.filter((one) => !specs.some((spec) => same(one, spec)));
      built = built.filter((one) => !leaving.includes(one));
      await Promise.all(leaving.map((one) => one.close()));
      const kept = built;
      const made = await Promise.allSettled(
        specs
          .filter((spec) => !kept.some((one) => same(one, spec)))
          .map((spec) => buildAccess(spec, image, `${instance}-${spec.name}`)),
      );
      built = [...kept, ...made.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))];
      const failed = made.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return Promise.all(
        specs.flatMap((spec) => built.filter((one) => same(one, spec)).map((one) => withClaims(one, spec))),
      );
    },
    close: async () => {
      await Promise.all(built.map((one) => one.close()));
      built = [];
    },
  };
}

/** What an access network is built from: not the addresses that a host only claims, which are nodes' and change with them. */
function networkOf({ hosts, ...rest }: AccessSpec): string {
  return JSON.stringify({ ...rest, hosts: hosts.map(({ extraAddresses: _, ...host }) => host) });
}

/** A network that stands, whose hosts claim what this spec says. */
async function withClaims({ standing }: Built, { hosts }: AccessSpec): Promise<StandingAccess> {
  await Promise.all(
    hosts.map(async (host) => {
      const place = standing.places.find(({ name }) => name === host.name);
      const claims = claimScript(host);
      if (place !== undefined && claims !== '') await keep(place, ['bash', '-es'], claims);
    }),
  );
  return { ...standing, spec: { ...standing.spec, hosts } };
}

async function buildAccess(spec: AccessSpec, image: string, name: string): Promise<Built> {
  const open: (() => Promise<unknown>)[] = [];
  let net: StartedNetwork | undefined;
  const close = async (): Promise<void> => {
    await Promise.allSettled(open.splice(0).map((end) => end()));
    await net?.stop().catch(() => undefined);
    net = undefined;
  };
  try {
    const { GenericContainer, Network } = await testcontainers();
    const network = await new Network({ nextUuid: () => `mcx-lab-${name}` }).start();
    net = network;
    const stand = async (place: string, container: GenericContainer): Promise<Stood> => {
      const started = await labelled(container, `mcx-lab-${name}-${place}`).start();
      open.push(() => started.stop({ timeout: 0 }));
      const attendant = await Attendant.open(place, ['docker', 'exec', '-i', '-u', '0', started.getId()]);
      open.push(() => attendant.close());
      return { container: started, attendant };
    };
    const router = `${spec.name}-access`;
    const outside = new GenericContainer(image).withNetworkMode(CLUSTERS_NETWORK).withPrivilegedMode();
    const [routing, ...ues] = await Promise.all([
      stand(router, outside).then(async (stood) => {
        await connect(network, stood.container);
        return stood;
      }),
      ...spec.hosts.map(({ name: host }) => {
        const ue = new GenericContainer(image).withNetwork(network).withAddedCapabilities('NET_ADMIN', 'NET_RAW');
        return stand(host, ue);
      }),
    ]);
    const gateway = await addressOn(routing.container, network);
    const lines = spec.hosts.map((host, index): Line => {
      const ue = ues[index]?.container.getIpAddress(network.getName()) ?? '';
      return { host, ue, router: gateway };
    });
    const outsideAddress = routing.container.getIpAddress(CLUSTERS_NETWORK);
    const access = placeOf('access', router, outsideAddress, 'eth0', routing.attendant);
    await keep(access, ['bash', '-es'], routerScript(lines));
    const hosts = await Promise.all(
      ues.map(async ({ attendant }, index) => {
        const line = lines[index] as Line;
        const place = placeOf('ue', line.host.name, line.host.address, LINE_DEVICE, attendant);
        await keep(place, ['bash', '-es'], ueScript(line, index));
        return place;
      }),
    );
    const standing: StandingAccess = { spec: { ...spec, address: access.address }, places: [access, ...hosts] };
    return { spec, standing, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Stood {
  readonly container: StartedTestContainer;
  readonly attendant: Attendant;
}

function labelled(container: GenericContainer, name: string): GenericContainer {
  return container
    .withName(name)
    .withLabels({ [CONTAINER_LABEL]: name })
    .withUser('0')
    .withTmpFs({ [CAPTURES]: 'rw' })
    .withCommand(['sleep', 'infinity']);
}

/** The router's second interface, after `eth0` on the clusters' network. */
async function connect(network: StartedNetwork, container: StartedTestContainer): Promise<void> {
  const { container: client } = await (await testcontainers()).getContainerRuntimeClient();
  await client.dockerode.getNetwork(network.getId()).connect({ Container: container.getId() });
}

async function addressOn(container: StartedTestContainer, network: StartedNetwork): Promise<string> {
  const { container: client } = await (await testcontainers()).getContainerRuntimeClient();
  const { NetworkSettings } = await client.dockerode.getContainer(container.getId()).inspect();
  return NetworkSettings.Networks[network.getName()]?.IPAddress ?? '';
}

function placeOf(
  kind: 'access' | 'ue',
  name: string,
  address: string,
  device: string,
  attendant: Attendant,
): KubePlace {
  return {
    name,
    kind,
    address,
    keeper: attendant,
    enter: [],
    device,
    residence: imageResidence,
    captures: CAPTURES,
    resident: async () => attendant,
  };
}
