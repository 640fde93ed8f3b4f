import type { Plan, RunResult, ScenarioResult } from '../lab/run/record/manifest.ts';
import { type Markup, markup } from './text.ts';

/**
 * junit.xml as CI systems read it: a scenario is a test case; inconclusive is an error, because the environment
 * failed and not the system.
 */
export function renderJunit(run: RunResult, plan?: Plan): string {
  const uris = new Map(plan?.scenarios.map(({ id, uri }) => [id, uri]));
  const suites = Map.groupBy(run.scenarios, ({ id }) => uris.get(id) ?? 'mcx-lab');
  return markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mcx-lab" ${counts(run.scenarios)}>
${[...suites].map(([feature, scenarios]) => suite(feature, scenarios, run))}</testsuites>
`.text;
}

function suite(feature: string, scenarios: readonly ScenarioResult[], run: RunResult): Markup {
  const facts = { fabric: run.fabric.name, seed: run.seed, run: run.runId, ...run.fabric.versions };
  const properties = Object.entries(facts).map(([name, value]) => markup`<property name="${name}" value="${value}"/>`);
  return markup`<testsuite name="${feature}" ${counts(scenarios)}>
<properties>${properties}</properties>
${scenarios.map((scenario) => testCase(feature, scenario))}</testsuite>
`;
}

function testCase(feature: string, scenario: ScenarioResult): Markup {
  const { verdict, reason, symptom, assertions, durationMs, id } = scenario;
  const kind = verdict === 'fail' ? 'failure' : 'error';
  const lines = [
    ...(symptom === null ? [] : [`symptom ${symptom.name}; remedy: ${symptom.remedy}`]),
    ...assertions.map((one) => `${one.verdict}: ${one.text} [${one.clause}] ${one.because}`),
  ];
  const text = lines.join('\n');
  const outcome =
    verdict === 'pass'
      ? undefined
      : markup`<${kind} message="${reason}" type="${symptom?.name ?? verdict}">${text}</${kind}>`;
  const output = verdict === 'pass' ? markup`<system-out>${text}</system-out>` : undefined;
  const time = seconds(durationMs);
  return markup`<testcase name="${id}" classname="${feature}" time="${time}">${outcome}${output}</testcase>
`;
}

function counts(scenarios: readonly ScenarioResult[]): Markup {
  const count = (verdict: string): number => scenarios.filter((scenario) => scenario.verdict === verdict).length;
  const time = scenarios.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const failures = markup`failures="${count('fail')}" errors="${count('inconclusive')}"`;
  return markup`tests="${scenarios.length}" ${failures} time="${seconds(time)}"`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
