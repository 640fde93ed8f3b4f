import { configurationSchema } from '../../lab/run/configuration.ts';
import type { PlannedScenario, ScenarioResult, SymptomRecord } from '../../lab/run/manifest.ts';
import { duration, type Markup, markup } from '../text.ts';
import { badge, dim, folded, table } from './elements.ts';
import { evidenceCell } from './evidence.ts';

/** What the captures of a scenario look like. */
export interface Drawings {
  readonly ladder: Markup;
  readonly floor: Markup;
}

/** The part of the page that tells one scenario. */
export function scenarioSection(
  scenario: ScenarioResult,
  planned: PlannedScenario | undefined,
  drawings: Drawings | undefined,
  open: boolean,
): Markup {
  const anchor = anchorOf(scenario);
  const tags = scenario.tags.map((tag) => markup`<span class="tag">${tag}</span>`);
  return markup`<section class="scenario" id="${anchor}" aria-labelledby="${anchor}-name">
<header>${badge(scenario.verdict)}<h2 id="${anchor}-name">${scenario.name}</h2>
<span class="dim">${duration(scenario.durationMs)}</span></header>
${dim([`${scenario.id} `, tags])}
${scenario.reason === '' ? undefined : markup`<p>${scenario.reason}</p>`}
${scenario.symptom === null ? undefined : symptomBox(scenario, scenario.symptom, 'symptom')}
${scenario.consequences.map((one) => symptomBox(scenario, one, 'consequence'))}
${configurationLine(planned)}
${assertionTable(scenario)}
${drawings === undefined ? undefined : drawn(drawings, open)}
${waitTable(scenario)}
${captureTable(scenario)}
</section>`;
}

export function anchorOf({ id }: ScenarioResult): string {
  return `s-${id.replaceAll(/[^A-Za-z0-9_~-]/g, '-')}`;
}

/** A symptom that a scenario was made to show is what it should find; elsewhere it is what went wrong. */
function symptomBox(scenario: ScenarioResult, symptom: SymptomRecord, kind: 'symptom' | 'consequence'): Markup {
  const shown = scenario.verdict === 'pass' ? 'symptom expected' : 'symptom';
  const remedy = kind === 'symptom' ? markup`<p>Remedy: ${symptom.remedy}</p>` : undefined;
  const name = markup`<span class="dim">${kind}</span> <b>${symptom.name}</b>`;
  return markup`<div class="${shown}">${name}${remedy}${evidenceCell(scenario, symptom.evidence)}</div>`;
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

function assertionTable(scenario: ScenarioResult): Markup | undefined {
  if (scenario.assertions.length === 0) return undefined;
  const rows = scenario.assertions.map(({ text, verdict, clause, because, evidence }) => [
    badge(verdict),
    markup`${text}<div class="dim">${because}</div>`,
    clause,
    evidenceCell(scenario, evidence),
  ]);
  const headings = ['verdict', 'claim, and what was seen', 'clause', 'tap: frames'];
  return markup`<h3>Assertions</h3>${table(headings, rows)}`;
}

function drawn({ ladder, floor }: Drawings, open: boolean): Markup {
  return markup`<h3>Floor</h3>${floor}<h3>The call, hop by hop</h3>${folded('the ladder', ladder, open)}`;
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
