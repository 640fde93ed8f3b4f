import type { Plan, RunResult } from '../lab/run/record/manifest.ts';
import { runHead } from './page/head.ts';
import { type Drawings, scenarioSection } from './page/scenario.ts';
import { style } from './page/style.ts';
import { Markup, markup } from './text.ts';

export interface ReportExtras {
  readonly plan?: Plan;
  /** By scenario id. */
  readonly drawings: ReadonlyMap<string, Drawings>;
}

/** A ladder is long: it is open from the start where something went wrong, or where there is little else to see. */
const fewScenarios = 3;

const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * The report of a run as one file: it loads nothing, runs nothing and needs nothing but itself, and links to the
 * capture files beside it. The policy in its head would stop a script even if one got in.
 */
export function renderReport(run: RunResult, extras: ReportExtras): string {
  const few = run.scenarios.length <= fewScenarios;
  const sections = run.scenarios.map((scenario) => {
    const planned = extras.plan?.scenarios.find(({ id }) => id === scenario.id);
    return scenarioSection(scenario, planned, extras.drawings.get(scenario.id), few || scenario.verdict !== 'pass');
  });
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${run.verdict}: MCX lab run ${run.runId}</title>
<style>${new Markup(style)}</style>
</head>
<body>
${runHead(run, extras.plan)}
<main>
${sections}
</main>
</body>
</html>
`.text;
}
