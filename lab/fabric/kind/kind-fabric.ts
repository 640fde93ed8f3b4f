import { randomBytes } from 'node:crypto';
import { LabError } from '../../errors.ts';
import type { ClusterSpec } from '../fabric.ts';
import type { Deployables } from '../kube/deployed.ts';
import { kubeFabric, type OpenClusters } from '../kube/kube-fabric.ts';
import { containerAccess } from './access-networks.ts';
import type { KindCluster } from './cluster-config.ts';
import { KindClusters } from './clusters.ts';
import { castImage, loadImage, removeImages } from './image.ts';
import { requireEngine } from './kind-command.ts';
import { LeakGuard } from './leak-guard.ts';
import { stateFolder } from './state.ts';

export interface KindOptions {
  readonly deployables: Deployables;
  readonly nodeImage?: string;
  readonly proxyMode?: KindCluster['proxyMode'];
  readonly keep?: boolean;
  /** Clusters that later worlds ask for: what leaks to their ranges is kept in from the start. */
  readonly ahead?: readonly ClusterSpec[];
  /** Where the logs of a cluster that failed go. */
  readonly logs?: string;
  say?(line: string): void;
}

/** Makes clusters on this machine's engine, then is the kube fabric; UEs are containers beside them. */
export function kindFabric(options: KindOptions): OpenClusters {
  const {
    keep = false,
    ahead = [],
    proxyMode = proxyModeOf(process.env.LAB_KIND_PROXY_MODE),
    logs,
    say = () => {},
  } = options;
  const nodeImage = options.nodeImage ?? process.env.LAB_KIND_NODE_IMAGE;
  const clusters = new KindClusters({
    proxyMode,
    keep,
    stateFolder: stateFolder(),
    say,
    ...(nodeImage === undefined || nodeImage === '' ? {} : { nodeImage }),
    ...(logs === undefined ? {} : { logs }),
  });
  const loaded = new Set<string>();
  // The process in the name: what stands after it is gone was left.
  const instance = `${process.pid}-${randomBytes(2).toString('hex')}`;
  const guard = new LeakGuard(instance);
  return kubeFabric({
    name: 'kind',
    image: castImage,
    clusters: async (specs) => {
      await requireEngine();
      // While the clusters are being made, the image is.
      const [accesses, image] = await Promise.all([clusters.open(specs), castImage()]);
      const missing = accesses.filter(({ context }) => !loaded.has(context));
      if (missing.length > 0) say('the image of the cast goes to the nodes');
      await Promise.all(missing.map(({ context }) => loadImage(image, context.replace(/^kind-/, ''))));
      for (const { context } of missing) loaded.add(context);
      await guard.keepIn(
        [...specs, ...ahead].flatMap(({ podCidr, serviceCidr }) => [podCidr, serviceCidr]),
        image,
      );
      return accesses;
    },
    accesses: containerAccess(instance),
    deployables: options.deployables,
    release: async () => {
      await guard.close();
      await clusters.close();
      // A cluster that stays has it on its nodes; the next lab has it in the engine.
      if (!keep) await removeImages();
    },
  });
}

/** Where no option says it, the environment does: a nightly's matrix. @throws LabError `kind-proxy-mode`. */
function proxyModeOf(word: string | undefined): KindCluster['proxyMode'] {
  if (word === undefined || word === '' || word === 'iptables') return 'iptables';
  if (word === 'nftables') return word;
  throw new LabError('kind-proxy-mode', `kube-proxy has no mode ${word}`, {
    where: 'LAB_KIND_PROXY_MODE',
    next: 'Use iptables or nftables:',
    command: 'export LAB_KIND_PROXY_MODE=nftables',
  });
}
