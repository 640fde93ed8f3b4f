import { blueprintOf } from './blueprint/blueprint.ts';
import { siteOf } from './blueprint/site.ts';
import type { Plan, PlannedScenario } from './record/manifest.ts';
import type { CatalogueEntry, FeatureText } from './scenario/catalogue.ts';
import { configurationOf, type Layer } from './settings/settings.ts';

export interface PlanRequest {
  readonly labVersion: string;
  readonly runId: string;
  readonly startedAt: Date;
  readonly seed: number;
  readonly repeat: number;
  readonly fabric: Plan['fabric'];
  readonly parameters: Record<string, unknown>;
  readonly features: readonly FeatureText[];
  readonly scenarios: readonly CatalogueEntry[];
  readonly file: Layer;
  readonly flags: Layer;
}

/** Everything that is decided before the first packet. */
export function planOf(request: PlanRequest): Plan {
  const used = new Set(request.scenarios.map((scenario) => scenario.uri));
  const repetitions = Array.from({ length: request.repeat }, (_, index) => index);
  return {
    version: 1,
    lab: request.labVersion,
    runId: request.runId,
    startedAt: request.startedAt.toISOString(),
    seed: request.seed,
    fabric: request.fabric,
    parameters: request.parameters,
    features: request.features.filter((feature) => used.has(feature.uri)).map((feature) => ({ ...feature })),
    scenarios: repetitions.flatMap((repetition) =>
      request.scenarios.map((scenario) => plannedScenario(request, scenario, repetition)),
    ),
  };
}

function plannedScenario(request: PlanRequest, scenario: CatalogueEntry, repetition: number): PlannedScenario {
  const configuration = configurationOf(scenario, request.file, request.flags);
  return {
    id: repetition === 0 ? scenario.id : `${scenario.id}~${repetition + 1}`,
    uri: scenario.uri,
    line: scenario.line,
    name: scenario.name,
    tags: [...scenario.tags],
    shift: repetition,
    configuration,
    topology: blueprintOf(configuration, request.seed, repetition, siteOf(request.fabric.name)).topology,
  };
}
