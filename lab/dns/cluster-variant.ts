import { stringify } from 'yaml';
import { withoutZoneBlock } from './corefile.ts';
import type { DnsPlanOptions, PresentDns } from './options.ts';
import { kubectl, type Step } from './step.ts';

export interface DnsFiles {
  readonly corefile: string;
  readonly zone: string;
  readonly zoneFile: string;
}

/**
 * The zone in the cluster's own CoreDNS: two keys of its ConfigMap, one item of the volume that mounts them, new
 * pods. New pods mount what the ConfigMap says at that time, so nothing waits for the kubelet or for the reload
 * plugin.
 */
export function clusterSteps(
  files: DnsFiles,
  options: DnsPlanOptions & { readonly present: PresentDns },
): { apply: Step[]; revert: Step[] } {
  const { present, context } = options;
  const kube = (...words: string[]): string[] => kubectl(context, '-n', 'kube-system', ...words);
  const mounted = present.volumeItems.includes(files.zoneFile);
  // A saved copy of an already patched cluster would make the way back lead nowhere.
  const patched = present.corefile === files.corefile && mounted;
  return {
    apply: [...(patched ? [] : save(kube)), ...change(files, present, mounted, kube), ...settled(present.pods, kube)],
    revert: [...undo(files, present, options.origin, kube), ...settled(present.pods, kube)],
  };
}

type Kube = (...words: string[]) => string[];

function save(kube: Kube): Step[] {
  return ['configmap', 'deployment'].map((kind) => ({
    title: `keep what is there: ${kind}`,
    command: kube('get', kind, 'coredns', '-o', 'json'),
    output: `coredns-${kind}.before.json`,
  }));
}

function change(files: DnsFiles, present: PresentDns, mounted: boolean, kube: Kube): Step[] {
  const patch = 'coredns-configmap.patch.yaml';
  const steps: Step[] = [
    {
      title: 'Corefile with a server block for the zone, and the zone',
      command: kube('patch', 'configmap', 'coredns', '--type', 'merge', '--patch-file', patch),
      file: { name: patch, text: stringify({ data: { Corefile: files.corefile, [files.zoneFile]: files.zone } }) },
    },
  ];
  // The items of the volume are a list: a key that is not named there never reaches the pod, and one named twice is
  // an overlap.
  if (mounted) {
    const title = 'new pods, because only a new pod mounts the changed zone at once';
    return [...steps, { title, command: kube('rollout', 'restart', 'deployment/coredns') }];
  }
  const volume = `/spec/template/spec/volumes/${present.volumeIndex}`;
  const operations = [
    { op: 'test', path: `${volume}/name`, value: 'config-volume' },
    { op: 'add', path: `${volume}/configMap/items/-`, value: { key: files.zoneFile, path: files.zoneFile } },
  ];
  return [
    ...steps,
    {
      title: 'the zone file into the volume of the pods, which makes new pods',
      command: kube('patch', 'deployment', 'coredns', '--type', 'json', '-p', JSON.stringify(operations)),
    },
  ];
}

/** `rollout status` is content while old pods still answer, and for some seconds they do: with NXDOMAIN. */
function settled(pods: readonly string[], kube: Kube): Step[] {
  const rollout = {
    title: 'wait for the new pods',
    command: kube('rollout', 'status', 'deployment/coredns', '--timeout=60s'),
  };
  if (pods.length === 0) return [rollout];
  const names = pods.map((pod) => `pod/${pod}`);
  return [
    rollout,
    { title: 'wait until the old pods are gone', command: kube('wait', '--for=delete', ...names, '--timeout=60s') },
  ];
}

/**
 * Takes out the block and the item alone: what somebody else has changed since stays. The Deployment last, because
 * its new pods mount what the ConfigMap says then.
 */
function undo(files: DnsFiles, present: PresentDns, origin: string, kube: Kube): Step[] {
  const patch = 'coredns-configmap.revert.yaml';
  const data = { Corefile: withoutZoneBlock(files.corefile, origin), [files.zoneFile]: null };
  const volume = `/spec/template/spec/volumes/${present.volumeIndex}`;
  const items = present.volumeItems.filter((item) => item !== files.zoneFile).map((key) => ({ key, path: key }));
  const operations = [
    { op: 'test', path: `${volume}/name`, value: 'config-volume' },
    { op: 'replace', path: `${volume}/configMap/items`, value: items },
  ];
  const restart = { title: 'new pods', command: kube('rollout', 'restart', 'deployment/coredns') };
  const unmount = {
    title: 'the volume as it was, which makes new pods',
    command: kube('patch', 'deployment', 'coredns', '--type', 'json', '-p', JSON.stringify(operations)),
  };
  return [
    {
      title: 'the ConfigMap as it was',
      command: kube('patch', 'configmap', 'coredns', '--type', 'merge', '--patch-file', patch),
      file: { name: patch, text: stringify({ data }) },
    },
    present.pods.length > 0 && !present.volumeItems.includes(files.zoneFile) ? restart : unmount,
  ];
}
