import { Then } from '@cucumber/cucumber';
import { ackDiscarded, acknowledgedOnce, sessionDies } from '../lab/verdict/questions/acknowledgement.ts';
import { callRefused } from '../lab/verdict/questions/call.ts';
import { crossingDialogComplete } from '../lab/verdict/questions/crossing.ts';
import {
  clusterNamesResolve,
  nameUnresolved,
  noSipLeavesFor,
  partnerResolves,
} from '../lab/verdict/questions/names.ts';
import { nodeAddressWithPodPort, privateAddressInSdp } from '../lab/verdict/questions/private-address.ts';
import {
  admittedAsClient,
  crossingInviteRefused,
  refusalAcknowledged,
  registrationAccepted,
} from '../lab/verdict/questions/refusal.ts';
import type { LabWorld } from './world.ts';

/** RFC 3261 13.3.1.4: a 200 without ACK is repeated after T1, 2·T1 and 4·T1. */
const threeRepetitions = 1 + 2 + 4;
/** Nothing is repeated once the time of the first repetition, T1, is well over. */
const noRepetition = 2;

Then('INVITE, 200 and ACK of the crossing dialog complete', async function (this: LabWorld) {
  await this.ask(crossingDialogComplete());
});

const sentToTheSdp = 'packets for the address in the SDP of the crossing dialog';

Then(`${sentToTheSdp} leak out of the node with the pod's own source`, async function (this: LabWorld) {
  await this.ask(privateAddressInSdp('leaked'));
});

Then(`${sentToTheSdp} reach a bystander of the own cluster`, async function (this: LabWorld) {
  await this.ask(privateAddressInSdp('bystander'));
});

Then(`${sentToTheSdp} come back to their own sender`, async function (this: LabWorld) {
  await this.ask(privateAddressInSdp('self'));
});

Then(`${sentToTheSdp} leave the node masqueraded and are lost`, async function (this: LabWorld) {
  await this.ask(privateAddressInSdp('masqueraded'));
});

Then("packets reach the far node at the pod's own port, which no Service exposes", async function (this: LabWorld) {
  await this.ask(nodeAddressWithPodPort());
});

Then(
  "agency {word}'s server gets no usable answer for its partners' names",
  async function (this: LabWorld, agency: string) {
    await this.ask(nameUnresolved(agency));
  },
);

Then('no SIP for a partner leaves the node of agency {word}', async function (this: LabWorld, agency: string) {
  await this.ask(noSipLeavesFor(agency));
});

Then('cluster names resolve in agency {word}', async function (this: LabWorld, agency: string) {
  await this.ask(clusterNamesResolve(agency));
});

Then("the caller's own INVITE gets a final error", async function (this: LabWorld) {
  await this.ask(callRefused());
});

Then("the caller's own INVITE is answered {int}", async function (this: LabWorld, status: number) {
  await this.ask(callRefused([status]));
});

Then(
  "the crossing INVITE is refused with {int} by the other agency's edge",
  async function (this: LabWorld, status: number) {
    await this.ask(crossingInviteRefused(status));
  },
);

Then('the ACK of the refusal reaches the edge that refused', async function (this: LabWorld) {
  await this.ask(refusalAcknowledged());
});

Then("agency {word}'s edge accepts the REGISTER of its own clients", async function (this: LabWorld, agency: string) {
  await this.ask(registrationAccepted(agency));
});

Then("the crossing INVITE is let in as an originating client's", async function (this: LabWorld) {
  await this.ask(admittedAsClient());
});

Then(
  "the ACK of each crossing dialog ends at the root agency's edge, and the 200 is repeated",
  async function (this: LabWorld) {
    await this.ask(ackDiscarded(), threeRepetitions * this.topology.t1Ms);
  },
);

Then('the session dies after 64·T1: its BYE is answered 481', async function (this: LabWorld) {
  await this.ask(sessionDies(), 64 * this.topology.t1Ms);
});

Then('the ACK of each crossing dialog passes every pod once, within T1 of its 200', async function (this: LabWorld) {
  await this.ask(acknowledgedOnce(), noRepetition * this.topology.t1Ms);
});

Then(
  'the ACK of the crossing dialog ends at the edge that receives it, and the 200 is repeated',
  async function (this: LabWorld) {
    await this.ask(ackDiscarded('far-edge'), threeRepetitions * this.topology.t1Ms);
  },
);

Then(
  "agency {word}'s server resolves its partner by SRV to the partner's node and node port",
  async function (this: LabWorld, agency: string) {
    await this.ask(partnerResolves(agency));
  },
);
