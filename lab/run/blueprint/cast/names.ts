import { agencyDomain } from '../../settings/agency-names.ts';
import type { Configuration } from '../../settings/configuration.ts';

/** Domains and identities of the cast, by the agency's letter. */
export const domainOf = ({ dns }: Pick<Configuration, 'dns'>, letter: string) => agencyDomain(dns, letter);
/** Where partners find an agency: at a node port, or, where pods are routed between clusters, at a pod. */
export type Border = 'node' | 'pod';
/** Both have a name of their own: which one partners call is configuration, and what the names say stays. */
export const borderDomainOf = (configuration: Pick<Configuration, 'dns'>, letter: string, border: Border) =>
  `${border === 'node' ? 'ic' : 'pod'}.${domainOf(configuration, letter)}`;
export const borderOf = ({ border, nat }: Pick<Configuration, 'border' | 'nat'>): Border =>
  border.path === 'server' && nat === 'none' ? 'pod' : 'node';
export const interconnectDomainOf = (configuration: Configuration, letter: string) =>
  borderDomainOf(configuration, letter, borderOf(configuration));
export const mcpttIdOf = (configuration: Configuration, ue: string, letter: string) =>
  `sip:${ue}@${domainOf(configuration, letter)}`;
export const campaignOf = (configuration: Configuration) => `sip:campaign@${domainOf(configuration, 'a')}`;
export const teamOf = (configuration: Configuration, letter: string) => `sip:team@${domainOf(configuration, letter)}`;
