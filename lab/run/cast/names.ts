/** Domains and identities of the cast, by the agency's letter. */
export const domainOf = (letter: string) => `${letter}.mcx.test`;
export const interconnectDomainOf = (letter: string) => `ic.${domainOf(letter)}`;
export const mcpttIdOf = (ue: string, letter: string) => `sip:${ue}@${domainOf(letter)}`;
export const campaign = 'sip:campaign@a.mcx.test';
export const teamOf = (letter: string) => `sip:team@${domainOf(letter)}`;
