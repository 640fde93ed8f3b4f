import { Then } from '@cucumber/cucumber';
import { crossedBothNats } from '../lab/verdict/questions/crossing.ts';
import { burstHeard, ownServerHears } from '../lab/verdict/questions/media.ts';
import { burstUnheard } from '../lab/verdict/questions/nothing.ts';
import type { LabWorld } from './world.ts';

/** RTP of a talk burst: a packet every 20 ms (TS 26.179 with 20 ms frames); the last one follows the first after this. */
const burstMs = (packets: number) => (packets - 1) * 20;

Then(
  "every other member hears all {int} packets of {word}'s burst after the first {int}",
  async function (this: LabWorld, packets: number, talker: string, afterFirst: number) {
    await this.ask(burstHeard({ talker, packets, afterFirst }), burstMs(packets));
  },
);

Then(
  "every other member of agency {word} hears all {int} packets of {word}'s burst after the first {int}",
  async function (this: LabWorld, agency: string, packets: number, talker: string, afterFirst: number) {
    await this.ask(burstHeard({ talker, packets, afterFirst, agency }), burstMs(packets));
  },
);

Then(
  "no member of agency {word} hears {word}'s burst",
  async function (this: LabWorld, agency: string, talker: string) {
    await this.ask(burstUnheard({ talker, agency }), burstMs(20));
  },
);

Then('RTP, floor control and SIP are translated at both nodes', async function (this: LabWorld) {
  await this.ask(crossedBothNats('rtp', 'floor', 'sip'));
});

Then("{word}'s RTP reaches its own server", async function (this: LabWorld, ue: string) {
  await this.ask(ownServerHears(ue));
});
