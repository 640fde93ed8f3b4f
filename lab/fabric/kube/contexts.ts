import { LabError } from '../../errors.ts';
import { explain } from './explain.ts';
import { kubectlFor } from './kubectl.ts';

/** `--context a=kind-one --context b=kind-two`: which context is which cluster of the lab. */
export function parseContexts(words: readonly string[]): ReadonlyMap<string, string> {
  const contexts = new Map<string, string>();
  for (const word of words) {
    const [, name, context] = /^([a-z])=(.+)$/.exec(word) ?? [];
    if (name === undefined || context === undefined) {
      throw wrong(`--context ${word} does not say which cluster is which context`, 'Write a letter and a context:');
    }
    if (contexts.has(name)) throw wrong(`cluster ${name} has two contexts`, 'Give each cluster one:');
    contexts.set(name, context);
  }
  if (contexts.size < 2) throw wrong(`${contexts.size} contexts are given, and two are the least`, 'Give two or more:');
  if (new Set(contexts.values()).size < contexts.size) {
    throw wrong('one context stands for two clusters', 'Each agency has a cluster of its own:');
  }
  return contexts;
}

/** Looks into the kubeconfig alone: a misspelt context is told before anything is made. @throws LabError `kube-context-unknown` */
export async function requireContexts(contexts: ReadonlyMap<string, string>): Promise<void> {
  const [first] = contexts;
  if (first === undefined) return;
  const kubectl = kubectlFor({ name: first[0], context: first[1] });
  const known = (await kubectl.run(['config', 'get-contexts', '-o', 'name'])).split('\n');
  for (const [name, context] of contexts) {
    if (known.includes(context)) continue;
    const said = `context "${context}" does not exist`;
    throw explain({ access: { name, context }, said, command: 'kubectl config get-contexts' });
  }
}

function wrong(what: string, next: string): LabError {
  return new LabError('kube-contexts', what, { next, command: '--context a=CONTEXT --context b=CONTEXT' });
}
