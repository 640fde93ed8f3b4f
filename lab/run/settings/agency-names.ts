import { nameProblem } from '../../dns/name.ts';

/** Names in the zone, as an operator chose them. */
export interface OwnNames {
  readonly origin: string;
  readonly names: Readonly<Record<string, string | undefined>>;
}

export function agencyDomain({ origin, names }: OwnNames, letter: string): string {
  return `${names[letter] ?? letter}.${origin}`;
}

/**
 * What CoreDNS would refuse to serve, or serve for two agencies at once, and by which key of `dns`: the same name twice, or a name
 * under which another agency's partners look.
 */
export function namesProblem(
  own: OwnNames,
  letters: readonly string[],
): { readonly path: string[]; readonly message: string } | undefined {
  const origin = nameProblem(own.origin);
  if (origin !== undefined) return { path: ['origin'], message: origin };
  const taken = new Map<string, string>();
  for (const letter of letters) {
    const path = own.names[letter] === undefined ? ['names'] : ['names', letter];
    const domain = agencyDomain(own, letter);
    const message = nameProblem(`_sip._udp.ic.${domain}`);
    if (message !== undefined) return { path, message };
    for (const name of [domain.toLowerCase(), `ic.${domain.toLowerCase()}`]) {
      const other = taken.get(name);
      if (other !== undefined)
        return { path, message: `agencies ${other} and ${letter} would both have the name ${name}` };
      taken.set(name, letter);
    }
  }
  return undefined;
}
