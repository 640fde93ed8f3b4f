import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import type { processSchema } from '../config.ts';
import { configOfPod } from './pod-config.ts';

export interface Configured {
  readonly process: z.infer<typeof processSchema>;
}

/** Loaded only when something is to be checked: loading the schemas takes longer than all the rest of a start. */
export type Schema<C> = () => Promise<z.ZodType<C>>;

export interface Start<C> {
  readonly name: string;
  /** Unix socket of the control channel. */
  readonly control: string;
  /** undefined: rests until it is configured. */
  readonly config: C | undefined;
  /** A configuration that comes later; rejects what is none. */
  check(config: unknown): Promise<C>;
}

const use = 'use: node main.ts CONFIG.json | --rest NAME SOCKET';

/**
 * `CONFIG.json`: begins with that configuration, which may name the pod's own variables (`pod-config.ts`). `--rest NAME
 * SOCKET`: waits for `configure`, and takes it from whoever may open the socket without checking it again.
 */
export async function readArguments<C extends Configured>(
  [first, name, control]: readonly string[],
  schema: Schema<C>,
): Promise<Start<C>> {
  if (first === undefined) return refuse(use);
  if (first !== '--rest') {
    const config = await readConfig(first, schema);
    const check = async (value: unknown) => (await schema()).parse(value);
    return { ...config.process, config, check };
  }
  if (name === undefined || control === undefined) return refuse(use);
  return { name, control, config: undefined, check: async (value) => value as C };
}

async function readConfig<C>(path: string, schema: Schema<C>): Promise<C> {
  let value: unknown;
  try {
    const readText = (file: string) => readFileSync(file, 'utf8');
    value = configOfPod(JSON.parse(readText(path)), { environment: process.env, readText });
  } catch (error) {
    return refuse(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = (await schema()).safeParse(value);
  if (parsed.success) return parsed.data;
  const { prettifyError } = await import('zod');
  return refuse(`${path} is not a configuration:\n${prettifyError(parsed.error)}`);
}

function refuse(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(2);
}
