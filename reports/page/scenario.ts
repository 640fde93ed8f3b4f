import { configurationSchema } from '../../lab/run/configuration.ts';
import type { PlannedScenario, ScenarioResult, SymptomRecord } from '../../lab/run/manifest.ts';
import { duration, type Markup, markup } from '../text.ts';
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
  return markup`<section class="scenario" id="${anchorOf(scenario)}" aria-labelledby="${anchorOf(scenario)}-name">
<header>${badge(scenario.verdict)}<h2 id="${anchorOf(scenario)}-name">${scenario.name}</h2><span class="dim">${duration(scenario.durationMs)}</span></header>
<p class="dim">${scenario.id} ${scenario.tags.map((tag) => markup`<span class="tag">${tag}</span>`)}</p>
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
  return `s-${encodeURIComponent(id)}`;
}

export function badge(verdict: string): Markup {
  return markup`<span class="badge ${verdict}">${verdict}</span>`;
}

/** A symptom that a scenario was made to show is what it should find; elsewhere it is what went wrong. */
function symptomBox(scenario: ScenarioResult, symptom: SymptomRecord, kind: 'symptom' | 'consequence'): Markup {
  const shown = scenario.verdict === 'pass' ? 'symptom expected' : 'symptom';
  const remedy = kind === 'symptom' ? markup`<p>Remedy: ${symptom.remedy}</p>` : undefined;
  return markup`<div class="${shown}"><span class="dim">${kind}</span> <b>${symptom.name}</b>${remedy}${evidenceCell(scenario, symptom.evidence)}</div>`;
}

/** Only what differs from the working configuration: that is what the scenario is about. */
function configurationLine(planned: PlannedScenario | undefined): Markup | undefined {
  if (planned === undefined) return undefined;
  const normal = flat(configurationSchema.parse({}));
  const changed = [...flat(planned.configuration)].filter(([key, value]) => normal.get(key) !== value);
  if (changed.length === 0) return markup`<p class="dim">The working configuration, every remedy on.</p>`;
  const words = changed.map(([key, value]) => `${key} ${value} (else ${normal.get(key) ?? 'nothing'})`);
  return markup`<p class="dim">Differs from the working configuration in: ${words.join(', ')}.</p>`;
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
  const rows = scenario.assertions.map(
    ({
      text,
      verdict,
      clause,
      because,
      evidence,
    }) => markup`<tr><td>${badge(verdict)}</td><td>${text}<div class="dim">${because}</div></td>
<td>${clause}</td><td>${evidenceCell(scenario, evidence)}</td></tr>\n`,
  );
  return markup`<h3>Assertions</h3><table><thead><tr><th>verdict</th><th>claim, and what was seen</th><th>clause</th><th>tap: frames</th></tr></thead>
<tbody>${rows}</tbody></table>`;
}

function drawn({ ladder, floor }: Drawings, open: boolean): Markup {
  const state = open ? markup` open` : undefined;
  return markup`<h3>Floor</h3>${floor}<h3>The call, hop by hop</h3><details${state}><summary>the ladder</summary>${ladder}</details>`;
}

function waitTable({ waits }: ScenarioResult): Markup | undefined {
  if (waits.length === 0) return undefined;
  const rows = waits.map(
    ({ text, clause, ms, floorMs }) =>
      markup`<tr><td>${text}</td><td>${clause}</td><td class="number">${duration(ms)}</td><td class="number">${duration(floorMs)}</td></tr>`,
  );
  return markup`<details><summary>Where the time went</summary><table><thead><tr><th>wait</th><th>clause</th><th>took</th><th>least possible</th></tr></thead>
<tbody>${rows}</tbody></table></details>`;
}

function captureTable({ captures }: ScenarioResult): Markup {
  const dropped = captures.filter(({ drops }) => drops !== 0);
  const rows = captures.map(({ tap, path, drops }) => {
    return markup`<tr><td>${tap}</td><td><a href="${path}"><code>${path}</code></a></td><td class="number">${drops ?? 'unknown'}</td></tr>`;
  });
  const told =
    dropped.length === 0 ? 'none dropped a packet' : `${dropped.length} with drops or without a count of them`;
  return markup`<details><summary>${captures.length} captures, ${told}</summary><table><thead><tr><th>tap</th><th>file</th><th>dropped by the kernel</th></tr></thead>
<tbody>${rows}</tbody></table></details>`;
}
