import type { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';
import { execa } from 'execa';
import { LabError } from '../errors.ts';
import { type Access, kubectl, shellLine } from './step.ts';

/** Ports of a pod on the loopback, for as long as `use` takes; `use` is given where each one is. */
export type Forward = <T>(pod: PodPorts, use: (portOf: (port: number) => number) => Promise<T>) => Promise<T>;

export interface PodPorts extends Access {
  readonly namespace: string;
  readonly pod: string;
  readonly ports: readonly number[];
}

/** By `kubectl port-forward`, which says on a line for each port which one it took. */
export const forwardPorts: Forward = async (pod, use) => {
  const words = ['-n', pod.namespace, 'port-forward', `pod/${pod.pod}`, ...pod.ports.map((port) => `:${port}`)];
  const command = kubectl(pod, ...words);
  const [program = '', ...args] = command;
  const process = execa(program, args, { reject: false });
  try {
    const taken = await takenPorts(process.stdout, pod.ports.length);
    if (taken.size === pod.ports.length) return await use((port) => taken.get(port) ?? 0);
    const { stderr } = await process;
    throw new LabError('dns/forward', stderr.trim() || 'kubectl port-forward ended', {
      where: `${pod.namespace}/${pod.pod}`,
      next: 'try it by hand:',
      command: shellLine(command),
      exitCode: 3,
    });
  } finally {
    process.kill();
    await process;
  }
};

/** From the pod's port to the one on the loopback; fewer than wanted: the output ended before. */
export function takenPorts(output: Readable, wanted: number): Promise<Map<number, number>> {
  return new Promise((resolve) => {
    let text = '';
    const found = (): Map<number, number> => {
      const lines = text.matchAll(/^Forwarding from 127\.0\.0\.1:(\d+) -> (\d+)\n/gm);
      return new Map([...lines].map(([, here, there]) => [Number(there), Number(here)]));
    };
    output.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (found().size === wanted) resolve(found());
    });
    output.on('end', () => resolve(found()));
  });
}
