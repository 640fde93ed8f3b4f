import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { lackingForKind } from '../../lab/fabric/kind/local.ts';
import { outerCommand } from '../../lab/fabric/netns/outer.ts';
import { benchClusters } from './kind.ts';
import { median, ms, say } from './print.ts';

const repetitions = 7;
const limitMs = 300;
const onceSchema = z.object({ up: z.number(), arrived: z.number() });
type Once = z.infer<typeof onceSchema> & { readonly whole: number };

/** Two clusters from nothing until a packet of a pod of A has arrived at a pod of B, through B's NodePort. */
export async function benchFabric(project: string, scratch: string): Promise<void> {
  const found = [];
  for (let n = 0; n < repetitions; n++) found.push(await once(project, scratch));
  const arrived = found.map((one) => one.arrived);
  const middle = median(arrived);
  say(`  asked for .. packet at b-edge: median ${ms(middle)}, worst ${ms(Math.max(...arrived))}; limit ${ms(limitMs)}`);
  say(`  of that, building the fabric:  median ${ms(median(found.map((one) => one.up)))}`);
  say(`  from the outer namespace's start, Node's own included: median ${ms(median(found.map((one) => one.whole)))}`);
  say(`  (${repetitions} repetitions, each in an outer namespace of its own)`);
  const lacking = await lackingForKind(process.env.LAB_KIND_NODE_IMAGE || undefined);
  if (lacking !== undefined) return say(`  kind: not measured, because ${lacking}`);
  await benchClusters(scratch);
  const onKind = await measure([process.execPath, program(project), scratch, 'kind'], project, 600_000);
  const times = (onKind.arrived / middle).toFixed(0);
  say(`  kind, from nothing until a packet at b-edge: ${ms(onKind.arrived)}, ${times} times what netns takes`);
}

async function once(project: string, scratch: string): Promise<Once> {
  const folder = await mkdtemp(join(scratch, 'fabric-'));
  return measure(outerCommand([process.execPath, program(project), folder, 'netns']), project, 20_000);
}

const program = (project: string) => join(project, '.ci', 'bench', 'fabric-once.ts');

async function measure([command = '', ...args]: readonly string[], project: string, timeout: number): Promise<Once> {
  const started = performance.now();
  const child = execa(command, args, { cwd: project, stdin: 'ignore', timeout });
  let whole = 0;
  child.stdout.once('data', () => {
    whole = performance.now() - started;
  });
  const { stdout } = await child;
  return { ...onceSchema.parse(JSON.parse(stdout)), whole };
}
