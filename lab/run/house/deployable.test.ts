import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { agencyConfigSchema } from '../../../emulators/agency/config.ts';
import { edgeConfigSchema } from '../../../emulators/edge/config.ts';
import { configOfPod } from '../../../emulators/kit/start/pod-config.ts';
import { resolverConfigSchema } from '../../../emulators/resolver/config.ts';
import { agencyZone } from '../../dns/agency-zone.ts';
import { separateCorefile } from '../../dns/corefile.ts';
import { writeZone } from '../../dns/zone.ts';
import { deployedIn } from '../../fabric/kube/deployed.ts';
import { imageResidence } from '../../fabric/kube/place.ts';
import { withEdgeOnOtherNode, withNextEdge } from '../blueprint/addresses.ts';
import { blueprintOf } from '../blueprint/blueprint.ts';
import { siteOf } from '../blueprint/site.ts';
import { compileCatalogue, readFeatures } from '../scenario/catalogue.ts';
import { configurationSchema } from '../settings/configuration.ts';
import { configurationOf } from '../settings/settings.ts';
import { deployableRoles, deployables, manifestText, withPlace } from './deployable.ts';
import { deployedControl } from './player.ts';

// biome-ignore lint/suspicious/noExplicitAny: manifests are read here as kubectl reads them, by key.
type Manifest = any;
const parse = (text: string): Manifest[] => parseAllDocuments(text).map((document) => document.toJS());
const ofKind = (manifests: Manifest[], kind: string): Manifest[] => manifests.filter((one) => one.kind === kind);

const schemas = { edge: edgeConfigSchema, agency: agencyConfigSchema, resolver: resolverConfigSchema };
const roles = [...deployableRoles];
const pod = {
  environment: { POD_IP: '10.244.0.5', HOST_IP: '172.18.0.2' },
  readText: () => 'nameserver 10.96.0.10\n',
};

describe.each(roles)('%s, as it lies in the project', (role) => {
  let text = '';
  let manifests: Manifest[] = [];
  beforeAll(async () => {
    text = await manifestText(role);
    manifests = parse(text);
  });
  const podSpec = () => ofKind(manifests, 'Deployment')[0].spec.template.spec;

  test('is a Deployment with its ConfigMap and at least one Service, in the namespace that kubectl names', () => {
    expect(ofKind(manifests, 'Deployment')).toHaveLength(1);
    expect(ofKind(manifests, 'ConfigMap')).toHaveLength(1);
    expect(ofKind(manifests, 'Service').length).toBeGreaterThan(0);
    for (const { metadata } of manifests) expect(metadata.namespace).toBeUndefined();
  });

  test('its configuration is one, in a pod', () => {
    const config: unknown = JSON.parse(ofKind(manifests, 'ConfigMap')[0].data['config.json']);
    expect(schemas[role].safeParse(configOfPod(config, pod))).toMatchObject({ success: true });
  });

  test('every Service finds the pod, at a port that the container names', () => {
    const { labels } = ofKind(manifests, 'Deployment')[0].spec.template.metadata;
    const open = podSpec().containers[0].ports.map((port: Manifest) => `${port.protocol} ${port.containerPort}`);
    for (const { spec } of ofKind(manifests, 'Service')) {
      expect(labels).toMatchObject(spec.selector);
      for (const port of spec.ports.filter(({ name }: Manifest) => !name.startsWith('media-')))
        expect(open).toContain(`${port.protocol} ${port.targetPort}`);
    }
  });

  test('PodSecurity restricted admits it', () => {
    const { securityContext, containers, volumes, hostNetwork, initContainers } = podSpec();
    expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(securityContext.runAsUser).toBeGreaterThan(0);
    for (const container of containers) {
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.securityContext.capabilities.add).toBeUndefined();
      expect(container.ports.filter((port: Manifest) => port.containerPort < 1024 || port.hostPort)).toEqual([]);
    }
    for (const volume of volumes) expect(volume.configMap ?? volume.emptyDir).toBeDefined();
    expect([hostNetwork, initContainers]).toEqual([undefined, undefined]);
  });

  test('probes, requests and a place for the control socket', () => {
    const { containers } = podSpec();
    expect(containers[0]).toMatchObject({
      startupProbe: { exec: {}, periodSeconds: 1 },
      readinessProbe: { exec: {} },
      livenessProbe: { exec: {} },
      resources: { requests: { cpu: expect.any(String), memory: expect.any(String) } },
      volumeMounts: [{ mountPath: '/etc/mcx' }, { name: 'run', mountPath: '/run/mcx' }],
    });
  });

  test('put in a place, nothing changes but namespace, image and contents', () => {
    const config = ofKind(manifests, 'ConfigMap')[0].data['config.json'];
    const placed = parse(
      withPlace(text, { role, namespace: 'team', image: 'here:1', files: { 'config.json': config } }),
    );
    for (const manifest of placed) {
      expect(manifest.metadata.namespace).toBe('team');
      delete manifest.metadata.namespace;
    }
    const [deployment] = ofKind(placed, 'Deployment');
    expect(deployment.spec.template.spec.containers[0].image).toBe('here:1');
    deployment.spec.template.spec.containers[0].image = podSpec().containers[0].image;
    expect(placed).toEqual(manifests);
  });
});

