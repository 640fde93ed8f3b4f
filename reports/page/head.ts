import type { Plan, RunResult, Verdict } from '../../lab/run/manifest.ts';
import { duration, type Markup, markup } from '../text.ts';
import { anchorOf, badge } from './scenario.ts';

/** Everything about the run as a whole: verdict, totals, fabric and why, versions, where the time and the memory went. */
export function runHead(run: RunResult, plan: Plan | undefined): Markup {
  const total = (verdict: Verdict): number => run.scenarios.filter((scenario) => scenario.verdict === verdict).length;
  return markup`<header><h1>MCX inter-agency lab</h1><p class="dim">run ${run.runId}${plan === undefined ? undefined : `, started ${plan.startedAt}`}</p>
${run.interrupted ? markup`<p class="banner">Interrupted: what had not ended by then was not judged.</p>` : undefined}
<div class="totals">${badge(run.verdict)}<span>${total('pass')} passed</span><span>${total('fail')} failed</span>
<span>${total('inconclusive')} inconclusive</span></div></header>
<dl><dt>fabric</dt><dd>${run.fabric.name}: ${run.fabric.reason}</dd><dt>lab</dt><dd>${run.lab}</dd><dt>seed</dt><dd>${run.seed}</dd>
${Object.entries(run.fabric.versions).map(([name, version]) => markup`<dt>${name}</dt><dd>${version}</dd>`)}
${parameters(plan)}</dl>
${phaseBar(run)}
${memory(run)}
${overview(run)}`;
}

function parameters(plan: Plan | undefined): Markup | undefined {
  const given = Object.entries(plan?.parameters ?? {}).filter(([, value]) => value !== undefined && value !== null);
  if (given.length === 0) return undefined;
  const text = given.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return markup`<dt>parameters</dt><dd>${text.join(', ')}</dd>`;
}

function phaseBar({ phases }: RunResult): Markup | undefined {
  if (phases.length === 0) return undefined;
  const texts = phases.map(({ name, ms }) => `${name} ${duration(ms)}`);
  return markup`<div class="phases" role="img" aria-label="phases: ${texts.join(', ')}">${phases.map(
    ({ ms }, i) =>
      markup`<span style="flex-grow:${Math.max(1, Math.round(ms))}" title="${texts[i]}">${texts[i]}</span>`,
  )}</div>`;
}

function memory({ memory: processes }: RunResult): Markup | undefined {
  if (processes.length === 0) return undefined;
  const rows = processes.map(({ process, maxResidentBytes }) => {
    return markup`<tr><td>${process}</td><td class="number">${(maxResidentBytes / 2 ** 20).toFixed(0)} MiB</td></tr>`;
  });
  return markup`<details><summary>Memory: the largest of each process</summary><table><tbody>${rows}</tbody></table></details>`;
}

function overview({ scenarios }: RunResult): Markup {
  const rows = scenarios.map(
    (
      scenario,
    ) => markup`<tr><td>${badge(scenario.verdict)}</td><td><a href="#${anchorOf(scenario)}">${scenario.name}</a></td>
<td>${scenario.symptom?.name}</td><td class="number">${duration(scenario.durationMs)}</td></tr>\n`,
  );
  return markup`<nav aria-label="scenarios"><h3>Scenarios</h3><table><thead><tr><th>verdict</th><th>scenario</th><th>symptom</th><th>took</th></tr></thead>
<tbody>${rows}</tbody></table></nav>`;
}
