import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../../errors.ts';
import type { ClusterSpec } from '../fabric.ts';
import type { Access } from '../kube/cluster-access.ts';
import { kubectlFor } from '../kube/kubectl.ts';
import {
  CORE_DNS_READINESS_S,
  clusterName,
  configFile,
  DIGEST_LABEL,
  digestOf,
  type KindCluster,
  kindCluster,
} from './cluster-config.ts';
import { createCluster, deleteCluster, exportLogs, listClusters } from './kind-command.ts';
import { type ClusterState, forgetState, heldByOther, kubeconfigOf, readState, withLock, writeState } from './state.ts';

export interface ClusterOptions {
  readonly proxyMode: KindCluster['proxyMode'];
  readonly nodeImage?: string;
  /** Clusters stay when the lab ends, and are found again. */
  readonly keep: boolean;
  /** Where `kind export logs` puts what a cluster that failed has to say. */
  readonly logs?: string;
  readonly stateFolder: string;
  say(line: string): void;
}

/** The clusters of one lab: made or found, and at the end left or deleted. */
export class KindClusters {
  readonly #options: ClusterOptions;
  readonly #held = new Map<string, Promise<Access>>();

  constructor(options: ClusterOptions) {
    this.#options = options;
  }

  /**
   * All at the same time; those that are there already are taken. A cluster that is not asked for any more goes first,
   * unless clusters are kept: even an idle one takes a good part of a processor.
   */
  async open(specs: readonly ClusterSpec[]): Promise<readonly Access[]> {
    const { proxyMode, nodeImage, keep } = this.#options;
    const wanted = specs.map((spec) => {
      const cluster = kindCluster(spec, { proxyMode, ...(nodeImage === undefined ? {} : { nodeImage }) });
      return { spec, cluster, name: clusterName(spec.name, cluster) };
    });
    if (!keep) await this.#remove([...this.#held.keys()].filter((name) => !wanted.some((one) => one.name === name)));
    const opened = wanted.map(({ spec, cluster, name }) => {
      const access = this.#held.get(name) ?? this.#take(spec.name, name, cluster);
      this.#held.set(name, access);
      access.catch(() => this.#held.delete(name));
      return access;
    });
    // One that fails must not leave another half made behind the lab's back.
    await Promise.allSettled(opened);
    return Promise.all(opened);
  }

  async close(): Promise<void> {
    const { keep } = this.#options;
    const held = [...this.#held.keys()];
    if (keep) await Promise.all(held.map((name) => this.#leave(name)));
    else await this.#remove(held);
    this.#held.clear();
  }

  async #leave(name: string): Promise<void> {
    const { stateFolder } = this.#options;
    const state = await readState(stateFolder, name);
    if (state === undefined) return;
    const { holder: _holder, ...free } = state;
    await writeState(stateFolder, { ...free, kept: true });
  }

  async #remove(names: readonly string[]): Promise<void> {
    const { stateFolder } = this.#options;
    await Promise.all(
      names.map(async (name) => {
        await this.#held.get(name)?.catch(() => undefined);
        this.#held.delete(name);
        if ((await readState(stateFolder, name)) !== undefined) await remove(stateFolder, name);
      }),
    );
  }

  #take(letter: string, name: string, cluster: KindCluster): Promise<Access> {
    const { stateFolder, say } = this.#options;
    const kubeconfig = kubeconfigOf(stateFolder, name);
    const access: Access = { name: letter, context: `kind-${name}`, kubeconfig };
    return withLock(stateFolder, name, async () => {
      const exists = (await listClusters()).includes(name);
      const state = await readState(stateFolder, name);
      if (exists && state === undefined) throw notOurs(name);
      if (state !== undefined && heldByOther(state)) throw inUse(name, state);
      const fresh: ClusterState = {
        version: 1,
        name,
        digest: digestOf(cluster),
        kubeconfig,
        holder: process.pid,
        kept: false,
        ready: false,
      };
      if (exists && state?.ready === true && (await answers(access, fresh.digest))) {
        say(`cluster ${letter}: ${name} found again`);
        // What was to stay stays, should this lab be killed.
        await writeState(stateFolder, { ...fresh, kept: state.kept, ready: true });
        return access;
      }
      if (exists) {
        say(`cluster ${letter}: ${name} was left half made, or does not answer any more; made anew`);
        await deleteCluster(name, kubeconfig);
      }
      await writeState(stateFolder, fresh);
      await this.#create(name, cluster, access);
      await writeState(stateFolder, { ...fresh, ready: true });
      return access;
    });
  }

  async #create(name: string, cluster: KindCluster, access: Access): Promise<void> {
    const { stateFolder, logs, say } = this.#options;
    const config = join(stateFolder, `${name}.yaml`);
    await mkdir(stateFolder, { recursive: true });
    await writeFile(config, configFile(name, cluster));
    say(`cluster ${access.name}: kind makes ${name}`);
    try {
      await createCluster(name, config, access.kubeconfig ?? '', cluster.nodeImage);
      await askCoreDnsOften(access);
      await waitForNodes(access);
    } catch (error) {
      if (logs !== undefined) await exportLogs(name, join(logs, name));
      await remove(stateFolder, name);
      throw error;
    }
  }
}

/**
 * kubeadm's CoreDNS is asked every ten seconds whether it is ready, for the first time before it can be: whatever makes new
 * pods of it would take ten seconds for that alone. Its pods wait for the CNI now, so that none has begun yet.
 */
async function askCoreDnsOften(access: Access): Promise<void> {
  const containers = [{ name: 'coredns', readinessProbe: { periodSeconds: CORE_DNS_READINESS_S } }];
  const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
  await kubectlFor(access).run(['--namespace', 'kube-system', 'patch', 'deployment', 'coredns', '--patch', patch]);
}

/** Nodes are ready when the CNI is; what more a world needs, it waits for itself. */
async function waitForNodes(access: Access): Promise<void> {
  const wait = ['wait', 'nodes', '--all', '--for=condition=Ready', '--timeout=120s'];
  await kubectlFor(access).run(wait, { timeoutMs: 130_000 });
}

/** The API answers, every node is ready, and carries the digest: it is the cluster that was made from this. */
async function answers(access: Access, digest: string): Promise<boolean> {
  const kubectl = kubectlFor(access);
  const labelled = ['-l', `${DIGEST_LABEL}=${digest}`];
  try {
    const wait = ['wait', 'nodes', ...labelled, '--for=condition=Ready', '--timeout=20s'];
    // Where no node carries it, there is nothing to wait for, and kubectl says so.
    return (await kubectl.run(wait, { timeoutMs: 30_000 })).trim() !== '';
  } catch {
    return false;
  }
}

export async function remove(stateFolder: string, name: string): Promise<void> {
  await deleteCluster(name, kubeconfigOf(stateFolder, name));
  await forgetState(stateFolder, name);
}

function notOurs(name: string): LabError {
  return new LabError('kind-cluster-not-ours', `a cluster ${name} exists, and this lab has not made it`, {
    exitCode: 3,
    next: 'The lab does not touch it. If nobody needs it:',
    command: `kind delete cluster --name ${name}`,
  });
}

function inUse(name: string, { holder }: ClusterState): LabError {
  return new LabError('kind-cluster-in-use', `cluster ${name} is in use by the lab of process ${holder}`, {
    exitCode: 3,
    next: 'Wait until it has ended, or look what it is:',
    command: `ps -fp ${holder}`,
  });
}
