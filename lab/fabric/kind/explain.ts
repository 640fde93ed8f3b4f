import { LabError } from '../../errors.ts';

export interface KindFailure {
  readonly args: readonly string[];
  readonly said: string;
  readonly missing?: boolean;
}

/** Set-up that failed decides nothing about the system: exit code 3, and the command to see it again. */
export function explainKind({ args, said, missing = false }: KindFailure): LabError {
  const command = ['kind', ...args].join(' ');
  if (missing) {
    return new LabError('kind-missing', 'kind is not on PATH', {
      exitCode: 3,
      next: 'See what is missing and what mends it:',
      command: 'npm run lab -- doctor',
    });
  }
  const error = errorLine(said);
  if (
    /Cannot connect to the Docker daemon|docker daemon running|failed to connect to the docker API|error during connect/i.test(
      said,
    )
  ) {
    return new LabError('kind-engine', `no engine answers: ${error}`, {
      exitCode: 3,
      next: 'See what is missing and what mends it:',
      command: 'npm run lab -- doctor',
    });
  }
  const image = /failed to pull image "?([^"\s:]+(?::[^"\s]+)?)"?/i.exec(said)?.[1];
  if (image !== undefined) return nodeImageMissing(image, '');
  return new LabError('kind-failed', `${command.split(' --')[0]} failed: ${error}`, {
    exitCode: 3,
    next: 'the command that failed:',
    command,
  });
}

/** @param said what the engine says of it; may be empty. */
export function nodeImageMissing(image: string, said: string): LabError {
  const why = said.trim().split('\n').at(-1) ?? '';
  const what = `the node image ${image} is not here and cannot be pulled${why === '' ? '' : `: ${why}`}`;
  return new LabError('kind-node-image', what, {
    exitCode: 3,
    next: 'Name one that is here with --node-image or LAB_KIND_NODE_IMAGE; these are:',
    command: 'docker image ls',
  });
}

/** kind says `ERROR: failed to create cluster: …` among much else. */
function errorLine(said: string): string {
  const lines = said.trim().split('\n');
  return (lines.find((line) => line.startsWith('ERROR:')) ?? lines.at(-1) ?? '').replace(/^ERROR: /, '').trim();
}
