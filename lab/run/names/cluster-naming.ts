import { join } from 'node:path';
import { zoneFileName } from '../../dns/corefile.ts';
import type { DnsPlanOptions, DnsVariant } from '../../dns/options.ts';
import { applyDns, type PatchRequest, patchTools, revertDns } from '../../dns/patch.ts';
import { readPresent } from '../../dns/present.ts';
import { serving } from '../../dns/verify.ts';
import type { Access } from '../../fabric/kube/cluster-access.ts';
import { type Kubectl, kubectlFor } from '../../fabric/kube/kubectl.ts';
import { CAST_NAMESPACE } from '../../fabric/kube/names.ts';
import { isReady, type ListOf, type PodObject } from '../../fabric/kube/objects.ts';
import type { NamesWanted, Naming } from './naming.ts';

/** What a cluster's CoreDNS says of partners: in which variant, and which zone. */
interface State {
  readonly key: string;
  /** What the pods ask; undefined: what they always ask. */
  readonly nameserver: string | undefined;
}

/** The reference DNS patch, put into real clusters and taken out again; a cluster that is as wanted is left alone. */
export function clusterNaming(accesses: () => readonly Access[], say: (line: string) => void): Naming {
  const states = new Map<string, State>();
  const requests = new Map<string, PatchRequest>();
  /** Contexts that were looked at: a lab that was killed may have left its patch in a cluster that stays. */
  const seen = new Set<string>();
  /** What runs CoreDNS in a context: a separate one runs the same. */
  const images = new Map<string, Promise<string>>();
  // Each command in full is for whoever applies the patch by hand; here its title will do.
  const tools = { ...patchTools, say: (line: string) => say(line.split(': ', 1)[0] ?? line) };

  /** One variant at a time: a zone in the cluster's own CoreDNS would answer through the separate one too. */
  const put = async (access: Access, wanted: NamesWanted, key: string): Promise<State> => {
    const { variant, zone } = wanted.configuration.dns;
    const request = await requestFor(access, variant, wanted);
    const other: DnsVariant = variant === 'cluster' ? 'separate' : 'cluster';
    for (const unwanted of zone === 'present' ? [other] : [variant, other]) {
      const left = seen.has(access.context) ? undefined : await requestFor(access, unwanted, wanted);
      const known = requests.get(`${access.context} ${unwanted}`) ?? left;
      if (known) await revertDns(known, tools);
      requests.delete(`${access.context} ${unwanted}`);
    }
    seen.add(access.context);
    if (zone === 'absent') return { key, nameserver: undefined };
    // Noted before it is done: what was begun must be taken out too.
    requests.set(`${access.context} ${variant}`, request);
    const plan = await applyDns(request, tools);
    return { key, nameserver: plan.podDns.nameservers[0] };
  };

  const requestFor = async (access: Access, variant: DnsVariant, wanted: NamesWanted): Promise<PatchRequest> => {
    const { context, kubeconfig } = access;
    const { origin } = wanted.configuration.dns;
    const image = images.get(context) ?? readPresent(tools.run, zoneFileName(origin), access).then((one) => one.image);
    images.set(context, image);
    image.catch(() => images.delete(context));
    const options: Partial<DnsPlanOptions> = {
      ...{ context, kubeconfig, namespace: CAST_NAMESPACE, origin, ttl: 5, oldPods: 'end', image: await image },
    };
    return { variant, agencies: wanted.agencies, options, folder: join(wanted.logs, `dns-${access.name}`) };
  };

  const arrangeOne = async (letter: string, wanted: NamesWanted): Promise<[string, string][]> => {
    const access = accesses().find(({ name }) => name === letter);
    if (!access) return [];
    const key = namesKey(wanted);
    let state = states.get(access.context);
    if (state?.key !== key) {
      states.delete(access.context);
      state = await put(access, wanted, key);
      states.set(access.context, state);
    }
    return state.nameserver === undefined ? [] : [[letter, state.nameserver]];
  };

  return {
    arrange: async (wanted) => {
      const letters = wanted.agencies.map(({ name }) => name);
      const found = await Promise.all(letters.map((letter) => arrangeOne(letter, wanted)));
      return new Map(found.flat());
    },
    rollOut: async (letter) => {
      const access = accesses().find(({ name }) => name === letter);
      if (access !== undefined) await replacePods(kubectlFor(access));
      return true;
    },
    close: async () => {
      const left = [...requests.values()];
      requests.clear();
      states.clear();
      const ended = await Promise.allSettled(left.map((request) => revertDns(request, tools)));
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
    },
  };
}

/** What a rolling update does, without leaving its date in the Deployment: a pod goes when the one before is replaced. */
async function replacePods(kubectl: Kubectl): Promise<void> {
  const { namespace, selector } = serving('cluster', CAST_NAMESPACE);
  const { items } = await kubectl.json<ListOf<PodObject>>(['get', 'pods', '--namespace', namespace, '-l', selector]);
  for (const { metadata } of items.filter(isReady)) {
    await kubectl.run(['delete', 'pod', '--namespace', namespace, '--wait=false', metadata.name]);
    const status = ['rollout', 'status', 'deployment/coredns', '--namespace', namespace, '--timeout=60s'];
    await kubectl.run(status, { timeoutMs: 70_000 });
  }
}

/** Scenarios of equal keys need no change of names between them. */
export function namesKey({ configuration, agencies }: Pick<NamesWanted, 'configuration' | 'agencies'>): string {
  const { zone, variant, origin } = configuration.dns;
  return zone === 'absent' ? zone : JSON.stringify([variant, origin, agencies]);
}