describe('the edge', () => {
  test('32 media ports, node port = pod port = the configuration’s; SIP at the ports that it advertises; Local', async () => {
    const manifests = parse(await manifestText('edge'));
    const config = JSON.parse(ofKind(manifests, 'ConfigMap')[0].data['config.json']);
    const services = new Map(ofKind(manifests, 'Service').map((one) => [one.metadata.name, one.spec]));
    const range = Array.from({ length: 32 }, (_, index) => config.mediaPorts[0] + index);
    expect(range.at(-1)).toBe(config.mediaPorts[1]);
    expect(services.get('edge-media').ports).toEqual(
      range.map((port) => ({ name: `media-${port}`, port, targetPort: port, nodePort: port, protocol: 'UDP' })),
    );
    expect(services.get('edge-sip').ports).toMatchObject([
      { targetPort: config.ports.clients, nodePort: config.advertised.clientsPort },
      { targetPort: config.ports.agencies, nodePort: config.advertised.agenciesPort },
    ]);
    for (const name of ['edge-sip', 'edge-media'])
      expect(services.get(name)).toMatchObject({ type: 'NodePort', externalTrafficPolicy: 'Local' });
    expect(services.get('edge').clusterIP).toBe('None');
  });

  test('a second cluster: the node ports that its configuration advertises', async () => {
    const config = JSON.stringify({ advertised: { address: '172.18.0.3', clientsPort: 31060, agenciesPort: 31070 } });
    const place = { role: 'edge', namespace: 'mcx', image: 'x', files: { 'config.json': config } } as const;
    const services = ofKind(parse(withPlace(await manifestText('edge'), place)), 'Service');
    const ports = services.flatMap(({ spec }) => spec.ports).map(({ nodePort }) => nodePort);
    expect(ports.slice(0, 4)).toEqual([undefined, 31060, 31070, 30100]);
  });
});

test('the resolver has the files that the reference DNS patch writes', async () => {
  const { data } = ofKind(parse(await manifestText('resolver')), 'ConfigMap')[0];
  const { agencies } = blueprintOf(configurationSchema.parse({}), 0).topology;
  expect(data.Corefile).toBe(separateCorefile('mcx.test'));
  const options = { origin: 'mcx.test', nameserver: '10.96.0.53', serial: 1, ttl: 5 };
  expect(data['db.mcx.test']).toBe(writeZone(agencyZone(agencies, options)));
});

