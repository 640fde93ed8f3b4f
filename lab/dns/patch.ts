import { z } from 'zod';
import { LabError } from '../errors.ts';
import { type DnsAgency, nextSerial } from './agency-zone.ts';
import { askByTcp } from './ask.ts';
import { zoneFileName } from './corefile.ts';
import { type Forward, forwardPort } from './forward.ts';
import type { DnsPlanOptions, DnsVariant } from './options.ts';
import { performSteps, type Run, runCommand } from './perform.ts';
import { type DnsPlan, dnsPlan, planDefaults } from './plan.ts';
import { readPresent, serialOf } from './present.ts';
import { kubectl } from './step.ts';
import { answerText, type DnsProof, dnsProofs, proves, serving } from './verify.ts';

/** The patch against one cluster. */
export interface PatchRequest {
  readonly variant: DnsVariant;
  readonly agencies: readonly DnsAgency[];
  readonly options: Partial<DnsPlanOptions>;
  /** Where the files of the patch and the copies of what was there are kept. */
  readonly folder: string;
}

/** How the patch reaches the cluster and its reader; tests put their own in. */
export interface PatchTools {
  readonly run: Run;
  readonly forward: Forward;
  readonly say: (line: string) => void;
  readonly nowS: () => number;
}

export const patchTools: PatchTools = {
  run: runCommand,
  forward: forwardPort,
  say: (line) => process.stderr.write(`${line}\n`),
  nowS: () => Date.now() / 1000,
};

/** Puts the zone in. Applied again it changes what has changed, and nothing twice. */
export async function applyDns(request: PatchRequest, tools: PatchTools = patchTools): Promise<DnsPlan> {
  const plan = await planFor(request, tools);
  await performSteps(plan.apply, request.folder, tools.run, tools.say);
  return plan;
}

/** Takes it out again; where nothing was put in, nothing is done. */
export async function revertDns(request: PatchRequest, tools: PatchTools = patchTools): Promise<boolean> {
  const plan = await planFor(request, tools);
  if (plan.present !== undefined && plan.present.zone === undefined && plan.present.corefile !== plan.corefile) {
    tools.say('nothing to take out');
    return false;
  }
  await performSteps(plan.revert, request.folder, tools.run, tools.say);
  return true;
}

async function planFor({ variant, agencies, options }: PatchRequest, tools: PatchTools): Promise<DnsPlan> {
  if (variant === 'separate') return dnsPlan(variant, agencies, { serial: nextSerial(tools.nowS()), ...options });
  const zoneFile = zoneFileName(options.origin ?? planDefaults.origin);
  const present = await readPresent(tools.run, zoneFile, options.context);
  const serial = nextSerial(tools.nowS(), serialOf(present.zone));
  return dnsPlan(variant, agencies, { serial, ...options, present });
}

export interface DnsCheck extends DnsProof {
  readonly pod: string;
  readonly seen: string;
  readonly same: boolean;
}

const podsSchema = z.object({
  items: z.array(z.object({ metadata: z.object({ name: z.string(), deletionTimestamp: z.string().optional() }) })),
});

/** Asks every pod that answers for the zone, one by one: behind the Service an old one could hide. */
export async function verifyDns(request: PatchRequest, tools: PatchTools = patchTools): Promise<DnsCheck[]> {
  const { context, namespace = planDefaults.namespace } = request.options;
  const { origin, clusterDomain } = { ...planDefaults, ...request.options };
  const at = serving(request.variant, namespace);
  const list = kubectl(context, '-n', at.namespace, 'get', 'pods', '-l', at.selector, '-o', 'json');
  const pods = podsSchema
    .parse(JSON.parse(await tools.run(list)))
    .items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
  if (pods.length === 0)
    throw new LabError('dns/no-pods', `no pod has the label ${at.selector}`, { where: at.namespace });
  const proofs = dnsProofs(request.agencies, origin, clusterDomain);
  const checks: DnsCheck[] = [];
  for (const pod of pods) {
    const forwarded = { context, namespace: at.namespace, pod, port: at.port };
    // All at once: a name that is sent on to a dead upstream takes seconds.
    const ask = (port: number) => Promise.all(proofs.map((proof) => check(pod, port, proof)));
    checks.push(...(await tools.forward(forwarded, ask)));
  }
  return checks;
}

async function check(pod: string, port: number, proof: DnsProof): Promise<DnsCheck> {
  const seen = await askByTcp(port, proof.name, proof.type).then(
    (answer) => answerText(answer, proof.type),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  return { ...proof, pod, seen, same: proves(proof, seen) };
}
