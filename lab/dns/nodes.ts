import { z } from 'zod';
import { LabError } from '../errors.ts';
import type { Run } from './perform.ts';
import { type Access, kubectl } from './step.ts';

const nodesSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      status: z.object({
        addresses: z.array(z.object({ type: z.string(), address: z.string() })),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).optional(),
      }),
    }),
  ),
});

/** The address that shows a cluster's node ports to the outside: that of its first node that is ready. */
export async function nodeAddress(run: Run, agency: string, access: Access): Promise<string> {
  const command = kubectl(access, 'get', 'nodes', '-o', 'json');
  const text = await run(command).catch((error: unknown) => {
    if (error instanceof LabError && error.message.includes('(Forbidden)')) throw unknown(agency, error.message);
    throw error;
  });
  const ready = nodesSchema
    .parse(JSON.parse(text))
    .items.filter(({ status }) => status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'))
    .sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const address = ready[0]?.status.addresses.find(({ type }) => type === 'InternalIP')?.address;
  if (address === undefined) throw unknown(agency, 'no node is ready and has an InternalIP');
  return address;
}

function unknown(agency: string, why: string): LabError {
  return new LabError('dns/node-unknown', `which node shows the node ports of agency ${agency} is not known: ${why}`, {
    next: 'say its address:',
    command: `--node ${agency}=ADDRESS`,
    exitCode: 2,
  });
}
