import { LabError } from '../errors.ts';
import { agencyZone, type DnsAgency, nextSerial } from './agency-zone.ts';
import { digestOf } from './cluster-variant.ts';
import { withoutZoneBlock, zoneFileName } from './corefile.ts';
import { explainRollout } from './explain-rollout.ts';
import { type Forward, forwardPorts } from './forward.ts';
import type { DnsPlanOptions, DnsVariant } from './options.ts';
import { performSteps, type Run, runCommand } from './perform.ts';
import { type DnsPlan, dnsPlan, planDefaults } from './plan.ts';
import { type BuiltInDns, readPresent, serialOf } from './present.ts';
import { restoreRevision } from './revision.ts';
import { separateName, serviceStep } from './separate-variant.ts';
import { kubectl, type Step } from './step.ts';
import { serving } from './verify.ts';
import { writeZone } from './zone.ts';

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
  forward: forwardPorts,
  say: (line) => process.stderr.write(`${line}\n`),
  nowS: () => Date.now() / 1000,
};

/** Everything that would be done, and every refusal, with nothing touched. */
export async function planDns(request: PatchRequest, tools: PatchTools = patchTools): Promise<DnsPlan> {
  const { variant, agencies, options } = request;
  const origin = options.origin ?? planDefaults.origin;
  const zoneFile = zoneFileName(origin);
  const serialFor = (nameserver: string, before: string | undefined): number => {
    // The same records need no other serial, and no other pods.
    const serial = serialOf(before);
    const { ttl } = { ...planDefaults, ...options };
    const again = serial === undefined ? '' : writeZone(agencyZone(agencies, { origin, nameserver, serial, ttl }));
    return serial !== undefined && again === before ? serial : nextSerial(tools.nowS(), serial);
  };
  if (variant === 'separate') {
    const { zone, nameserver } = await readSeparate(request, zoneFile, tools.run);
    const paper = dnsPlan(variant, agencies, { serial: 1, ...options });
    const address = nameserver ?? options.nameserver ?? paper.podDns.nameservers[0] ?? '';
    const serial = serialFor(address, zone);
    return dnsPlan(variant, agencies, { serial, ...options, nameserver: address });
  }
  const present = await readPresent(tools.run, zoneFile, options);
  refuseStrangersZone(present, zoneFile, origin);
  const { nameserver, image } = present;
  const serial = serialFor(nameserver, present.zone);
  return dnsPlan(variant, agencies, { serial, nameserver, image, ...options, present });
}

interface SeparateObject {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly clusterIP?: string };
}

/** What is there of a separate CoreDNS: nothing before the first time. */
async function readSeparate({ options }: PatchRequest, zoneFile: string, run: Run) {
  const { namespace = planDefaults.namespace } = options;
  const words = ['get', 'configmap,service', separateName, '--ignore-not-found', '-o', 'json'];
  const printed = await run(kubectl(options, '-n', namespace, ...words));
  const { items = [] } = JSON.parse(printed || '{}') as { items?: readonly SeparateObject[] };
  const of = (kind: string) => items.find((one) => one.kind === kind);
  return { zone: of('ConfigMap')?.data?.[zoneFile], nameserver: of('Service')?.spec?.clusterIP };
}

/** A key of this name that the patch did not write is somebody's own zone. */
function refuseStrangersZone(present: BuiltInDns, zoneFile: string, origin: string): void {
  const ours = present.record !== undefined || withoutZoneBlock(present.corefile, origin) !== present.corefile;
  if (present.zone === undefined || ours) return;
  throw new LabError('dns/key-taken', `the ConfigMap has a key ${zoneFile} already that this patch did not write`, {
    where: 'ConfigMap kube-system/coredns',
    next: `take it out, or choose another zone than ${origin}`,
    command: 'kubectl -n kube-system edit configmap coredns',
  });
}

/** Puts the zone in. Applied again it changes what has changed, and nothing twice; after a crash it goes on. */
export async function applyDns(request: PatchRequest, tools: PatchTools = patchTools): Promise<DnsPlan> {
  let plan = await planDns(request, tools);
  if (request.variant === 'separate') {
    const { namespace = planDefaults.namespace } = request.options;
    await performSteps([serviceStep({ ...request.options, namespace })], request.folder, tools);
    plan = await planDns(request, tools);
  } else if (plan.present?.settled === false) {
    // Somebody's rollout, or our own of a call that was killed: which pods are the old ones shows at its end.
    const status = ['-n', 'kube-system', 'rollout', 'status', 'deployment/coredns', '--timeout=60s'];
    await tools.run(kubectl(request.options, ...status)).catch(() => tools.say('it does not settle by itself'));
    plan = await planDns(request, tools);
  }
  try {
    await performSteps(plan.apply, request.folder, tools);
  } catch (error) {
    const { namespace = planDefaults.namespace } = request.options;
    throw await explainRollout(error, request.options, serving(request.variant, namespace), tools.run);
  }
  return plan;
}

/** Takes it out again; where nothing was put in, nothing is done. Says whether everything is as it was. */
export async function revertDns(
  request: PatchRequest,
  tools: PatchTools = patchTools,
): Promise<'nothing to take out' | 'as it was' | 'taken out'> {
  if (request.variant === 'separate' && !(await separateIsThere(request, tools.run))) return 'nothing to take out';
  const plan = await planDns(request, tools);
  const { present } = plan;
  // Only waiting is left: what another call, or another hand, has begun is not ours to wait for.
  if (present !== undefined && plan.forget.length === 0 && !plan.revert.some(changes)) return 'nothing to take out';
  await performSteps(plan.revert, request.folder, tools);
  if (present === undefined) return 'taken out';
  const restored =
    present.record === undefined || (await restoreRevision(tools.run, request.options, present.record.revision));
  await performSteps(plan.forget, request.folder, tools);
  const corefile = withoutZoneBlock(present.corefile, request.options.origin ?? planDefaults.origin);
  const same = restored && present.record?.corefile === digestOf(corefile);
  return same ? 'as it was' : 'taken out';
}

const changes = ({ command }: Step): boolean => command.includes('patch');

async function separateIsThere({ options }: PatchRequest, run: Run): Promise<boolean> {
  const { namespace = planDefaults.namespace } = options;
  const objects = ['deployment,service,configmap', separateName, '--ignore-not-found', '-o', 'name'];
  return (await run(kubectl(options, '-n', namespace, 'get', ...objects))).trim() !== '';
}
