import { addressOfRecord } from '../../lab/wire/sip/uri.ts';
import type { AgencyConfig } from './config.ts';
import { hostOf } from './identity.ts';

export type Group = AgencyConfig['groups'][number];
export type ConstituentGroup = Extract<Group, { kind: 'constituent' }>;
export type TemporaryGroup = Extract<Group, { kind: 'temporary' }>;
export type PartnerGroup = Extract<Group, { kind: 'partner' }>;

/** Somebody to be called for a group: a user here, a partner's constituent group, or a partner's user (topology T1). */
export type Invitee =
  | { readonly kind: 'local'; readonly user: string }
  | { readonly kind: 'constituent'; readonly group: string; readonly psi: string }
  | { readonly kind: 'direct'; readonly user: string; readonly psi: string };

/** The group documents of this agency (TS 24.481), as far as a call needs them. */
export class GroupDirectory {
  readonly #groups: ReadonlyMap<string, Group>;
  readonly #users: ReadonlySet<string>;
  readonly #partnerDomains: readonly string[];

  constructor(config: Pick<AgencyConfig, 'groups' | 'users' | 'interconnect'>) {
    this.#groups = new Map(config.groups.map((group) => [addressOfRecord(group.uri), group]));
    this.#users = new Set(config.users.map(addressOfRecord));
    this.#partnerDomains = config.interconnect.partners.flatMap((p) => [
      p.domain.toLowerCase(),
      p.interconnectDomain.toLowerCase(),
    ]);
  }

  find(uri: string): Group | undefined {
    return this.#groups.get(addressOfRecord(uri));
  }

  serves(user: string): boolean {
    return this.#users.has(addressOfRecord(user));
  }

  /** A user or function of a partner system: its own system has authorised it (TS 23.379 10.6.2.4.1.1.1). */
  isPartner(identity: string): boolean {
    return this.#partnerDomains.includes(hostOf(identity));
  }

  /** Users of this agency in a group, those of its local constituent groups included. */
  localMembers(group: ConstituentGroup | TemporaryGroup): string[] {
    if (group.kind === 'constituent') return group.members.filter((user) => this.serves(user));
    const users = group.constituents.flatMap(({ group: uri, nonControllingPsi }) => {
      const constituent = nonControllingPsi === null ? this.find(uri) : undefined;
      return constituent?.kind === 'constituent' ? this.localMembers(constituent) : [];
    });
    return [...new Map(users.map((user) => [addressOfRecord(user), user])).values()];
  }

  /** TS 24.379 6.3.5.2: a user served here has to be a member; a partner's user is known to the partner alone. */
  mayCall(group: ConstituentGroup | TemporaryGroup, user: string): boolean {
    if (this.serves(user))
      return this.localMembers(group).some((member) => addressOfRecord(member) === addressOfRecord(user));
    return this.isPartner(user);
  }

  /** TS 24.379 10.1.1.4.1: whom a controlling function calls, everybody but the one who called. */
  invitees(group: ConstituentGroup | TemporaryGroup, caller: string): Invitee[] {
    const notCaller = (user: string): boolean => addressOfRecord(user) !== addressOfRecord(caller);
    const local = this.localMembers(group)
      .filter(notCaller)
      .map((user): Invitee => ({ kind: 'local', user }));
    if (group.kind === 'constituent') return local;
    const constituents = group.constituents.flatMap(({ group: uri, nonControllingPsi: psi }): Invitee[] =>
      psi === null ? [] : [{ kind: 'constituent', group: uri, psi }],
    );
    const direct = group.directMembers
      .filter(({ user }) => notCaller(user))
      .map(({ user, participatingPsi }): Invitee => ({ kind: 'direct', user, psi: participatingPsi }));
    return [...local, ...constituents, ...direct];
  }
}
