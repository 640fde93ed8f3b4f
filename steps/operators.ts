import { defineParameterType, Then, When } from '@cucumber/cucumber';
import { deeds, type OperatorAct } from '../lab/run/scenario/director.ts';
import { lookup } from '../lab/run/scenario/lookup.ts';
import { partnerResolves } from '../lab/verdict/questions/names.ts';
import { allRingBut, answers, nextEdgeReached, nodeRefuses } from '../lab/verdict/questions/rollout.ts';
import type { LabWorld } from './world.ts';

defineParameterType({
  name: 'deed',
  regexp: new RegExp(deeds.join('|')),
  transformer: (deed: string) => deed as OperatorAct['does'],
});

When("agency {word}'s operator {deed}", async function (this: LabWorld, operator: string, does: OperatorAct['does']) {
  await this.act({ operator, does });
});

Then('every other UE than {word} rings', async function (this: LabWorld, caller: string) {
  await this.ask(allRingBut(caller));
});

When('{word} answers', async function (this: LabWorld, ue: string) {
  await this.act({ place: ue, act: { do: 'answer' } });
  await this.ask(answers(ue));
});

When('every other UE than {word} answers', async function (this: LabWorld, caller: string) {
  const others = this.topology.ues.filter(({ name }) => name !== caller);
  await this.act(...others.map(({ name }) => ({ place: name, act: { do: 'answer' } as const })));
});

Then(
  "agency {word}'s node refuses what comes for the port of its edge",
  async function (this: LabWorld, agency: string) {
    await this.ask(nodeRefuses(agency));
  },
);

Then(
  "what comes from a partner reaches the pod that has taken over from agency {word}'s edge",
  async function (this: LabWorld, agency: string) {
    await this.ask(nextEdgeReached(agency));
  },
);

When(
  'the pod {word} asks for the names of agency {word}',
  async function (this: LabWorld, pod: string, agency: string) {
    await this.actUpon(lookup(this.topology, pod, agency));
  },
);

Then(
  'a pod of agency {word} gets its partner by SRV, with node and node port',
  async function (this: LabWorld, agency: string) {
    await this.ask(partnerResolves(agency));
  },
);
