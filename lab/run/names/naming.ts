import type { DnsAgency } from '../../dns/agency-zone.ts';
import type { Configuration } from '../settings/configuration.ts';
import { writeDnsFiles } from './dns-files.ts';

/** The ground of a scenario's names, as far as it stands before the cast plays. */
export interface NamesWanted {
  readonly configuration: Configuration;
  readonly agencies: readonly DnsAgency[];
  /** `logs/<scenario-id>`: what was written is left here. */
  readonly logs: string;
}

/** Makes names what a scenario's configuration says: with the partners' zone or without, in whichever CoreDNS. */
export interface Naming {
  /** @returns the address that pods ask, by agency; what is missing stays as the blueprint has it. */
  arrange(wanted: NamesWanted): Promise<ReadonlyMap<string, string>>;
  /** Replaces the pods that answer for names in an agency's cluster, one after the other; false: they are of the cast. */
  rollOut(agency: string): Promise<boolean>;
  /** Puts back what was there. */
  close(): Promise<void>;
}

/** Resolvers of the cast read the very files that the DNS patch puts into a cluster. */
export const embeddedNaming: Naming = {
  arrange: async ({ configuration, agencies, logs }) => {
    await writeDnsFiles(logs, configuration, agencies);
    return new Map();
  },
  rollOut: async () => false,
  close: async () => undefined,
};
