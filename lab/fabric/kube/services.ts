import { LabError } from '../../errors.ts';
import type { ServiceSpec } from '../fabric.ts';
import { collectionPath } from './api/path.ts';
import type { KubeCluster } from './cluster.ts';
import { service as manifest } from './manifests.ts';
import { CAST_NAMESPACE, OURS_SELECTOR } from './names.ts';
import type { KubeObject } from './objects.ts';
import type { KubePod } from './pods.ts';
import { synchronised } from './proxy-sync.ts';

const SERVICES = collectionPath('v1', 'services', CAST_NAMESPACE);
const SLICES = collectionPath('discovery.k8s.io/v1', 'endpointslices', CAST_NAMESPACE);

interface ServiceObject {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly clusterIP?: string };
}

/** The Services of one cluster as they are now; their ClusterIPs are the cluster's to give. */
export class ClusterServices {
  readonly #cluster: KubeCluster;
  #pods: ReadonlyMap<string, KubePod> = new Map();
  #current: readonly ServiceSpec[] = [];
  /** What the cluster was told of each, in one piece. */
  readonly #told = new Map<string, string>();

  constructor(cluster: KubeCluster) {
    this.#cluster = cluster;
  }

  get current(): readonly ServiceSpec[] {
    return this.#current;
  }

  /** Puts exactly these in place; what an earlier world left is removed first, for its node ports. */
  async replaceAll(services: readonly ServiceSpec[], pods: readonly KubePod[]): Promise<void> {
    this.#pods = new Map(pods.filter((pod) => pod.cluster === this.#cluster).map((pod) => [pod.name, pod]));
    const others = services.filter(
      (service) => this.#told.get(service.name) !== JSON.stringify(this.#manifest(service)),
    );
    if (others.length === 0 && this.#told.size === services.length) return;
    await this.#change(async () => {
      // A Service of an earlier lab may have fields that this one would leave as they are.
      const stays = (name: string) => this.#told.has(name) && services.some((service) => service.name === name);
      const left = (await this.#present()).filter(({ name }) => !stays(name));
      await this.#delete(left.map(({ name }) => name));
      if (others.length > 0) await this.#apply(others);
      this.#current = await this.#withAddresses(services);
    });
  }

  async set(service: ServiceSpec): Promise<void> {
    await this.#change(async () => {
      await this.#apply([service]);
      const others = this.#current.filter(({ name }) => name !== service.name);
      this.#current = await this.#withAddresses([...others, service]);
    });
  }

  async remove(name: string): Promise<void> {
    await this.#change(async () => {
      await this.#delete([name]);
      this.#current = this.#current.filter((service) => service.name !== name);
    });
  }

  #change(change: () => Promise<void>): Promise<void> {
    return synchronised(
      this.#cluster.nodes.map(({ attendant }) => attendant),
      change,
    );
  }

  async #apply(services: readonly ServiceSpec[]): Promise<void> {
    await this.#cluster.api.apply(services.flatMap((service) => this.#manifest(service)));
    for (const service of services) this.#told.set(service.name, JSON.stringify(this.#manifest(service)));
  }

  #manifest(service: ServiceSpec): KubeObject[] {
    return manifest(
      service,
      service.endpoints.map((name) => this.#endpoint(service, name)),
    );
  }

  #endpoint(service: ServiceSpec, name: string) {
    const pod = this.#pods.get(name);
    if (pod === undefined) {
      const what = `Service ${service.name}: there is no pod ${name} in cluster ${this.#cluster.name}`;
      throw new LabError('invalid-fabric', what, { exitCode: 70 });
    }
    return { pod: pod.pod, address: pod.address, node: pod.node.name };
  }

  async #delete(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    for (const name of names) this.#told.delete(name);
    const { api } = this.#cluster;
    // First the Services: endpoints that went before them would be an act of their own for kube-proxy.
    for (const collection of [SERVICES, SLICES])
      await Promise.all(names.map((name) => api.remove(`${collection}/${name}`)));
  }

  async #present(): Promise<readonly { readonly name: string; readonly clusterIp: string }[]> {
    const items = await this.#cluster.api.list<ServiceObject>(SERVICES, OURS_SELECTOR);
    return items.map(({ metadata, spec }) => ({ name: metadata.name, clusterIp: spec.clusterIP ?? '' }));
  }

  async #withAddresses(services: readonly ServiceSpec[]): Promise<readonly ServiceSpec[]> {
    const present = await this.#present();
    return services.map((service) => ({
      ...service,
      clusterIp: present.find(({ name }) => name === service.name)?.clusterIp ?? service.clusterIp,
    }));
  }
}
