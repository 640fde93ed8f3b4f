import { execa } from 'execa';

const quiet = execa({ reject: false, stdin: 'ignore', timeout: 5000 });

/** Why clusters cannot be made on this machine without a network; undefined when they can. */
export async function lackingForKind(nodeImage: string | undefined): Promise<string | undefined> {
  const version = await quiet('kind', ['version']);
  if (version.exitCode !== 0) return 'kind is not on PATH';
  const kubectl = await quiet('kubectl', ['version', '--client']);
  if (kubectl.exitCode !== 0) return 'kubectl is not on PATH';
  const engine = await quiet('docker', ['version', '--format', '{{.Server.Version}}']);
  if (engine.exitCode !== 0) return 'no container engine answers';
  if (nodeImage !== undefined) {
    const inspected = await quiet('docker', ['image', 'inspect', '--format', '{{.Id}}', nodeImage]);
    return inspected.exitCode === 0 ? undefined : `the node image ${nodeImage} is not on this machine`;
  }
  const images = await quiet('docker', ['images', '--quiet', 'kindest/node']);
  return images.exitCode === 0 && images.stdout.trim() !== '' ? undefined : 'no node image of kind is on this machine';
}
