import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { LabError } from '../../errors.ts';
import { explainKind, nodeImageMissing } from './explain.ts';

const kind = execa({ reject: false, stdin: 'ignore' });
const CREATE_MS = 600_000;
const ENGINE_MS = 30_000;

export async function listClusters(): Promise<readonly string[]> {
  const args = ['get', 'clusters'];
  const { exitCode, stdout, stderr, code } = await kind('kind', args);
  if (exitCode !== 0) throw explainKind({ args, said: stderr, missing: code === 'ENOENT' });
  return stdout.split('\n').filter((line) => line !== '');
}

/** kind itself tries four times, for a minute and more, where no registry answers. @throws LabError `kind-node-image` */
export async function requireNodeImage(image: string): Promise<void> {
  if ((await kind('docker', ['image', 'inspect', image])).exitCode === 0) return;
  const { exitCode, stderr } = await kind({ timeout: CREATE_MS })('docker', ['pull', '--quiet', image]);
  if (exitCode !== 0) throw nodeImageMissing(image, stderr);
}

/**
 * kind's own wait is for the API server alone; the lab waits for what it needs. Nodes of a failed attempt are retained,
 * so that they can say why.
 */
export async function createCluster(
  name: string,
  config: string,
  kubeconfig: string,
  nodeImage: string | undefined,
): Promise<void> {
  if (nodeImage !== undefined) await requireNodeImage(nodeImage);
  const image = nodeImage === undefined ? [] : ['--image', nodeImage];
  const files = ['--config', config, '--kubeconfig', kubeconfig];
  const args = ['create', 'cluster', '--name', name, ...files, ...image, '--wait', '0s', '--retain'];
  const { exitCode, stderr, code, timedOut } = await kind({ timeout: CREATE_MS })('kind', args);
  if (exitCode === 0) return;
  throw explainKind({
    args,
    said: timedOut ? `did not end in ${CREATE_MS / 1000} s` : stderr,
    missing: code === 'ENOENT',
  });
}

export async function deleteCluster(name: string, kubeconfig: string): Promise<void> {
  const args = ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig];
  const { exitCode, stderr } = await kind('kind', args);
  if (exitCode !== 0) throw explainKind({ args, said: stderr });
}

/** The best that can be had of a cluster that failed; that it cannot be had is no further failure. */
export async function exportLogs(name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await kind({ timeout: 60_000 })('kind', ['export', 'logs', '--name', name, folder]);
}

export async function kindVersion(): Promise<string> {
  const { exitCode, stdout, code } = await kind('kind', ['version']);
  if (exitCode === 0) return stdout.trim();
  throw explainKind({ args: ['version'], said: '', missing: code === 'ENOENT' });
}

/** @throws LabError `kind-engine` when no engine answers. */
export async function requireEngine(patienceMs = ENGINE_MS): Promise<void> {
  const asked = ['version', '-f', '{{.Server.Version}}'];
  const { exitCode, stderr, code, timedOut } = await kind({ timeout: patienceMs })('docker', asked);
  if (exitCode === 0) return;
  const why = code === 'ENOENT' ? 'docker is not on PATH' : timedOut ? `not in ${patienceMs / 1000} s` : stderr.trim();
  throw new LabError('kind-engine', `no engine answers: ${why}`, {
    exitCode: 3,
    next: 'See what is missing and what mends it:',
    command: 'npm run lab -- doctor',
  });
}
