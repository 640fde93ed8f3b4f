import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { canIsolate } from '../fabric/netns/outer.ts';
import type { Plan } from './manifest.ts';

export async function labVersion(project: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '0';
  return String(version);
}

/** Which fabric a run takes, and why: the first line printed, and part of the report. */
export function chooseFabric(wanted: string): Plan['fabric'] {
  if (wanted === 'netns') return { name: 'netns', reason: 'asked for with --fabric netns' };
  if (wanted === 'auto')
    return { name: 'netns', reason: 'this version carries the embedded fabric alone; kind and kube are not built yet' };
  throw new LabError('FABRIC-UNAVAILABLE', `this version has no fabric called ${wanted}`, {
    where: `--fabric ${wanted}`,
    next: 'Use the embedded fabric:',
    command: 'npm run lab -- run --fabric netns',
  });
}

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
