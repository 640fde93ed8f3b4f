import { CAST_NAMESPACE, DEPLOYABLE_LABEL, OURS, PLACE_LABEL } from './names.ts';
import type { KubeObject } from './objects.ts';

type Labels = Readonly<Record<string, string>>;

/** What the lab knows of the manifests of a deployable: Deployments have a template of pods. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Labels };
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Labels };
    readonly template?: { readonly metadata: { readonly labels?: Labels }; readonly spec: PodTemplateSpec };
  };
}

interface PodTemplateSpec {
  readonly volumes?: readonly { readonly configMap?: { readonly name: string } }[];
}

/** The manifests of a deployable, by its name, with an image put in. */
export type Deployables = (name: string, image: string) => Promise<readonly Manifest[]>;

export interface DeployedPlace {
  readonly place: string;
  readonly deployable: string;
  /** Kubernetes' name of the node. */
  readonly node: string;
}

/**
 * A deployable in a place: on that node, whatever the node keeps others away with, named and labelled after the place, so
 * that two of a kind stand beside each other. Its Services are left out: those of the spec open the same ports, and
 * scenarios change them.
 */
export function deployedIn(manifests: readonly Manifest[], { place, deployable, node }: DeployedPlace): KubeObject[] {
  const labels = { ...OURS, [PLACE_LABEL]: place, [DEPLOYABLE_LABEL]: deployable };
  const labelled = <T extends { readonly labels?: Labels }>(metadata: T) => ({
    ...metadata,
    labels: { ...metadata.labels, ...labels },
  });
  return manifests
    .filter(({ kind }) => kind !== 'Service')
    .map((manifest) => {
      const { metadata, spec } = manifest;
      const placed = { ...manifest, metadata: { ...labelled(metadata), name: place, namespace: CAST_NAMESPACE } };
      if (spec?.template === undefined) return placed;
      const selector = { matchLabels: { ...spec.selector?.matchLabels, [PLACE_LABEL]: place } };
      const template = {
        metadata: labelled(spec.template.metadata),
        spec: podOnNode(spec.template.spec, place, node),
      };
      return { ...placed, spec: { ...spec, selector, template } };
    });
}

function podOnNode(pod: PodTemplateSpec, configMap: string, nodeName: string): object {
  const volumes = pod.volumes?.map((volume) =>
    volume.configMap === undefined ? volume : { ...volume, configMap: { ...volume.configMap, name: configMap } },
  );
  return { ...pod, volumes, nodeName, tolerations: [{ operator: 'Exists' }] };
}
