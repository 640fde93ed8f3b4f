import { defineParameterType, Then } from '@cucumber/cucumber';
import { noSymptom, symptomIs } from '../lab/verdict/questions/symptom.ts';
import type { SymptomName } from '../lab/verdict/symptoms/finding.ts';
import type { LabWorld } from './world.ts';

defineParameterType({
  name: 'symptom',
  regexp:
    /"(name-unresolved|private-address-in-sdp|node-address-with-pod-port|agency-treated-as-client|ack-discarded|flow-forgotten|pod-gone|dialog-lost|packet-before-service|no-pod-on-node)"/,
  transformer: (name: string) => name as SymptomName,
});

Then('the symptom is {symptom}', async function (this: LabWorld, name: SymptomName) {
  await this.ask(symptomIs(name));
});

Then(
  'the symptom is {symptom} with the consequence {string}',
  async function (this: LabWorld, name: SymptomName, consequence: string) {
    await this.ask(symptomIs(name, consequence));
  },
);

Then('no symptom shows', async function (this: LabWorld) {
  await this.ask(noSymptom());
});
