import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import type { DnsAgency } from './agency-zone.ts';
import { builtInCorefile, withZoneBlock } from './corefile.ts';
import { dnsPlan } from './plan.ts';
import { askedBefore } from './pod-dns.ts';
import { stepLine } from './step.ts';
import { dnsProofs } from './verify.ts';

const agencies: DnsAgency[] = [
  {
    name: 'a',
    domain: 'a.mcx.test',
    interconnectDomain: 'ic.a.mcx.test',
    node: '172.18.0.2',
    clientPort: 30060,
    interconnectPort: 30070,
  },
];

describe("the cluster's own CoreDNS", () => {
  const plan = dnsPlan('cluster', agencies, { serial: 7 });

  test('what kubectl is told, in order', () => {
    expect(plan.kubectl).toEqual([
      'kubectl -n kube-system get configmap coredns -o json > coredns-configmap.before.json',
      'kubectl -n kube-system get deployment coredns -o json > coredns-deployment.before.json',
      'kubectl -n kube-system patch configmap coredns --type merge --patch-file coredns-configmap.patch.yaml',
      "kubectl -n kube-system patch deployment coredns --type json -p '" +
        '[{"op":"test","path":"/spec/template/spec/volumes/0/name","value":"config-volume"},' +
        '{"op":"add","path":"/spec/template/spec/volumes/0/configMap/items/-",' +
        '"value":{"key":"db.mcx.test","path":"db.mcx.test"}},' +
        '{"op":"add","path":"/spec/template/metadata/annotations","value":{"mcx.test/zone-serial":"7"}}]\'',
      'kubectl -n kube-system rollout status deployment/coredns --timeout=60s',
    ]);
  });

  test('the patch file holds both files, and the zone has the serial', () => {
    const file = plan.apply.find(({ file }) => file !== undefined)?.file;
    expect(parse(file?.text ?? '')).toMatchObject({ data: { Corefile: plan.corefile, 'db.mcx.test': plan.zone } });
    expect(plan.zone).toContain('( 7 60 30 600 5 )');
    expect(plan.corefile).toBe(withZoneBlock(builtInCorefile(), 'mcx.test'));
  });

  const present = {
    corefile: plan.corefile,
    zone: plan.zone,
    volumeIndex: 1,
    volumeItems: ['Corefile', 'db.mcx.test'],
    templateAnnotations: { 'mcx.test/zone-serial': '7', 'somebody/else': 'x' },
    pods: ['coredns-1', 'coredns-2'],
  };

  test('patched already, another zone: no second item, no second copy of the original, new pods', () => {
    const again = dnsPlan('cluster', agencies, { serial: 8, present });
    expect(again.corefile).toBe(plan.corefile);
    expect(again.kubectl).toEqual([
      'kubectl -n kube-system patch configmap coredns --type merge --patch-file coredns-configmap.patch.yaml',
      "kubectl -n kube-system patch deployment coredns --type json -p '" +
        '[{"op":"add","path":"/spec/template/metadata/annotations/mcx.test~1zone-serial","value":"8"}]\'',
      'kubectl -n kube-system rollout status deployment/coredns --timeout=60s',
      'kubectl -n kube-system wait --for=delete pod/coredns-1 pod/coredns-2 --timeout=60s',
    ]);
  });

  test('patched already, the same zone: nothing but the wait, for pods that are ending', () => {
    const again = dnsPlan('cluster', agencies, { serial: 7, present: { ...present, ending: ['coredns-0'] } });
    expect(again.kubectl).toEqual([
      'kubectl -n kube-system rollout status deployment/coredns --timeout=60s',
      'kubectl -n kube-system wait --for=delete pod/coredns-0 --timeout=60s',
    ]);
  });

  test('the way back: the block, then the volume, and the zone last, when no pod mounts it', () => {
    const { revert, forget } = dnsPlan('cluster', agencies, { present });
    const [map, volume, ...rest] = revert;
    expect(parse(map?.file?.text ?? '')).toEqual({ data: { Corefile: builtInCorefile() } });
    const operations: unknown = JSON.parse(volume?.command.at(-1) ?? '');
    expect(operations).toEqual([
      { op: 'test', path: '/spec/template/spec/volumes/1/configMap/items/1/key', value: 'db.mcx.test' },
      { op: 'remove', path: '/spec/template/spec/volumes/1/configMap/items/1' },
      { op: 'remove', path: '/spec/template/metadata/annotations/mcx.test~1zone-serial' },
    ]);
    expect(rest.map(stepLine)).toEqual([
      'kubectl -n kube-system rollout status deployment/coredns --timeout=60s',
      'kubectl -n kube-system wait --for=delete pod/coredns-1 pod/coredns-2 --timeout=60s',
    ]);
    // null takes a key out in a merge patch.
    expect(forget.map(({ file }) => parse(file?.text ?? ''))).toEqual([
      { metadata: { annotations: { 'mcx.test/dns-patch': null } }, data: { 'db.mcx.test': null } },
    ]);
  });

  test('on paper the way back begins where apply ends', () => {
    const lines = [...plan.revert, ...plan.forget].map(({ title }) => title);
    expect(lines).toEqual([
      'the Corefile as it was',
      'the pods as they were, which makes new ones',
      'wait for the new pods',
      'the ConfigMap as it was',
    ]);
  });

  test('a context goes into every command', () => {
    const named = dnsPlan('cluster', agencies, { context: 'kind-a' });
    for (const step of [...named.apply, ...named.revert]) expect(stepLine(step)).toMatch(/^kubectl --context kind-a /);
  });
});

