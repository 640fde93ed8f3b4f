import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { lackingForKind } from '../fabric/kind/local.ts';
import { parseContexts, requireContexts } from '../fabric/kube/contexts.ts';
import { canIsolate } from '../fabric/netns/outer.ts';
import type { Plan } from './record/manifest.ts';

export async function labVersion(project: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '0';
  return String(version);
}

export interface FabricWanted {
  readonly fabric: string;
  /** `a=kind-a` */
  readonly contexts: readonly string[];
  readonly nodeImage: string | undefined;
  readonly keep: boolean;
}

/** Which fabric a run takes, and why: the first line printed, and part of the report. */
export async function chooseFabric(wanted: FabricWanted): Promise<Plan['fabric']> {
  const { fabric, keep } = wanted;
  const nodeImage = wanted.nodeImage ?? (process.env.LAB_KIND_NODE_IMAGE || undefined);
  const kind = { name: 'kind' as const, keep, ...(nodeImage === undefined ? {} : { nodeImage }) };
  if (fabric === 'netns') return { name: 'netns', reason: 'asked for with --fabric netns' };
  if (fabric === 'kind') return { ...kind, reason: 'asked for with --fabric kind' };
  if (fabric === 'kube') {
    await requireContexts(parseContexts(wanted.contexts));
    return { name: 'kube', reason: 'asked for with --fabric kube', contexts: [...wanted.contexts], keep };
  }
  const lacking = await lackingForKind(nodeImage);
  return lacking === undefined
    ? { ...kind, reason: 'an engine answers, kind is on PATH, and its node image is here' }
    : { name: 'netns', reason: `the embedded fabric, because ${lacking}` };
}

export const unknownFabric = (name: string) =>
  new LabError('FABRIC-UNAVAILABLE', `there is no fabric called ${name}`, {
    where: `--fabric ${name}`,
    next: 'Use the embedded fabric, kind, or clusters of your own (kube):',
    command: 'npm run lab -- contract --fabric netns',
  });

/** @throws LabError `FABRIC-PRIVILEGES` (inconclusive) when the embedded fabric cannot be had on this machine. */
export async function requireIsolation(): Promise<void> {
  const isolation = await canIsolate();
  if (isolation.how !== 'no') return;
  throw new LabError('FABRIC-PRIVILEGES', `this machine allows no namespaces: ${isolation.why ?? 'no reason given'}`, {
    exitCode: 3,
    next: 'See what is missing and what mends it:',
    command: 'npm run lab -- doctor',
  });
}
