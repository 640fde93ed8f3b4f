import { isRequest } from '../legs.ts';
import { type Host, sameHost } from './hosts.ts';
import type { SipHop } from './story.ts';

/** Who registers on its own behalf: its REGISTER came from nobody else. */
export function clientsOf(hops: readonly SipHop[]): Host[] {
  const registers = hops.filter(({ facts }) => isRequest(facts, 'REGISTER'));
  const passedOn = ({ from, facts }: SipHop) =>
    registers.some(({ to, facts: other }) => to !== undefined && sameHost(to, from) && other.leg === facts.leg);
  return registers.filter((hop) => !passedOn(hop)).map(({ from }) => from);
}