describe('a separate CoreDNS', () => {
  const plan = dnsPlan('separate', agencies, { serial: 7, namespace: 'team', image: 'coredns:test' });
  const manifests = parseAllDocuments(plan.apply[0]?.file?.text ?? '').map((document) => document.toJS());

  test('nothing outside the namespace is touched', () => {
    for (const step of [...plan.apply, ...plan.revert])
      expect(step.command.slice(0, 3)).toEqual(['kubectl', '-n', 'team']);
    for (const manifest of manifests) expect(manifest.metadata.namespace).toBe('team');
    expect(manifests.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Service', 'Deployment']);
  });

  test('UDP and TCP, both to the unprivileged port', () => {
    const [, service] = manifests;
    expect(service.spec.ports.map(({ protocol }: { protocol: string }) => protocol)).toEqual(['UDP', 'TCP']);
    for (const port of service.spec.ports) expect(port).toMatchObject({ port: 53, targetPort: 1053 });
  });

  test('pods that PodSecurity restricted admits', () => {
    const { spec } = manifests[2].spec.template;
    expect(spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0]).toMatchObject({
      image: 'coredns:test',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
    });
  });

  test('the zone record of the nameserver is the Service, not the built-in one', () => {
    expect(manifests[1].spec.clusterIP).toBe('10.96.0.53');
    expect(plan.zone).toContain('ns.mcx.test. IN A 10.96.0.53\n');
    expect(plan.podDns).toMatchObject({ dnsPolicy: 'None', nameservers: ['10.96.0.53'] });
  });

  test('another serial makes other pods', () => {
    const other = dnsPlan('separate', agencies, { serial: 8, namespace: 'team', image: 'coredns:test' });
    expect(other.apply[0]?.file?.text).not.toBe(plan.apply[0]?.file?.text);
    expect(other.apply[0]?.file?.text).toContain('mcx.test/zone-serial: "8"');
  });
});

describe('what the pods are told', () => {
  test('with ndots 2 a partner’s name is asked for as it is', () => {
    expect(dnsPlan('cluster', agencies).podDns).toEqual({
      dnsPolicy: 'ClusterFirst',
      nameservers: ['10.96.0.10'],
      search: ['mcx.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 2,
      askedBefore: [],
    });
  });

  test('with kubelet’s ndots 5 three denials come first', () => {
    expect(dnsPlan('cluster', agencies, { ndots: 5 }).podDns.askedBefore).toEqual([
      'ic.a.mcx.test.mcx.svc.cluster.local',
      'ic.a.mcx.test.svc.cluster.local',
      'ic.a.mcx.test.cluster.local',
    ]);
    expect(askedBefore('_sip._udp.ic.a.mcx.test', ['cluster.local'], 5)).toEqual([]);
  });
});

test('the proofs: every name of every agency, one that must not be there, one of the cluster', () => {
  expect(dnsProofs(agencies, 'mcx.test', 'cluster.local')).toEqual([
    { name: 'node-a.mcx.test', type: 'A', answer: '172.18.0.2' },
    { name: '_sip._udp.a.mcx.test', type: 'SRV', answer: '10 50 30060 node-a.mcx.test.' },
    { name: 'ic.a.mcx.test', type: 'NAPTR', answer: '10 10 "s" "SIP+D2U" "" _sip._udp.ic.a.mcx.test.' },
    { name: '_sip._udp.ic.a.mcx.test', type: 'SRV', answer: '10 50 30070 node-a.mcx.test.' },
    { name: 'no-such-name.mcx.test', type: 'A', answer: 'NXDOMAIN' },
    { name: 'kubernetes.default.svc.cluster.local', type: 'A', answer: 'any address' },
  ]);
  const [agency] = agencies;
  const otherBorders = [{ domain: 'pod.a.mcx.test', port: 5060, address: '10.244.0.6' }];
  expect(dnsProofs(agency ? [{ ...agency, otherBorders }] : [], 'mcx.test', 'cluster.local').slice(4, 6)).toEqual([
    { name: 'pod.a.mcx.test', type: 'NAPTR', answer: '10 10 "s" "SIP+D2U" "" _sip._udp.pod.a.mcx.test.' },
    { name: '_sip._udp.pod.a.mcx.test', type: 'SRV', answer: '10 50 5060 border-a.mcx.test.' },
  ]);
  const { verify } = dnsPlan('separate', agencies);
  expect(verify[0]?.command).toContain('15353:1053');
  expect(verify.at(-1)?.command).toContain('kubernetes.default.svc.cluster.local');
});

test('words that a shell would read are quoted', () => {
  expect(stepLine({ title: '', command: ['kubectl', "it's", '$x'], output: 'a b' })).toBe(
    "kubectl 'it'\\''s' '$x' > 'a b'",
  );
});
