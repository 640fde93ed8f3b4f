import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { LabError } from '../errors.ts';
import { builtInCorefile } from './corefile.ts';

type Tree = { [key: string]: unknown };
const revision = 'deployment.kubernetes.io/revision';

/** A cluster that holds what kubeadm installs, and does to it what the patches say, as the API server would. */
export class FakeCluster {
  configMap: {
    metadata: { resourceVersion: string; annotations?: Record<string, string> };
    data: Record<string, string>;
  } = {
    metadata: { resourceVersion: '1' },
    data: { Corefile: builtInCorefile() },
  };
  deployment = {
    metadata: { generation: 1, annotations: { [revision]: '1' } },
    spec: {
      replicas: 2,
      template: {
        metadata: { labels: { 'k8s-app': 'kube-dns' } } as { labels: object; annotations?: Record<string, string> },
        spec: {
          volumes: [
            { name: 'other' },
            {
              name: 'config-volume',
              configMap: { items: [{ key: 'Corefile', path: 'Corefile', mode: 292 }] as Tree[] },
            },
          ],
          containers: [{ image: 'coredns:cluster' }],
        },
      },
    },
    status: { observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 },
  };
  replicaSets: { name: string; template: string; annotations: Record<string, string> }[] = [];
  pods = ['coredns-1', 'coredns-2'];
  /** What was changed, in order; reads are not noted. */
  readonly changes: string[] = [];
  /** Ends everything at the change of this number, as a kill would. */
  killAt = Number.POSITIVE_INFINITY;
  readonly #folder: () => string;

  constructor(folder: () => string) {
    this.#folder = folder;
    this.#roll();
  }

  readonly run = async (command: readonly string[], cwd = this.#folder()): Promise<string> => {
    const words = command.slice(command.indexOf('-n') + 2);
    const [verb, kind, name] = words;
    if (verb === 'get') return this.#get(kind ?? '', words);
    this.changes.push(words.slice(0, 3).join(' '));
    if (this.changes.length >= this.killAt) throw new LabError('test/killed', 'killed');
    if (verb === 'patch' && kind === 'configmap')
      this.#merge(parse(readFileSync(join(cwd, words.at(-1) ?? ''), 'utf8')));
    if (verb === 'patch' && kind === 'deployment') this.#operate(JSON.parse(words.at(-1) ?? '[]'));
    if (verb === 'delete')
      this.replicaSets = this.replicaSets.filter((set) => !words.includes(`replicaset/${set.name}`));
    if (verb === 'annotate') this.#annotate((kind ?? '').replace('replicaset/', ''), words);
    if (verb === 'wait' && !words.every((word) => word === name || !this.pods.includes(word.replace('pod/', ''))))
      throw new Error('waits for pods that stay');
    return '';
  };

  #get(kind: string, words: readonly string[]): string {
    if (kind.includes('/')) {
      const named = words.filter((word) => word.includes('/')).map((word) => word.split('/')[0] ?? '');
      return `{"items":[${named.map((one) => this.#get(one, [])).join()}]}`;
    }
    if (words.at(-1)?.startsWith('jsonpath='))
      return kind === 'deployment' ? (this.deployment.metadata.annotations[revision] ?? '') : '10.96.0.10';
    if (kind === 'configmap') return JSON.stringify(this.configMap);
    if (kind === 'deployment') return JSON.stringify(this.deployment);
    if (kind === 'service') return JSON.stringify({ spec: { clusterIP: '10.96.0.10' } });
    if (kind === 'replicasets')
      return JSON.stringify({
        items: this.replicaSets.map(({ name, annotations, template }) => ({
          metadata: { name, annotations },
          spec: { template: JSON.parse(template) },
        })),
      });
    return JSON.stringify({
      items: this.pods.map((name, index) => ({
        metadata: { name },
        spec: this.deployment.spec.template.spec,
        status: { podIP: `10.244.0.${index + 2}` },
      })),
    });
  }

  /** RFC 7386 */
  #merge(patch: { metadata?: { resourceVersion?: string }; [key: string]: unknown }): void {
    const { resourceVersion } = this.configMap.metadata;
    if (patch.metadata?.resourceVersion !== undefined && patch.metadata.resourceVersion !== resourceVersion)
      throw new LabError('dns/kubectl', 'the object has been modified');
    merge(this.configMap as unknown as Tree, patch);
    if (Object.keys(this.configMap.metadata.annotations ?? {}).length === 0) delete this.configMap.metadata.annotations;
    this.configMap.metadata.resourceVersion = String(Number(resourceVersion) + 1);
  }

  /** RFC 6902, as far as it is used. */
  #operate(operations: { op: string; path: string; value?: unknown }[]): void {
    for (const { op, path, value } of operations) {
      const keys = path
        .split('/')
        .slice(1)
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
      const last = keys.pop() ?? '';
      const parent = keys.reduce<Tree>((at, key) => at[key] as Tree, this.deployment as unknown as Tree);
      if (op === 'test' && JSON.stringify(parent[last]) !== JSON.stringify(value)) throw new Error(`test ${path}`);
      if (op === 'remove' && !(last in parent)) throw new Error(`remove ${path}`);
      if (op === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1);
      else if (op === 'remove') delete parent[last];
      if (op === 'add' && Array.isArray(parent)) parent.push(value as Tree);
      else if (op === 'add') parent[last] = value;
    }
    const { metadata, status } = this.deployment;
    metadata.generation += 1;
    status.observedGeneration = metadata.generation;
    this.#roll();
    this.pods = this.pods.map((name) => `${name}x`);
  }

  /** The deployment controller: one ReplicaSet a template, used again where there is one, with the next number. */
  #roll(): void {
    const template = JSON.stringify(this.deployment.spec.template);
    const number = String(1 + Math.max(0, ...this.replicaSets.map(({ annotations }) => Number(annotations[revision]))));
    const found = this.replicaSets.find((set) => set.template === template);
    if (found === undefined) {
      this.replicaSets.push({ name: `coredns-rs${number}`, template, annotations: { [revision]: number } });
    } else {
      const history = found.annotations[`${revision}-history`];
      found.annotations[`${revision}-history`] = [history, found.annotations[revision]].filter(Boolean).join(',');
      found.annotations[revision] = number;
    }
    this.deployment.metadata.annotations[revision] = number;
  }

  #annotate(name: string, words: readonly string[]): void {
    const set = this.replicaSets.find((one) => one.name === name);
    if (set === undefined) throw new Error(`no ${name}`);
    const value = words.find((word) => word.startsWith(`${revision}=`))?.split('=')[1] ?? '';
    set.annotations = { [revision]: value };
    this.deployment.metadata.annotations[revision] = value;
  }
}

function merge(target: Tree, patch: Tree): void {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (typeof value === 'object' && !Array.isArray(value)) {
      target[key] ??= {};
      merge(target[key] as Tree, value as Tree);
    } else target[key] = value;
  }
}
