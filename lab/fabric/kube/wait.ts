import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../errors.ts';
import type { Kubectl } from './kubectl.ts';
import { hopeless, isReady, type ListOf, type PodObject } from './objects.ts';

const POLL_MS = 300;
const PATIENCE_MS = 90_000;

export async function podsOf(kubectl: Kubectl, namespace: string, selector: string): Promise<readonly PodObject[]> {
  const { items } = await kubectl.json<ListOf<PodObject>>(['get', 'pods', '--namespace', namespace, '-l', selector]);
  return items;
}

/** Waits until every one of the named pods is ready; one that cannot become so ends the wait at once. */
export async function waitForPods(
  kubectl: Kubectl,
  namespace: string,
  selector: string,
  names: readonly string[],
  nameOf: (pod: PodObject) => string = ({ metadata }) => metadata.name,
): Promise<readonly PodObject[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const pods = (await podsOf(kubectl, namespace, selector)).filter((pod) => names.includes(nameOf(pod)));
    const ready = pods.filter(isReady);
    if (ready.length === names.length) return ready;
    for (const pod of pods) {
      const why = hopeless(pod);
      if (why !== undefined) throw notStarted(kubectl, namespace, pod, why);
    }
    if (Date.now() > deadline) {
      const late = names.filter((name) => !ready.some((pod) => nameOf(pod) === name));
      throw new LabError('kube-pod-not-ready', `not ready after ${PATIENCE_MS / 1000} s: ${late.join(', ')}`, {
        where: `cluster ${kubectl.access.name}, context ${kubectl.access.context}`,
        exitCode: 3,
        next: 'Kubernetes says why:',
        command: `kubectl --context ${kubectl.access.context} describe pods --namespace ${namespace} -l ${selector}`,
      });
    }
    await sleep(POLL_MS);
  }
}

function notStarted(
  { access }: Kubectl,
  namespace: string,
  { metadata, spec }: PodObject,
  { reason, message }: { readonly reason: string; readonly message: string },
): LabError {
  const image = /Image/.test(reason);
  const what = `pod ${metadata.name} does not start: ${reason}${message === '' ? '' : `: ${message}`}`;
  return new LabError(image ? 'kube-image-missing' : 'kube-pod-failed', what, {
    where: `cluster ${access.name}, context ${access.context}, image ${spec.containers[0]?.image}`,
    exitCode: 3,
    next: image
      ? "The image must be where the cluster's nodes can pull it, or on them already:"
      : 'Kubernetes says why:',
    command: `kubectl --context ${access.context} describe pod --namespace ${namespace} ${metadata.name}`,
  });
}
