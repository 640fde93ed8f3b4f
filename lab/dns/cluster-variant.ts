import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import { withoutZoneBlock } from './corefile.ts';
import { type DnsPlanOptions, type PresentDns, recordAnnotation, serialAnnotation } from './options.ts';
import { kubectl, type Step } from './step.ts';

export interface DnsFiles {
  readonly corefile: string;
  readonly zone: string;
  readonly zoneFile: string;
}

export interface DnsSteps {
  readonly apply: Step[];
  readonly revert: Step[];
  /** The end of the way back, when nothing needs the patch's own notes any more. */
  readonly forget: Step[];
}

type Kube = (...words: string[]) => string[];
type Options = DnsPlanOptions & { readonly present: PresentDns };

/**
 * The zone in the cluster's own CoreDNS: two keys of its ConfigMap, one item of the volume that mounts them, new
 * pods. New pods mount what the ConfigMap says at that time, so nothing waits for the kubelet or for the reload
 * plugin. The order is such that a pod that starts between any two steps starts well; what is done already is left out.
 */
export function clusterSteps(files: DnsFiles, options: Options): DnsSteps {
  const { present } = options;
  const kube: Kube = (...words) => kubectl(options, '-n', 'kube-system', ...words);
  const configMap =
    present.corefile === files.corefile && present.zone === files.zone ? [] : [put(files, options, kube)];
  const deployment = mountOperations(files, options);
  // A saved copy of an already patched cluster would make the way back lead nowhere.
  const touched = present.record !== undefined || present.zone !== undefined;
  return {
    apply: [
      ...(touched ? [] : save(kube)),
      ...configMap,
      ...patchDeployment('the zone file into the volume of the pods, which makes new pods', deployment, kube),
      ...settled(options, deployment.length > 0, kube),
    ],
    ...undo(files, options, kube),
  };
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function save(kube: Kube): Step[] {
  return ['configmap', 'deployment'].map((kind) => ({
    title: `keep what is there: ${kind}`,
    command: kube('get', kind, 'coredns', '-o', 'json'),
    output: `coredns-${kind}.before.json`,
  }));
}

function put(files: DnsFiles, { present }: Options, kube: Kube): Step {
  const record = present.record ?? { revision: present.revision ?? '', corefile: digestOf(present.corefile) };
  return configMapPatch(
    'Corefile with a server block for the zone, and the zone',
    'coredns-configmap.patch.yaml',
    kube,
    {
      // Somebody else's change since we looked would be lost: the server refuses the patch then.
      metadata: {
        ...(present.version === undefined ? {} : { resourceVersion: present.version }),
        annotations: { [recordAnnotation]: JSON.stringify(record) },
      },
      data: { Corefile: files.corefile, [files.zoneFile]: files.zone },
    },
  );
}

function configMapPatch(title: string, name: string, kube: Kube, patch: object): Step {
  const command = kube('patch', 'configmap', 'coredns', '--type', 'merge', '--patch-file', name);
  return { title, command, file: { name, text: stringify(patch) } };
}

/** RFC 6902 operations on the Deployment. */
type Operation = { readonly op: string; readonly path: string; readonly value?: unknown };

const templateAnnotationsPath = '/spec/template/metadata/annotations';
/** RFC 6901 3: `/` in a key. */
const serialPath = `${templateAnnotationsPath}/${serialAnnotation.replace('/', '~1')}`;

function mountOperations({ zoneFile }: DnsFiles, { present, serial }: Options): Operation[] {
  const operations: Operation[] = [];
  const volume = `/spec/template/spec/volumes/${present.volumeIndex}`;
  // The items of the volume are a list: a key that is not named there never reaches the pod, and one named twice is
  // an overlap.
  if (!present.volumeItems.includes(zoneFile)) {
    operations.push({ op: 'test', path: `${volume}/name`, value: 'config-volume' });
    operations.push({ op: 'add', path: `${volume}/configMap/items/-`, value: { key: zoneFile, path: zoneFile } });
  }
  const annotations = present.templateAnnotations ?? {};
  const value = String(serial);
  if (annotations[serialAnnotation] === value) return operations;
  // Only a new pod mounts a changed zone at once.
  const add: Operation =
    Object.keys(annotations).length > 0
      ? { op: 'add', path: serialPath, value }
      : { op: 'add', path: templateAnnotationsPath, value: { [serialAnnotation]: value } };
  return [...operations, add];
}

function unmountOperations({ zoneFile }: DnsFiles, { present }: Options): Operation[] {
  const operations: Operation[] = [];
  const item = present.volumeItems.indexOf(zoneFile);
  if (item !== -1) {
    const path = `/spec/template/spec/volumes/${present.volumeIndex}/configMap/items/${item}`;
    operations.push({ op: 'test', path: `${path}/key`, value: zoneFile }, { op: 'remove', path });
  }
  const annotations = Object.keys(present.templateAnnotations ?? {});
  if (!annotations.includes(serialAnnotation)) return operations;
  return [...operations, { op: 'remove', path: annotations.length > 1 ? serialPath : templateAnnotationsPath }];
}

function patchDeployment(title: string, operations: readonly Operation[], kube: Kube): Step[] {
  if (operations.length === 0) return [];
  const command = kube('patch', 'deployment', 'coredns', '--type', 'json', '-p', JSON.stringify(operations));
  return [{ title, command }];
}

/** `rollout status` is content while old pods still answer, and for some seconds they do: with NXDOMAIN. */
function settled({ present, oldPods = 'wait' }: Options, changed: boolean, kube: Kube): Step[] {
  const { pods, ending = [] } = present;
  const rollout = {
    title: 'wait for the new pods',
    command: kube('rollout', 'status', 'deployment/coredns', '--timeout=60s'),
  };
  const old = (changed ? pods : ending).map((pod) => `pod/${pod}`);
  if (old.length === 0) return [rollout];
  const leaving =
    oldPods === 'wait'
      ? { title: 'wait until the old pods are gone', command: kube('wait', '--for=delete', ...old, '--timeout=60s') }
      : { title: 'the old pods go at once', command: kube('delete', ...old, '--now', '--ignore-not-found') };
  return [rollout, leaving];
}

/**
 * Takes out the block, the item and the key alone: what somebody else has changed since stays. The key last, because a pod
 * whose volume still names it would not start without it.
 */
function undo(files: DnsFiles, options: Options, kube: Kube): { revert: Step[]; forget: Step[] } {
  const { present, origin } = options;
  const paper = options.onPaper === true && present.zone === undefined;
  const seen = paper ? applied(files, present, options.serial) : present;
  const Corefile = withoutZoneBlock(seen.corefile, origin);
  const unmount = unmountOperations(files, { ...options, present: seen });
  const out =
    Corefile === seen.corefile
      ? []
      : [configMapPatch('the Corefile as it was', 'coredns-corefile.revert.yaml', kube, { data: { Corefile } })];
  const noted = paper || seen.zone !== undefined || seen.record !== undefined;
  const patch = { metadata: { annotations: { [recordAnnotation]: null } }, data: { [files.zoneFile]: null } };
  return {
    revert: [
      ...out,
      ...patchDeployment('the pods as they were, which makes new ones', unmount, kube),
      ...settled({ ...options, present: seen }, unmount.length > 0, kube),
    ],
    forget: noted ? [configMapPatch('the ConfigMap as it was', 'coredns-configmap.revert.yaml', kube, patch)] : [],
  };
}

function applied(files: DnsFiles, present: PresentDns, serial: number): PresentDns {
  return {
    ...present,
    corefile: files.corefile,
    zone: files.zone,
    volumeItems: [...present.volumeItems, files.zoneFile],
    templateAnnotations: { ...present.templateAnnotations, [serialAnnotation]: String(serial) },
  };
}
