import { Then, When } from '@cucumber/cucumber';
import { callEnded, legsComplete, membersInvited } from '../lab/verdict/questions/call.ts';
import { fanOutCrosses } from '../lab/verdict/questions/fan-out.ts';
import type { LabWorld } from './world.ts';

When('{word} calls the campaign', async function (this: LabWorld, ue: string) {
  await this.act({ place: ue, act: { do: 'call', group: this.topology.campaign } });
});

When('{word} hangs up', async function (this: LabWorld, ue: string) {
  await this.act({ place: ue, act: { do: 'hang-up' } });
});

Then('the affiliated members of both agencies are invited', async function (this: LabWorld) {
  await this.ask(membersInvited());
});

Then('every leg that leaves a pod has its INVITE, its 200 and its ACK', async function (this: LabWorld) {
  await this.ask(legsComplete());
});

Then('by now every leg has its INVITE, its 200 and its ACK', async function (this: LabWorld) {
  await this.ask(legsComplete({ earlierCalls: true }));
});

Then('every leg is ended by a BYE and its 200', async function (this: LabWorld) {
  await this.ask(callEnded());
});

Then('the affiliated members of agency {word} are invited', async function (this: LabWorld, agency: string) {
  await this.ask(membersInvited({ agency }));
});

Then(
  "{int} INVITEs of the root agency's server cross to agency {word}",
  async function (this: LabWorld, count: number, partner: string) {
    await this.ask(fanOutCrosses(partner, count));
  },
);
