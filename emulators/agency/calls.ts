import { decodeMcpttInfo, type McpttInfo } from '../../lab/wire/mcx-info/mcptt-info.ts';
import type { SipRequest } from '../../lab/wire/sip/message.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { addressOfRecord } from '../../lab/wire/sip/uri.ts';
import type { ServerTransaction } from '../kit/sip/endpoint.ts';
import { admit, type Decision } from './admission.ts';
import { terminatingPsi } from './classify.ts';
import type { AgencyContext } from './context.ts';
import { ControllingSession } from './controlling/session.ts';
import { sameIdentity } from './identity.ts';
import { IncomingLeg, refuse } from './legs/incoming-leg.ts';
import { NonControllingSession } from './non-controlling/session.ts';
import { RelaySession } from './participating/relay.ts';
import { mcpttInfoType } from './service.ts';
import type { Refusal } from './warnings.ts';

type Of<Do extends Decision['do']> = Extract<Decision, { do: Do }>;

/** The sessions of this server, and how an initial INVITE comes to one of them. */
export class Calls {
  readonly #ctx: AgencyContext;
  readonly #controlling = new Map<string, ControllingSession>();
  readonly #nonControlling = new Map<
    string,
    { readonly session: NonControllingSession; readonly controller: string }
  >();
  readonly #relays = new Set<RelaySession>();

  constructor(ctx: AgencyContext) {
    this.#ctx = ctx;
  }

  async invite(transaction: ServerTransaction): Promise<void> {
    const { request } = transaction;
    const info = infoOf(request);
    const decision = admit(request, info, this.#ctx.config.psi, this.#ctx.groups);
    if (decision.do === 'refuse') return this.#refuse(transaction, decision.refusal);
    const given = info ?? {};
    switch (decision.do) {
      case 'control':
        return this.#control(transaction, decision, given);
      case 'join':
        return this.#join(transaction, decision, given);
      case 'relay-up':
        return this.#relayUp(transaction, decision, given);
      case 'relay-down':
        return this.#relayDown(transaction, decision, given);
    }
  }

  releaseAll(): void {
    for (const session of this.#all()) session.release();
  }

  describe(): unknown[] {
    return this.#all().map((session) => session.describe());
  }

  #all(): (ControllingSession | NonControllingSession | RelaySession)[] {
    const joined = [...this.#nonControlling.values()].map(({ session }) => session);
    return [...this.#controlling.values(), ...joined, ...this.#relays];
  }

  #refuse(transaction: ServerTransaction, refusal: Refusal): void {
    refuse(this.#ctx, transaction, refusal, this.#ctx.ids.tag());
  }

  async #control(
    transaction: ServerTransaction,
    { group, caller, from }: Of<'control'>,
    info: McpttInfo,
  ): Promise<void> {
    // TS 24.379 6.3.3.2.3.2: the client refreshes its session with the controlling function.
    const leg = await IncomingLeg.open(this.#ctx, transaction, { far: from, party: caller, wish: 'uac' });
    if (leg === undefined) return;
    const key = addressOfRecord(group.uri);
    const running = this.#controlling.get(key);
    if (running !== undefined) {
      running.join(leg);
      return;
    }
    const session: ControllingSession = new ControllingSession(this.#ctx, {
      group,
      onOver: () => {
        if (this.#controlling.get(key) === session) this.#controlling.delete(key);
      },
    });
    this.#controlling.set(key, session);
    session.begin(leg, info);
  }

  async #join(transaction: ServerTransaction, decision: Of<'join'>, info: McpttInfo): Promise<void> {
    const { group, temporary, caller, controllingPsi } = decision;
    const key = addressOfRecord(group.uri);
    const leg = await IncomingLeg.open(this.#ctx, transaction, { far: 'partner', party: controllingPsi, wish: 'uas' });
    if (leg === undefined) return;
    const running = this.#nonControlling.get(key);
    if (running !== undefined && !sameIdentity(running.controller, controllingPsi)) {
      leg.refuse({ status: 486 });
      return;
    }
    // A group is in one session at a time. The function that controls it starts anew: its former session is over.
    running?.session.release();
    const session: NonControllingSession = new NonControllingSession(this.#ctx, leg, {
      group,
      temporary,
      caller,
      onOver: () => {
        if (this.#nonControlling.get(key)?.session === session) this.#nonControlling.delete(key);
      },
    });
    this.#nonControlling.set(key, { session, controller: controllingPsi });
    session.begin(info);
  }

  /** TS 24.379 10.1.1.3.1: the originating participating function asks the controlling function of a partner. */
  async #relayUp(transaction: ServerTransaction, { group, caller }: Of<'relay-up'>, given: McpttInfo): Promise<void> {
    const { config, router } = this.#ctx;
    const leg = await IncomingLeg.open(this.#ctx, transaction, { far: 'client', party: caller, wish: 'uac' });
    if (leg === undefined) return;
    const uri = group.controllingPsi;
    const hop = await router.toPartner(uri);
    if (hop === undefined) {
      this.#ctx.log.warn('no way to the controlling function', { uri });
      leg.refuse({ status: 404, warning: 142 });
      return;
    }
    const { accessToken: _, ...info } = given;
    await this.#relay(leg, {
      onward: { far: 'partner', party: uri, uri, hop, psi: terminatingPsi(config.psi) },
      focus: false,
      info: { ...info, callingUserId: caller },
      answerPsi: config.psi.participating,
    });
  }

  /** TS 24.379 10.1.1.3.2: the terminating participating function asks the client of the called user. */
  async #relayDown(transaction: ServerTransaction, { user, caller }: Of<'relay-down'>, info: McpttInfo): Promise<void> {
    const { config, router, registrar, clock } = this.#ctx;
    const binding = registrar.affiliated(user, clock.nowMs());
    if (binding === undefined) return this.#refuse(transaction, { status: 480, warning: 146 });
    const leg = await IncomingLeg.open(this.#ctx, transaction, { far: 'partner', party: caller, wish: 'uas' });
    const hop = leg && (await router.toClient(binding));
    if (leg === undefined) return;
    if (hop === undefined) {
      leg.refuse({ status: 480 });
      return;
    }
    await this.#relay(leg, {
      onward: { far: 'client', party: user, uri: binding.contact, hop, psi: config.psi.participating },
      focus: true,
      info,
      answerPsi: terminatingPsi(config.psi),
    });
  }

  async #relay(leg: IncomingLeg, parts: Omit<ConstructorParameters<typeof RelaySession>[2], 'onOver'>): Promise<void> {
    if (leg.over) return;
    const session: RelaySession = new RelaySession(this.#ctx, leg, {
      ...parts,
      onOver: () => this.#relays.delete(session),
    });
    this.#relays.add(session);
    await session.begin();
  }
}

function infoOf(request: SipRequest): McpttInfo | undefined {
  const body = partOfType(request, mcpttInfoType);
  return body && decodeMcpttInfo(body).value;
}
