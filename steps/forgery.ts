import { defineParameterType, Then, When } from '@cucumber/cucumber';
import { garbage } from '../lab/run/scenario/forgery/garbage.ts';
import { registration, replay } from '../lab/run/scenario/forgery/replay.ts';
import { spray } from '../lab/run/scenario/forgery/spray.ts';
import {
  believedWithoutSource,
  forgedSourceDropped,
  forgeryGetsNowhere,
  letInAsPartner,
  registeredAs,
} from '../lab/verdict/questions/forgery.ts';
import { floodArrives, mediaGetsNowhere } from '../lab/verdict/questions/uninvited.ts';
import type { LabWorld } from './world.ts';

defineParameterType({
  name: 'host',
  regexp: /a host on the bridge|[a-d]-(?:stranger|spoofer|bystander)/,
  transformer: (name: string) => (name === 'a host on the bridge' ? 'bridge' : name),
});

When('{host} registers as a subscriber of its own', async function (this: LabWorld, host: string) {
  await this.actUpon(registration(this.topology, host));
});

Then("{host}'s registration is accepted", async function (this: LabWorld, host: string) {
  await this.ask(registeredAs(host));
});

When(
  'the genuine crossing INVITE is replayed by {host} at the client port of agency {word}',
  async function (this: LabWorld, host: string, agency: string) {
    await this.actUpon(replay(this.topology, host, agency, 'client port'));
  },
);

When(
  'the genuine crossing INVITE is replayed by {host} at the agency port of agency {word}',
  async function (this: LabWorld, host: string, agency: string) {
    await this.actUpon(replay(this.topology, host, agency, 'agency port'));
  },
);

When(
  'the genuine crossing INVITE is replayed by {host} through its own edge, with a Route to the edge of agency {word}',
  async function (this: LabWorld, host: string, agency: string) {
    await this.actUpon(replay(this.topology, host, agency, 'own edge'));
  },
);

When(
  'the genuine crossing INVITE is replayed by {host} through its own edge, with a Route to the edge of agency {word} and a To tag',
  async function (this: LabWorld, host: string, agency: string) {
    await this.actUpon(replay(this.topology, host, agency, 'own edge, in a dialog'));
  },
);

When(
  "the genuine crossing INVITE is replayed by {host} at the agency port of agency {word} with the partner node's source address",
  async function (this: LabWorld, host: string, agency: string) {
    await this.actUpon(replay(this.topology, host, agency, 'forged source'));
  },
);

Then('what {host} forged arrives at an edge and gets nowhere', async function (this: LabWorld, host: string) {
  await this.ask(forgeryGetsNowhere(host));
});

Then('what {host} forged leaves it and arrives nowhere', async function (this: LabWorld, host: string) {
  await this.ask(forgedSourceDropped(host));
});

Then("what {host} forged reaches the partner's server as its partner's", async function (this: LabWorld, host: string) {
  await this.ask(letInAsPartner(host));
});

Then('what {host} forged reaches the server in the name of a partner', async function (this: LabWorld, host: string) {
  await this.ask(believedWithoutSource(host));
});

When('{host} sends RTP and floor control to every exposed port', async function (this: LabWorld, host: string) {
  await this.actUpon(spray(this.topology, host));
});

Then(
  'what {host} sent arrives at every exposed port and is relayed to nobody',
  async function (this: LabWorld, host: string) {
    await this.ask(mediaGetsNowhere(host));
  },
);

When(
  '{host} sends {int} datagrams of garbage to all exposed ports',
  async function (this: LabWorld, host: string, count: number) {
    await this.actUpon(garbage(this.topology, host, count));
  },
);

Then(
  'at least {int} datagrams of {host} arrive, some at every exposed port',
  async function (this: LabWorld, count: number, host: string) {
    await this.ask(floodArrives(host, count));
  },
);
