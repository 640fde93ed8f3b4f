import { z } from 'zod';
import { LabError } from '../errors.ts';
import { askByTcp } from './ask.ts';
import type { PatchRequest, PatchTools } from './patch.ts';
import { performSteps } from './perform.ts';
import { planDefaults } from './plan.ts';
import { type DnsTarget, relayManifests, relayName, relayPorts } from './relay.ts';
import { documents } from './separate-variant.ts';
import { kubectl, type Step } from './step.ts';
import { answerText, type DnsProof, dnsProofs, proves, serving } from './verify.ts';

/** One proof, asked of one pod (or of the Service) by one protocol. */
export interface DnsCheck extends DnsProof {
  readonly pod: string;
  readonly protocol: 'udp' | 'tcp';
  readonly seen: string;
  readonly same: boolean;
}

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }),
      spec: z.object({ containers: z.array(z.object({ image: z.string() })) }),
      status: z.object({ podIP: z.string().optional() }),
    }),
  ),
});

/**
 * Asks every pod that answers for the zone, one by one and by both protocols: behind the Service an old one could
 * hide. Then the Service itself.
 */
export async function verifyDns(request: PatchRequest, tools: PatchTools): Promise<DnsCheck[]> {
  const { namespace = planDefaults.namespace } = request.options;
  const { origin, clusterDomain } = { ...planDefaults, ...request.options };
  const at = serving(request.variant, namespace);
  const kube = (...words: string[]): string[] => kubectl(request.options, '-n', at.namespace, ...words);
  const { items } = podsSchema.parse(JSON.parse(await tools.run(kube('get', 'pods', '-l', at.selector, '-o', 'json'))));
  const pods = items.filter(({ metadata, status }) => metadata.deletionTimestamp === undefined && status.podIP);
  const image = pods[0]?.spec.containers[0]?.image;
  if (image === undefined)
    throw new LabError('dns/no-pods', `no pod with the label ${at.selector} has an address`, {
      where: `namespace ${at.namespace}`,
      next: 'has the patch been applied? What there is:',
      command: kube('get', 'pods', '-o', 'wide').join(' '),
      exitCode: 3,
    });
  const service = (await tools.run(kube('get', 'service', at.service, '-o', 'jsonpath={.spec.clusterIP}'))).trim();
  const ports = relayPorts([
    ...pods.map(
      ({ metadata, status }): DnsTarget => ({ name: metadata.name, address: status.podIP ?? '', port: at.port }),
    ),
    { name: `Service ${at.service}`, address: service, port: 53 },
  ]);
  const proofs = dnsProofs(request.agencies, origin, clusterDomain);
  const gone = kube('delete', 'pod,configmap', relayName, '--ignore-not-found', '--grace-period=0', '--wait=true');
  // What a verification that was killed has left has other ports in it.
  await tools.run(gone);
  try {
    await performSteps(relaySteps(kube, documents(relayManifests(at.namespace, image, ports))), request.folder, tools);
    const relay = { ...request.options, namespace: at.namespace, pod: relayName, ports: ports.map(({ port }) => port) };
    // All at once: a name that is sent on to a dead upstream takes seconds.
    return await tools.forward(relay, (portOf) =>
      Promise.all(
        ports.flatMap(({ target, protocol, port }) =>
          proofs.map((proof) => check({ pod: target.name, protocol }, portOf(port), proof)),
        ),
      ),
    );
  } finally {
    await tools.run(gone);
  }
}

function relaySteps(kube: (...words: string[]) => string[], text: string): Step[] {
  const name = `${relayName}.yaml`;
  return [
    { title: 'a pod that asks', command: kube('apply', '-f', name), file: { name, text } },
    {
      title: 'wait for it',
      command: kube('wait', '--for=condition=Ready', `pod/${relayName}`, '--timeout=60s'),
    },
  ];
}

async function check(
  asked: { readonly pod: string; readonly protocol: 'udp' | 'tcp' },
  port: number,
  proof: DnsProof,
): Promise<DnsCheck> {
  const seen = await askByTcp(port, proof.name, proof.type, 15_000).then(
    (answer) => answerText(answer, proof.type),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { ...proof, ...asked, seen, same: proves(proof, seen) };
}
