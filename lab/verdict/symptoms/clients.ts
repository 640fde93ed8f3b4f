import { isRequest } from '../legs.ts';
import { hostKey } from './hosts.ts';
import type { Story } from './story.ts';

/** Who registers on its own behalf, by `hostKey`: its REGISTER came from nobody else. */
export function clientsOf({ legs }: Story): Set<string> {
  const clients = new Set<string>();
  for (const { hops, arrivals } of legs) {
    const passedOn = new Set(
      arrivals.filter(({ facts }) => isRequest(facts, 'REGISTER')).map(({ host }) => hostKey(host)),
    );
    for (const { facts, from } of hops) {
      if (isRequest(facts, 'REGISTER') && !passedOn.has(hostKey(from))) clients.add(hostKey(from));
    }
  }
  return clients;
}

/** Who passes other people's requests on, by `hostKey`: an edge. */
export function proxiesOf({ legs }: Story): Set<string> {
  const proxies = new Set<string>();
  for (const { hops, arrivals } of legs) {
    const got = new Set(
      arrivals.filter(({ facts }) => facts.status === 0).map(({ host, facts }) => `${facts.method} ${hostKey(host)}`),
    );
    for (const { facts, from } of hops) {
      if (facts.status === 0 && got.has(`${facts.method} ${hostKey(from)}`)) proxies.add(hostKey(from));
    }
  }
  return proxies;
}
