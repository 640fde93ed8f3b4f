import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { captureFaults } from './capture-faults.ts';
import { curedFaults } from './cured-faults.ts';
import { floorFaults } from './floor-faults.ts';
import { harmless } from './harmless.ts';
import { mediaFaults } from './media-faults.ts';
import { nameFaults } from './name-faults.ts';
import { type Edit, type Recording, readTap, writeTap } from './recording.ts';
import type { Rung } from './row.ts';
import { signallingFaults } from './signalling-faults.ts';

/*
 * Who watches the judge: golden captures with one thing changed, judged by the very sentences of their scenarios and diagnosed.
 * A fault that nobody notices is a question too weak; a harmless change that somebody minds is a question too strict.
 */

const project = join(import.meta.dirname, '..', '..', '..');
const golden = join(project, 'lab', 'verdict', 'golden');
const faults = [signallingFaults, floorFaults, mediaFaults, nameFaults, captureFaults, curedFaults].flat();

interface Assertion {
  readonly text: string;
  readonly verdict: string;
  readonly because: string;
}

interface Judged {
  readonly id: string;
  readonly verdict: string;
  readonly reason: string;
  readonly assertions: readonly Assertion[];
  readonly symptom: { readonly name: string } | null;
  readonly consequences: readonly { readonly name: string }[];
}

interface Planned {
  readonly id: string;
  readonly uri: string;
  readonly tags: readonly string[];
}

const plan: { features: { uri: string }[]; scenarios: Planned[] } = JSON.parse(
  await readFile(join(golden, 'plan.json'), 'utf8'),
);

const recordings = new Map<string, Recording>();
/** Where a tap was read from: what no edit touches is not written again. */
const files = new WeakMap<object, string>();

async function recordingOf(id: string): Promise<Recording> {
  const known = recordings.get(id);
  if (known !== undefined) return known;
  const folder = join(golden, 'captures', id);
  const taps = (await readdir(folder)).map(async (file) => {
    const name = file.replace(/\.pcapng$/, '');
    const bytes = await readFile(join(folder, file));
    const tap = readTap(name, bytes);
    files.set(tap, join(folder, file));
    return [name, tap] as const;
  });
  const recording = new Map(await Promise.all(taps));
  recordings.set(id, recording);
  return recording;
}

/** An edit that finds nothing to change is a mistake of the table: it says which one. */
function applied(what: string, edit: Edit, recording: Recording): Recording {
  try {
    return edit(recording);
  } catch (cause) {
    throw new Error(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const scenarioOf = (rung: Rung) => plan.scenarios.find(({ tags }) => tags.includes(rung)) as Planned;

const folder = await mkdtemp(join(tmpdir(), 'mcx-seeded-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const cases: { name: string; rung: Rung; edit: Edit }[] = [
  ...plan.scenarios.map(({ tags }) => ({
    name: tags.find((tag) => /^@[FRK]\d/.test(tag)) ?? '',
    rung: tags.find((tag) => /^@[FRK]\d/.test(tag)) as Rung,
    edit: (recording: Recording) => recording,
  })),
  ...faults.map(({ what, of, edit }) => ({ name: what, rung: of, edit })),
  ...harmless.flatMap(({ what, of, edit }) => of.map((rung) => ({ name: `${what} ${rung}`, rung, edit }))),
];

let judged = new Map<string, Judged>();

/** One run folder of all cases, judged at once: a feature file for each, since a scenario is known by its file and line. */
beforeAll(async () => {
  const scenarios = [];
  const features = [];
  for (const [index, { name: what, rung, edit }] of cases.entries()) {
    const scenario = scenarioOf(rung);
    const id = `case-${index}`;
    const captures = join(folder, 'captures', id);
    await mkdir(captures, { recursive: true });
    const recording = await recordingOf(scenario.id);
    for (const [name, tap] of applied(what, edit, recording)) {
      const file = join(captures, `${name}.${tap.format ?? 'pcapng'}`);
      const known = files.get(tap);
      await (known === undefined ? writeFile(file, writeTap(tap)) : symlink(known, file));
    }
    const uri = `features/${id}.feature`;
    features.push({ ...plan.features.find((feature) => feature.uri === scenario.uri), uri });
    scenarios.push({ ...scenario, id, uri });
  }
  await writeFile(join(folder, 'plan.json'), JSON.stringify({ ...plan, features, scenarios }));
  const command = ['lab/cli/preflight.sh', 'lab/cli/main.ts', 'judge', folder, '--json'];
  const options = { cwd: project, maxBuffer: 1 << 28 };
  const { stdout } = await promisify(execFile)('sh', command, options).catch((error) => error);
  const document: { scenarios: Judged[] } = JSON.parse(stdout);
  judged = new Map(document.scenarios.map((one) => [cases[Number(one.id.slice(5))]?.name ?? '', one]));
}, 300_000);

const found = (name: string) => judged.get(name) as Judged;

test('names of cases are their own', () => {
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
});

test('there are at least 40 faults and 15 harmless edits', () => {
  expect(faults.length).toBeGreaterThanOrEqual(40);
  expect(harmless.length).toBeGreaterThanOrEqual(15);
});

describe('a seeded fault', () => {
  test.each(faults)('$of: $what', ({ what, of, fails, because, symptom, inconclusive }) => {
    const { verdict, assertions, reason, symptom: shown } = found(what);
    const wanted = inconclusive ? 'inconclusive' : 'fail';
    const failed = assertions.find((one) => one.verdict !== 'pass');
    const symptomWanted = symptom === undefined ? (found(of).symptom?.name ?? null) : symptom;
    expect(`${verdict}: ${failed?.text}; symptom: ${shown?.name ?? null}`).toBe(
      `${wanted}: ${fails}; symptom: ${symptomWanted}`,
    );
    expect(reason).toMatch(because);
  });
});

describe('a harmless edit', () => {
  test.each(harmless.flatMap(({ what, of }) => of.map((rung) => ({ what, rung }))))(
    '$rung: $what',
    ({ what, rung }) => {
      expect(inShort(found(`${what} ${rung}`))).toEqual(inShort(found(rung)));
    },
  );
});

function inShort({ verdict, reason, assertions, symptom, consequences }: Judged) {
  return {
    verdict,
    reason,
    assertions: assertions.map(({ text, verdict }) => `${verdict}: ${text}`),
    symptom: symptom?.name ?? null,
    consequences: consequences.map(({ name }) => name),
  };
}
