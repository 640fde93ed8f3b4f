import type { PlannedScenario, ScenarioResult, SymptomRecord } from '../../lab/run/record/manifest.ts';
import { configurationSchema } from '../../lab/run/settings/configuration.ts';
import { frameKey } from '../ladder/row.ts';
import type { Ladder } from '../ladder.ts';
import { duration, type Markup, markup } from '../text.ts';
import { badge, dim, folded, table } from './elements.ts';
import { evidenceCell, type Shown } from './evidence.ts';

/** What the captures of a scenario look like. */
export interface Drawings {
  readonly ladder: Ladder;
  readonly floor: Markup;
  /** Empty where nobody talked. */
  readonly ways: Markup;
}

/** The part of the page that tells one scenario. */
export function scenarioSection(
  scenario: ScenarioResult,
  planned: PlannedScenario | undefined,
  drawings: Drawings | undefined,
  open: boolean,
): Markup {
  const anchor = anchorOf(scenario);
  const shown = { scenario, rowIds: drawings?.ladder.rowIds ?? new Map<string, string>() };
  const tags = scenario.tags.map((tag) => markup`<span class="tag">${tag}</span>`);
  return markup`<section class="scenario" id="${anchor}" aria-labelledby="${anchor}-name">
<header>${badge(scenario.verdict)}<h2 id="${anchor}-name">${scenario.name}</h2>
<span class="dim">${duration(scenario.durationMs)}</span></header>
${dim([`${scenario.id} `, tags])}
${scenario.reason === '' ? undefined : markup`<p>${scenario.reason}</p>`}
${scenario.symptom === null ? undefined : symptomBox(shown, scenario.symptom, 'symptom')}
${scenario.consequences.map((one) => symptomBox(shown, one, 'consequence'))}
${scenario.symptom === null ? undefined : drawings?.ladder.excerpt(scenario.symptom.evidence)}
${configurationLine(planned)}
${assertionTable(shown)}
${drawings === undefined ? undefined : drawn(drawings, open)}
${highlight(shown)}
${waitTable(scenario)}
${captureTable(scenario)}
</section>`;
}

export function anchorOf({ id }: { readonly id: string }): string {
  return `s-${id.replaceAll(/[^A-Za-z0-9_~-]/g, '-')}`;
}

/** A symptom that a scenario was made to show is what it should find; elsewhere it is what went wrong. */
function symptomBox(shown: Shown, symptom: SymptomRecord, kind: 'symptom' | 'consequence'): Markup {
  const look = shown.scenario.verdict === 'pass' ? 'symptom expected' : 'symptom';
  const remedy = kind === 'symptom' ? markup`<p>Remedy: ${symptom.remedy}</p>` : undefined;
  const name = markup`<span class="dim">${kind}</span> <b>${symptom.name}</b>`;
  return markup`<div class="${look}">${name}${remedy}${evidenceCell(shown, symptom.evidence)}</div>`;
}

/** Only what differs from the working configuration: that is what the scenario is about. */
function configurationLine(planned: PlannedScenario | undefined): Markup | undefined {
  if (planned === undefined) return undefined;
  const normal = flat(configurationSchema.parse({}));
  const changed = [...flat(planned.configuration)].filter(([key, value]) => normal.get(key) !== value);
  if (changed.length === 0) return dim('The working configuration, every remedy on.');
  const words = changed.map(([key, value]) => `${key} ${value} (else ${normal.get(key) ?? 'nothing'})`);
  return dim(`Differs from the working configuration in: ${words.join(', ')}.`);
}

function flat(value: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]): [string, string][] =>
      typeof inner === 'object' && inner !== null
        ? [...flat(inner, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, String(inner)]],
    ),
  );
}

function assertionTable(shown: Shown): Markup | undefined {
  const { scenario } = shown;
  if (scenario.assertions.length === 0) return undefined;
  const rows = scenario.assertions.map(({ text, verdict, clause, because, evidence }) => [
    badge(verdict),
    markup`${text}<div class="dim">${because}</div>`,
    clause,
    evidenceCell(shown, evidence),
  ]);
  const headings = ['verdict', 'claim, and what was seen', 'clause', 'tap: frames'];
  return markup`<h3>Assertions</h3>${table(headings, rows)}`;
}

function drawn({ ladder, floor, ways }: Drawings, open: boolean): Markup {
  const way = ways.text === '' ? undefined : markup`<h3>One packet of speech, hop by hop</h3>${ways}`;
  return markup`<h3>Floor</h3>${floor}${way}<h3>The call, hop by hop</h3>${folded('the ladder', ladder.html, open)}`;
}

/** The rows of the ladder that the symptom is known by. */
function highlight({ scenario, rowIds }: Shown): Markup | undefined {
  const ids = new Set(scenario.symptom?.evidence.flatMap((one) => rowIds.get(frameKey(one)) ?? []));
  if (ids.size === 0) return undefined;
  const rows = [...ids].map((id) => `#${id} .ground`).join(', ');
  return markup`<style>${rows} { fill: var(--symptom); }</style>`;
}

function waitTable({ waits }: ScenarioResult): Markup | undefined {
  if (waits.length === 0) return undefined;
  const rows = waits.map(({ text, clause, ms, floorMs }) => {
    return [text, clause, { number: duration(ms) }, { number: duration(floorMs) }];
  });
  return folded('Where the time went', table(['wait', 'clause', 'took', 'least possible'], rows));
}

function captureTable({ captures }: ScenarioResult): Markup {
  const dropped = captures.filter(({ drops }) => drops !== 0);
  const rows = captures.map(({ tap, path, drops }) => {
    // Relative, whatever it looks like: a link of the report leads into its folder or nowhere.
    const link = markup`<a href="./${path.split('/').map(encodeURIComponent).join('/')}"><code>${path}</code></a>`;
    return [tap, link, { number: drops === null ? 'unknown' : String(drops) }];
  });
  const told =
    dropped.length === 0 ? 'none dropped a packet' : `${dropped.length} with drops or without a count of them`;
  return folded(`${captures.length} captures, ${told}`, table(['tap', 'file', 'dropped by the kernel'], rows));
}
