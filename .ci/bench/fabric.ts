import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { outerCommand } from '../../lab/fabric/netns/outer.ts';
import { kindSeconds } from './kind.ts';
import { median, ms, NotMeasured, say } from './print.ts';

const repetitions = 7;
const limitMs = 300;
const onceSchema = z.object({ up: z.number(), arrived: z.number() });

/** Two clusters from nothing until a packet of a pod of A has arrived at a pod of B, through B's NodePort. */
export async function benchFabric(project: string, scratch: string, withKind: boolean): Promise<void> {
  const found = [];
  for (let n = 0; n < repetitions; n++) found.push(await once(project, scratch));
  const arrived = found.map((one) => one.arrived);
  const middle = median(arrived);
  say(`  asked for .. packet at b-edge: median ${ms(middle)}, worst ${ms(Math.max(...arrived))}; limit ${ms(limitMs)}`);
  say(`  of that, building the fabric:  median ${ms(median(found.map((one) => one.up)))}`);
  say(`  from the outer namespace's start, Node's own included: median ${ms(median(found.map((one) => one.whole)))}`);
  say(`  (${repetitions} repetitions, each in an outer namespace of its own)`);
  try {
    const seconds = await kindSeconds(withKind);
    say(
      `  kind, two clusters until a packet: ${seconds.toFixed(1)} s, ${((seconds * 1000) / middle).toFixed(0)} times`,
    );
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    say(`  kind, two clusters until a packet: not measured: ${error.message}`);
  }
}

async function once(project: string, scratch: string): Promise<{ up: number; arrived: number; whole: number }> {
  const folder = await mkdtemp(join(scratch, 'fabric-'));
  const [command = '', ...args] = outerCommand([
    process.execPath,
    join(project, '.ci', 'bench', 'fabric-once.ts'),
    folder,
  ]);
  const started = performance.now();
  const child = execa(command, args, { cwd: project, stdin: 'ignore', timeout: 20_000 });
  let whole = 0;
  child.stdout.once('data', () => {
    whole = performance.now() - started;
  });
  const { stdout } = await child;
  return { ...onceSchema.parse(JSON.parse(stdout)), whole };
}
