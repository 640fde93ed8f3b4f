import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { LabError } from '../errors.ts';
import { type Plan, planSchema } from '../run/record/manifest.ts';
import { type NameInterface, redactCapture } from './capture.ts';
import { Identities } from './identities.ts';

export interface Redaction {
  /** Written files, relative to the folder. */
  readonly files: readonly string[];
  readonly packets: number;
  readonly identities: Identities;
}

const ATTEMPTS = 8;

/** Redacts with a fresh key, and with another one where something made up happens to be real. */
async function withKey(
  out: string,
  work: (who: Identities) => Promise<Omit<Redaction, 'identities'>>,
  key: string | undefined,
  roles: readonly string[] = [],
): Promise<Redaction> {
  await makeEmpty(out);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const identities = new Identities(key === undefined ? randomUUID() : `${key} ${attempt}`, roles);
    const done = await work(identities);
    if (!identities.clash) return { ...done, identities };
    await rm(out, { recursive: true, force: true });
    await mkdir(out, { recursive: true });
  }
  throw new LabError('REDACT-CLASH', 'no key was found whose replacements are nobody’s', {
    next: 'Redact fewer files at a time.',
    exitCode: 3,
  });
}

async function makeEmpty(out: string): Promise<void> {
  const held = await readdir(out).catch(() => [] as string[]);
  if (held.length > 0)
    throw new LabError('REDACT-OUT', `${out} is not empty`, {
      where: `--out ${out}`,
      next: 'Name a folder that does not exist.',
    });
  await mkdir(out, { recursive: true });
}

/** Capture files of anybody's: file and interface names become numbers, unless they are names of the lab's own taps. */
export function redactFiles(paths: readonly string[], out: string, key?: string): Promise<Redaction> {
  return withKey(
    out,
    async (who) => {
      const files: string[] = [];
      let packets = 0;
      for (const [i, path] of paths.entries()) {
        const own = basename(path, extname(path));
        const file = `${isTapName(own) && !files.includes(`${own}.pcapng`) ? own : `capture-${i + 1}`}.pcapng`;
        packets += await redactCapture(path, join(out, file), who, neutral);
        files.push(file);
      }
      return { files, packets };
    },
    key,
  );
}

/** `a-edge`, `b-mcx-lo`, `bridge`: roles that the lab itself gives. */
export function isTapName(name: string): boolean {
  return /^(?:bridge|[a-d]-(?:node(?:-\d)?|access|edge|mcx|dns|dns-mcx|bystander|stranger|spoofer|ue-\d{1,2})(?:-lo)?)$/.test(
    name,
  );
}

const neutral: NameInterface = (name, index) => {
  if (name === undefined) return undefined;
  return isTapName(name) ? name : `interface-${index + 1}`;
};

/** A run folder: plan, results and captures, such that judge says of it what it said of the original. */
export async function redactRun(folder: string, out: string, key?: string): Promise<Redaction> {
  const plan = await readPlanOf(folder);
  const users = new Set(plan.scenarios.flatMap(({ topology }) => topology.ues.map(({ name }) => name)));
  const places = plan.scenarios.flatMap(({ topology }) => topology.taps.map(({ place }) => place));
  const write = async (who: Identities) => {
    const files = ['plan.json'];
    let packets = 0;
    await writeFile(join(out, 'plan.json'), json(redactPlan(plan, who)));
    for (const path of await capturesOf(folder)) {
      const file = path.replace(/\.pcap$/, '.pcapng');
      await mkdir(dirname(join(out, file)), { recursive: true });
      packets += await redactCapture(join(folder, path), join(out, file), who, (name) => name);
      files.push(file);
    }
    if (await exists(join(folder, 'run.json'))) {
      await writeFile(join(out, 'run.json'), json(redactTexts(await readJson(join(folder, 'run.json')), who)));
      files.push('run.json');
    }
    return { files, packets };
  };
  return withKey(
    out,
    write,
    key,
    places.filter((place) => !users.has(place)),
  );
}

async function readPlanOf(folder: string): Promise<Plan> {
  const checked = planSchema.safeParse(await readJson(join(folder, 'plan.json')));
  if (checked.success) return checked.data;
  throw new LabError('RUN-PLAN', 'plan.json is not of a version that this lab reads', {
    where: join(folder, 'plan.json'),
    next: 'Redact its capture files one by one:',
    command: 'npm run lab -- redact FILE… --out DIR',
  });
}

async function capturesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'captures'), { recursive: true }).catch(() => [] as string[]);
  return names
    .filter((name) => /\.pcap(?:ng)?$/.test(name))
    .map((name) => join('captures', name))
    .sort();
}

/** Addresses and identities of the plan; names of places and parties are the lab's own, feature texts hold nothing else. */
export function redactPlan(plan: Plan, who: Identities): Plan {
  const { features, parameters, fabric, ...rest } = plan;
  // Contexts and images have names of whoever made them.
  const { contexts: _contexts, nodeImage: _nodeImage, ...plainFabric } = fabric;
  const kept = Object.entries(parameters).filter(([, value]) => typeof value !== 'string' || !value.includes('/'));
  const scenarios = rest.scenarios.map((scenario) => ({
    ...scenario,
    configuration: { ...scenario.configuration, dns: redactNames(scenario.configuration.dns, who) },
    topology: redactTopology(scenario.topology, who) as Plan['scenarios'][number]['topology'],
  }));
  return { ...rest, fabric: plainFabric, scenarios, features, parameters: Object.fromEntries(kept) };
}

/** An operator's own zone, and what agencies are called in it. */
function redactNames<
  T extends { readonly origin: string; readonly names?: Readonly<Record<string, string>> | undefined },
>(dns: T, who: Identities): T {
  const names = Object.entries(dns.names ?? {}).map(([letter, name]) => [letter, who.label(name)]);
  return { ...dns, origin: who.host(dns.origin), ...(dns.names && { names: Object.fromEntries(names) }) };
}

/** Texts of a topology are addresses, ranges, URIs, domains, or names of places, which have no dot. */
function redactTopology(value: unknown, who: Identities): unknown {
  if (Array.isArray(value)) return value.map((one) => redactTopology(one, who));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redactTopology(one, who)]));
  }
  if (typeof value !== 'string') return value;
  const changed = who.text(value);
  return changed === value && /^[\w-]+(?:\.[\w-]+)+$/.test(value) ? who.host(value) : changed;
}

/** What a program or person wrote of the run. */
export function redactTexts(value: unknown, who: Identities): unknown {
  if (typeof value === 'string') return who.prose(value);
  if (Array.isArray(value)) return value.map((one) => redactTexts(one, who));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redactTexts(one, who)]));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new LabError('RUN-FOLDER', `${path} cannot be read`, {
      where: path,
      next: 'Name the folder of a run.',
      cause,
    });
  }
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
