import { LabError } from '../../errors.ts';
import { type Access, whereOf } from './cluster-access.ts';

export interface Failure {
  readonly access: Access;
  readonly said: string;
  readonly command: string;
  readonly missing?: boolean;
  readonly timedOut?: boolean;
  readonly cause?: unknown;
}

interface Case {
  readonly code: string;
  readonly says: RegExp;
  readonly exitCode: 2 | 3;
  readonly next: string;
  /** What to paste; the command that failed, where it says most. */
  command?(failure: Failure): string;
}

const contexts = ({ access }: Failure): string =>
  `kubectl ${access.kubeconfig === undefined ? '' : `--kubeconfig ${access.kubeconfig} `}config get-contexts`;

/** The ways in which a cluster refuses, by what kubectl says of them; the first that fits. */
const cases: readonly Case[] = [
  {
    code: 'kube-context-unknown',
    says: /context .* does not exist|context was not found|no context exists with the name/i,
    exitCode: 2,
    next: 'These contexts exist:',
    command: contexts,
  },
  {
    code: 'kube-unauthorized',
    says: /Unauthorized|must be logged in|provide credentials/i,
    exitCode: 3,
    next: 'The cluster does not know these credentials:',
    command: ({ access }) => `kubectl --context ${access.context} auth whoami`,
  },
  {
    code: 'kube-forbidden',
    says: /forbidden|cannot (?:get|list|create|patch|delete|update|watch) resource/i,
    exitCode: 3,
    next: 'The context lacks rights; what it may do:',
    command: ({ access }) => `kubectl --context ${access.context} auth can-i --list`,
  },
  {
    code: 'kube-node-port-taken',
    says: /provided port is already allocated/i,
    exitCode: 3,
    next: 'Another Service of the cluster has the node port:',
    command: ({ access }) => `kubectl --context ${access.context} get services --all-namespaces`,
  },
  {
    code: 'kube-unreachable',
    says: /connection to the server|connection refused|no route to host|i\/o timeout|Unable to connect|TLS handshake|EOF$/i,
    exitCode: 3,
    next: 'The API server does not answer:',
    command: ({ access }) => `kubectl --context ${access.context} cluster-info`,
  },
];

/** An error of kubectl as the lab tells it: what failed, on which cluster, and the command to paste. */
export function explain(failure: Failure): LabError {
  const { access, said, command, missing = false, timedOut = false, cause } = failure;
  const where = whereOf(access);
  if (missing) {
    return new LabError('kubectl-missing', 'kubectl is not on PATH', {
      exitCode: 3,
      next: 'See what is missing and what mends it:',
      command: 'npm run lab -- doctor',
      cause,
    });
  }
  const found = cases.find(({ says }) => says.test(said));
  if (found === undefined) {
    const what = timedOut ? `kubectl did not end in time: ${lastLine(said)}` : lastLine(said);
    return new LabError(timedOut ? 'kube-timeout' : 'kube-failed', what, {
      where,
      exitCode: 3,
      next: 'the command that failed:',
      command,
      cause,
    });
  }
  return new LabError(found.code, lastLine(said), {
    where,
    exitCode: found.exitCode,
    next: found.next,
    command: found.command?.(failure) ?? command,
    cause,
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
