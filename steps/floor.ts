import { Then, When } from '@cucumber/cucumber';
import { floorGranted, floorIdle } from '../lab/verdict/questions/floor.ts';
import type { LabWorld } from './world.ts';

When('{word} talks for {int} packets', async function (this: LabWorld, ue: string, packets: number) {
  await this.act({ place: ue, act: { do: 'talk', packets, release: true } });
});

Then('the floor is granted to {word} and taken to all other members', async function (this: LabWorld, ue: string) {
  await this.ask(floorGranted(ue));
});

Then(
  'the floor is granted to {word} and taken to all other members of agency {word}',
  async function (this: LabWorld, ue: string, agency: string) {
    await this.ask(floorGranted(ue, { agency }));
  },
);

Then('the floor is idle again', async function (this: LabWorld) {
  await this.ask(floorIdle());
});
