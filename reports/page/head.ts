import type { Plan, RunResult, Verdict } from '../../lab/run/record/manifest.ts';
import { duration, type Markup, markup } from '../text.ts';
import { badge, dim, facts, folded, table } from './elements.ts';
import { anchorOf } from './scenario.ts';

/** The run as a whole: verdict, totals, fabric and why, versions, where the time and the memory went. */
export function runHead(run: RunResult, plan: Plan | undefined): Markup {
  const total = (verdict: Verdict, word: string): Markup => {
    return markup`<span>${run.scenarios.filter((scenario) => scenario.verdict === verdict).length} ${word}</span>`;
  };
  const interrupted = markup`<p class="banner">Interrupted: what had not ended by then was not judged.</p>`;
  return markup`<header><h1>MCX inter-agency lab</h1>
${dim(`run ${run.runId}${plan === undefined ? '' : `, started ${plan.startedAt}`}`)}
${run.interrupted ? interrupted : undefined}
<div class="totals">${badge(run.verdict)}${total('pass', 'passed')}${total('fail', 'failed')}
${total('inconclusive', 'inconclusive')}</div></header>
${facts([
  ['fabric', `${run.fabric.name}: ${run.fabric.reason}`],
  ['lab', run.lab],
  ['seed', run.seed],
  ...Object.entries(run.fabric.versions),
  ...parameters(plan),
])}
${phaseBar(run)}
${memory(run)}
${overview(run)}`;
}

function parameters(plan: Plan | undefined): [string, string][] {
  const given = Object.entries(plan?.parameters ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const texts = given.map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return texts.length === 0 ? [] : [['parameters', texts.join(', ')]];
}

function phaseBar({ phases }: RunResult): Markup | undefined {
  if (phases.length === 0) return undefined;
  const parts = phases.map(({ name, ms }) => {
    const text = `${name} ${duration(ms)}`;
    return markup`<span style="flex-grow:${Math.max(1, Math.round(ms))}" title="${text}">${text}</span>`;
  });
  return markup`<div class="phases">${parts}</div>`;
}

function memory({ memory: processes }: RunResult): Markup | undefined {
  if (processes.length === 0) return undefined;
  const rows = processes.map(({ process, maxResidentBytes }) => {
    return [process, { number: `${(maxResidentBytes / 2 ** 20).toFixed(0)} MiB` }];
  });
  return folded('Memory: the most that each process held', table(['process', 'resident'], rows));
}

function overview({ scenarios }: RunResult): Markup {
  const rows = scenarios.map((scenario) => [
    badge(scenario.verdict),
    markup`<a href="#${anchorOf(scenario)}">${scenario.name}</a>`,
    scenario.symptom?.name,
    { number: duration(scenario.durationMs) },
  ]);
  const list = table(['verdict', 'scenario', 'symptom', 'took'], rows);
  return markup`<nav aria-label="scenarios"><h3>Scenarios</h3>${list}</nav>`;
}
