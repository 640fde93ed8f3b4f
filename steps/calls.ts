import { Then, When } from '@cucumber/cucumber';
import { callEnded, legsComplete, membersInvited } from '../lab/verdict/questions/call.ts';
import { LabWorld } from './world.ts';

When('{word} calls the campaign', async function (this: LabWorld, ue: string) {
  await this.director.act([{ place: ue, act: { do: 'call', group: this.director.topology.campaign } }]);
});

When('{word} hangs up', async function (this: LabWorld, ue: string) {
  await this.director.act([{ place: ue, act: { do: 'hang-up' } }]);
});

Then('the affiliated members of both agencies are invited', async function (this: LabWorld) {
  await this.director.ask('the affiliated members of both agencies are invited', membersInvited());
});

Then('every leg that leaves a pod has its INVITE, its 200 and its ACK', async function (this: LabWorld) {
  await this.director.ask('every leg that leaves a pod has its INVITE, its 200 and its ACK', legsComplete());
});

Then('every leg is ended by a BYE and its 200', async function (this: LabWorld) {
  await this.director.ask('every leg is ended by a BYE and its 200', callEnded());
});
