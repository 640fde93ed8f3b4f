import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import type { CacheConfig } from '../corefile/load.ts';
import { isBelow } from '../zone/zone.ts';
import { type Reply, rcodes } from './reply.ts';

interface Kept {
  readonly reply: Reply;
  readonly storedMs: number;
  readonly ttl: number;
}

/** CoreDNS: nothing is kept for less, and an upstream's SERVFAIL for just so long. */
const leastTtl = 5;
const capacity = 10_000;

/** The cache plugin: answers and denials for as long as their records allow, at most the configured time. */
export class ReplyCache {
  readonly #config: CacheConfig;
  readonly #kept = new Map<string, Kept>();

  constructor(config: CacheConfig) {
    this.#config = config;
  }

  /** Whether this cache stands before the name at all. */
  covers(name: string): boolean {
    return this.#config.zones.some((zone) => isBelow(name, zone));
  }

  get(key: string, nowMs: number): Reply | undefined {
    const kept = this.#kept.get(key);
    if (kept === undefined) return undefined;
    const left = kept.ttl - Math.floor((nowMs - kept.storedMs) / 1000);
    if (left > 0) return { ...withTtl(kept.reply, left), authoritative: true };
    this.#kept.delete(key);
    return undefined;
  }

  /** Keeps the reply where it may be kept, and gives it back as it goes out: with one TTL, that of the cache. */
  put(key: string, name: string, type: string, reply: Reply, nowMs: number): Reply {
    if (reply.bare) return reply;
    const kind = kindOf(reply, type);
    const denied = kind === 'denial';
    const most = denied ? this.#config.denialTtl : this.#config.ttl;
    const ttl = kind === 'failure' ? leastTtl : Math.min(Math.max(smallestTtl(reply), leastTtl), most);
    const capped = withTtl(reply, ttl);
    const except = kind === 'success' ? this.#config.noSuccess : this.#config.noDenial;
    const keep = kind !== 'none' && ttl > 0 && !except.some((zone) => isBelow(name, zone));
    if (keep) this.#store(key, { reply: capped, storedMs: nowMs, ttl });
    return capped;
  }

  #store(key: string, kept: Kept): void {
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size > capacity && !oldest.done) this.#kept.delete(oldest.value);
  }
}

/** RFC 2308 5: a denial without a SOA is not kept; an answer that does not hold what was asked for neither. */
function kindOf(reply: Reply, type: string): 'success' | 'denial' | 'failure' | 'none' {
  const soa = reply.authorities.some((record) => record.type === 'SOA');
  if (reply.truncated) return 'none';
  if (reply.rcode === rcodes.serverFailure) return 'failure';
  if (reply.rcode === rcodes.nameError) return soa ? 'denial' : 'none';
  if (reply.rcode !== rcodes.noError) return 'none';
  const answered = reply.answers.some((record) => record.type === type || record.type === 'other');
  if (!answered && soa) return 'denial';
  return answered || reply.answers.length === 0 ? 'success' : 'none';
}

function smallestTtl(reply: Reply): number {
  const all = [...reply.answers, ...reply.authorities, ...reply.additionals.filter((record) => !isOpt(record))];
  const ttls = all.map((record) => (record.type === 'SOA' ? Math.min(record.ttl, record.minimum) : record.ttl));
  return ttls.length === 0 ? leastTtl : Math.min(...ttls);
}

function withTtl(reply: Reply, ttl: number): Reply {
  const set = (records: readonly DnsRecord[]): DnsRecord[] =>
    records.filter((record) => !isOpt(record)).map((record) => ({ ...record, ttl }));
  return {
    ...reply,
    answers: set(reply.answers),
    authorities: set(reply.authorities),
    additionals: set(reply.additionals),
  };
}

function isOpt(record: DnsRecord): boolean {
  return record.type === 'other' && record.number === 41;
}
