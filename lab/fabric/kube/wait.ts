import { LabError } from '../../errors.ts';
import type { KubeApi } from './api/api.ts';
import { collectionPath } from './api/path.ts';
import { whereOf } from './cluster-access.ts';
import { hopeless, isReady, type PodObject } from './objects.ts';

const PATIENCE_MS = 90_000;
/** The shortest grace period for which Kubernetes still waits until the pod has really gone. */
export const NOW_S = 1;

export const podsPath = (namespace: string): string => collectionPath('v1', 'pods', namespace);

export function podsOf(api: KubeApi, namespace: string, selector: string): Promise<readonly PodObject[]> {
  return api.list(podsPath(namespace), selector);
}

/** Waits until every one of the named pods is ready; one that cannot become so ends the wait at once. */
export async function waitForPods(
  api: KubeApi,
  namespace: string,
  selector: string,
  names: readonly string[],
  nameOf: (pod: PodObject) => string = ({ metadata }) => metadata.name,
): Promise<readonly PodObject[]> {
  let late = names;
  const ready = await api.until(
    podsPath(namespace),
    selector,
    (present: readonly PodObject[]) => {
      const pods = present.filter((pod) => names.includes(nameOf(pod)));
      for (const pod of pods) {
        const why = hopeless(pod);
        if (why !== undefined) throw notStarted(api, namespace, pod, why);
      }
      const found = pods.filter(isReady);
      late = names.filter((name) => !found.some((pod) => nameOf(pod) === name));
      return late.length === 0 ? found : undefined;
    },
    PATIENCE_MS,
  );
  if (ready !== undefined) return ready;
  const { access } = api;
  throw new LabError('kube-pod-not-ready', `not ready after ${PATIENCE_MS / 1000} s: ${late.join(', ')}`, {
    where: whereOf(access),
    exitCode: 3,
    next: 'Kubernetes says why:',
    command: `kubectl --context ${access.context} describe pods --namespace ${namespace} -l ${selector}`,
  });
}

/** Waits until no pod of the selector is left of those that `leaving` names. @throws LabError `kube-pod-stays` */
export async function waitUntilGone(
  api: KubeApi,
  namespace: string,
  selector: string,
  leaving: (pod: PodObject) => boolean,
): Promise<void> {
  let left: readonly PodObject[] = [];
  const gone = await api.until(
    podsPath(namespace),
    selector,
    (present: readonly PodObject[]) => {
      left = present.filter(leaving);
      return left.length === 0 ? true : undefined;
    },
    PATIENCE_MS,
  );
  if (gone !== undefined) return;
  const { access } = api;
  const names = left.map(({ metadata }) => metadata.name);
  throw new LabError('kube-pod-stays', `not gone after ${PATIENCE_MS / 1000} s: ${names.join(', ')}`, {
    where: whereOf(access),
    exitCode: 3,
    next: 'Kubernetes says why:',
    command: `kubectl --context ${access.context} describe pods --namespace ${namespace} ${names.join(' ')}`,
  });
}

function notStarted(
  { access }: KubeApi,
  namespace: string,
  { metadata, spec }: PodObject,
  { reason, message }: { readonly reason: string; readonly message: string },
): LabError {
  const image = /Image/.test(reason);
  const what = `pod ${metadata.name} does not start: ${reason}${message === '' ? '' : `: ${message}`}`;
  return new LabError(image ? 'kube-image-missing' : 'kube-pod-failed', what, {
    where: `${whereOf(access)}, image ${spec.containers[0]?.image}`,
    exitCode: 3,
    next: image
      ? "The image must be where the cluster's nodes can pull it, or on them already:"
      : 'Kubernetes says why:',
    command: `kubectl --context ${access.context} describe pod --namespace ${namespace} ${metadata.name}`,
  });
}
