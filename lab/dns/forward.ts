import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { kubectl, shellLine } from './step.ts';

/** A port of a pod on the loopback, for as long as `use` takes. */
export type Forward = <T>(pod: PodPort, use: (port: number) => Promise<T>) => Promise<T>;

export interface PodPort {
  readonly context: string | undefined;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** By `kubectl port-forward`, which says on its first line which port it took. */
export const forwardPort: Forward = async ({ context, namespace, pod, port }, use) => {
  const command = kubectl(context, '-n', namespace, 'port-forward', `pod/${pod}`, `:${port}`);
  const [program = '', ...args] = command;
  const process = execa(program, args, { reject: false });
  try {
    const taken = await portOf(process.stdout);
    if (taken !== undefined) return await use(taken);
    const { stderr } = await process;
    throw new LabError('dns/forward', stderr.trim() || 'kubectl port-forward ended', {
      where: `${namespace}/${pod}`,
      command: shellLine(command),
      exitCode: 3,
    });
  } finally {
    process.kill();
    await process;
  }
};

/** undefined: the output ended without naming a port. */
function portOf(output: Readable): Promise<number | undefined> {
  return new Promise((resolve) => {
    let text = '';
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const taken = /^Forwarding from 127\.0\.0\.1:(\d+)/m.exec(text)?.[1];
      if (taken !== undefined) resolve(Number(taken));
    });
    output.on('end', () => resolve(undefined));
  });
}