describe('what a run puts into a cluster', () => {
  const own = (role: string) => ({
    'app.kubernetes.io/managed-by': 'mcx-lab',
    'mcx-lab/place': 'a-place',
    'mcx-lab/deployable': role,
  });
  /** Takes out of an object what was put into it, and sees that it was. */
  const without = (object: Manifest, put: Readonly<Record<string, unknown>>) => {
    expect(object).toMatchObject(put);
    for (const key of Object.keys(put)) delete object[key];
  };
  const place = (role: string) => ({ place: 'a-place', deployable: role, node: 'node-1' });

  test.each(roles)(
    '%s: the objects of the file, with place, namespace, image, node, labels and no partners yet put in, and nothing else',
    async (role) => {
      const undone: Manifest[] = structuredClone(deployedIn(await deployables(role, 'here:1'), place(role)));
      const files = parse(await manifestText(role)).filter(({ kind }) => kind !== 'Service');
      expect(undone.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Deployment']);
      const [{ metadata: configMap, data }, { metadata: deployment, spec }] = undone;
      const [{ name }, original] = [files[0].metadata, files[0].data['config.json']];
      for (const metadata of [configMap, deployment]) {
        without(metadata, { name: 'a-place', namespace: 'mcx' });
        metadata.name = name;
      }
      for (const { labels } of [configMap, deployment, spec.template.metadata]) without(labels, own(role));
      without(spec.selector.matchLabels, { 'mcx-lab/place': 'a-place' });
      const { containers, volumes } = spec.template.spec;
      without(spec.template.spec, { nodeName: 'node-1', tolerations: [{ operator: 'Exists' }] });
      without(containers[0], { image: 'here:1' });
      containers[0].image = 'mcx-lab/cast:0.1.0';
      without(volumes[0].configMap, { name: 'a-place' });
      volumes[0].configMap.name = name;

      const configuration = JSON.parse(data['config.json']);
      expect(configuration).toEqual({ ...JSON.parse(original), ...(role === 'edge' ? { peers: [] } : {}) });
      expect(schemas[role].safeParse(configOfPod(configuration, pod))).toMatchObject({ success: true });
      data['config.json'] = original;
      expect(undone).toEqual(files);
    },
  );

  test('what scenarios and operators configure it with is a configuration: a deployed program checks it', async () => {
    const wrong = compileCatalogue(await readFeatures(join(import.meta.dirname, '../../..'))).flatMap((scenario) => {
      const blueprint = blueprintOf(configurationOf(scenario, {}, {}), 1, 0, siteOf('kind'));
      return [blueprint.agencies, ...[withNextEdge, withEdgeOnOtherNode].map((next) => blueprint.agencies.map(next))]
        .flatMap((agencies) => blueprint.after(agencies).cast({ sockets: '/s', files: '/f', scenario: scenario.id }))
        .flatMap(({ emulator, config }) => {
          if (emulator !== 'edge' && emulator !== 'agency') return [];
          const { error } = schemas[emulator].safeParse(JSON.parse(JSON.stringify(config)));
          return error === undefined ? [] : [`${scenario.id}, ${config.process.name}: ${error.message}`];
        });
    });
    expect(wrong).toEqual([]);
  });

  test('the control socket is where a place of a cluster has its sockets', async () => {
    for (const role of roles) {
      const [{ data }] = ofKind(parse(await manifestText(role)), 'ConfigMap');
      expect(JSON.parse(data['config.json']).process.control).toBe(join(imageResidence.sockets, deployedControl));
    }
  });

  test('a name that no deployable has is a defect', async () => {
    await expect(deployables('kms', 'x')).rejects.toThrow('no deployable kms');
  });

  test('edge and server are deployed; their Services open what those of the files open', async () => {
    const [cluster] = blueprintOf(configurationSchema.parse({}), 0, 0, siteOf('kind')).fabric.clusters;
    const deployed = cluster?.pods.filter(({ deployable }) => deployable !== undefined);
    expect(deployed?.map(({ name, deployable }) => [name, deployable])).toEqual([
      ['a-edge', 'edge'],
      ['a-mcx', 'agency'],
      ['a-edge-next', 'edge'],
    ]);
    const files = [...parse(await manifestText('edge')), ...parse(await manifestText('agency'))];
    const inFiles = ofKind(files, 'Service').flatMap(({ spec }) =>
      spec.ports.map(({ port, targetPort, nodePort, protocol }: Manifest) => {
        const from = spec.clusterIP ?? `${spec.type} ${spec.externalTrafficPolicy}`;
        return `${from}: ${protocol} ${nodePort} ${port} ${targetPort} of ${spec.selector['app.kubernetes.io/name']}`;
      }),
    );
    const names: Record<string, string> = { 'a-edge': 'edge', 'a-mcx': 'server' };
    const inRuns = cluster?.services.flatMap(({ clusterIp, externalTrafficPolicy, ports, endpoints: [pod = ''] }) =>
      ports.map(({ port, targetPort, nodePort, protocol = 'UDP' }) => {
        const from = clusterIp === 'None' ? clusterIp : `NodePort ${externalTrafficPolicy}`;
        return `${from}: ${protocol} ${nodePort} ${port} ${targetPort} of ${names[pod]}`;
      }),
    );
    expect(inRuns?.toSorted()).toEqual(inFiles.toSorted());
  });
});
