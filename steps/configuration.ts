import { Given } from '@cucumber/cucumber';
import { changedConfigurationStep, workingConfigurationStep } from '../lab/run/settings/settings.ts';
import type { LabWorld } from './world.ts';

// Read from the feature before the scenario starts: the plan holds every configuration before the first packet.
Given(workingConfigurationStep, () => undefined);
Given(changedConfigurationStep, (_changes: unknown) => undefined);

Given('every UE is registered and affiliated', async function (this: LabWorld) {
  await this.act(...this.topology.ues.map((ue) => ({ place: ue.name, act: { do: 'register' } as const })));
});
