import type { DnsVariant } from '../dns/options.ts';

/** What `lab dns` may be told. */
export interface DnsFlags {
  readonly variant: DnsVariant;
  readonly context?: string[];
  readonly node?: string[];
  readonly namespace: string;
  readonly image?: string;
  readonly config?: string;
  readonly out?: string;
  readonly json?: true;
}
