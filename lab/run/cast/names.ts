import { agencyDomain } from '../agency-names.ts';
import type { Configuration } from '../configuration.ts';

/** Domains and identities of the cast, by the agency's letter. */
export const domainOf = ({ dns }: Configuration, letter: string) => agencyDomain(dns, letter);
export const interconnectDomainOf = (configuration: Configuration, letter: string) =>
  `ic.${domainOf(configuration, letter)}`;
export const mcpttIdOf = (configuration: Configuration, ue: string, letter: string) =>
  `sip:${ue}@${domainOf(configuration, letter)}`;
export const campaignOf = (configuration: Configuration) => `sip:campaign@${domainOf(configuration, 'a')}`;
export const teamOf = (configuration: Configuration, letter: string) => `sip:team@${domainOf(configuration, letter)}`;
