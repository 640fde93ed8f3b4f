import { encodeDns } from '../../../lab/wire/dns/codec.ts';
import { type DnsMessage, type DnsRecord, sameName } from '../../../lab/wire/dns/message.ts';
import type { ResolvConf } from '../config.ts';
import { type Log, silentLog } from '../log.ts';
import { AnswerCache } from './cache.ts';
import { exchange, queryId } from './exchange.ts';
import { type Located, type LookupResult, locate } from './locate.ts';
import { searchNames } from './search.ts';

export type QueryType = 'A' | 'SRV' | 'NAPTR';

interface Known extends LookupResult {
  /** Seconds that the answer may be kept. */
  readonly ttl: number;
}

/** As long as a chain of aliases may be; glibc has no limit but its buffer, resolvers stop at about this many. */
const maxAliases = 8;

/**
 * The stub resolver of a pod and RFC 3263 on top of it: what libresolv does with /etc/resolv.conf (search list,
 * ndots, timeout, attempts, nameservers in turn), by UDP. A truncated answer is used as far as it goes. Nameservers
 * are `address` or `address:port`.
 */
export class ResolverClient {
  readonly #conf: ResolvConf;
  readonly #log: Log;
  readonly #cache = new AnswerCache(256);
  readonly #ended = new AbortController();

  constructor(conf: ResolvConf, log: Log = silentLog) {
    this.#conf = conf;
    this.#log = log;
  }

  /** RFC 3263 4: where a request for this URI can be sent by UDP, best first. Never rejects. */
  async resolveUri(uri: string): Promise<Located> {
    const located = await locate(uri, (name, type) => this.lookup(name, type), Math.random);
    this.#log.info('resolved', { uri, ...located });
    return located;
  }

  /** One name and type, through the search list; kept by the name as it is written, as nscd does. Never rejects. */
  async lookup(name: string, type: QueryType): Promise<LookupResult> {
    const cached = this.#cache.get(name, type, performance.now());
    if (cached !== undefined) return cached;
    const { ttl, ...result } = await searchNames(name, this.#conf, (absolute) => this.#absolute(absolute, type));
    // Denials are not kept: a remedy must work at once.
    if (result.status === 'answer') this.#cache.put(name, type, result, performance.now() + ttl * 1000);
    return result;
  }

  /** Ends every exchange that is under way as if nobody had answered. */
  close(): void {
    this.#ended.abort();
  }

  async #absolute(name: string, type: QueryType): Promise<Known> {
    const without = { name, records: [], ttl: 0 };
    let owner = name;
    let ttl = Number.POSITIVE_INFINITY;
    for (let hops = 0; hops <= maxAliases; hops += 1) {
      const answer = await this.#ask(owner, type);
      if (typeof answer === 'string') return { ...without, status: answer };
      const chain = follow(answer.answers, owner, type);
      ttl = Math.min(ttl, chain.ttl);
      if (chain.records.length > 0) return { status: 'answer', name, records: chain.records, ttl };
      if (answer.rcode === 3) return { ...without, status: 'nxdomain' };
      if (chain.owner === owner) return { ...without, status: 'nodata' };
      // RFC 1034 5.3.3: an alias whose target the answer does not hold is asked for anew.
      owner = chain.owner;
    }
    return { ...without, status: 'servfail' };
  }

  /** Nameservers in turn, `attempts` times over; anything but an answer or NXDOMAIN goes on to the next one. */
  async #ask(name: string, type: QueryType): Promise<DnsMessage | 'servfail' | 'unreachable'> {
    let worst: 'servfail' | 'unreachable' = 'unreachable';
    for (let attempt = 0; attempt < this.#conf.attempts; attempt += 1) {
      for (const nameserver of this.#conf.nameservers) {
        if (this.#ended.signal.aborted) return 'unreachable';
        const query = question(name, type);
        const bytes = written(query);
        if (bytes === undefined) return { ...query, rcode: 3 };
        const signal = this.#ended.signal;
        const result = await exchange(endpoint(nameserver), { query, bytes }, this.#conf.timeoutMs, signal);
        if (typeof result === 'object' && (result.rcode === 0 || result.rcode === 3)) return result;
        this.#log.warn('no answer', {
          name,
          type,
          nameserver,
          ended: typeof result === 'object' ? result.rcode : result,
        });
        if (typeof result === 'object') worst = 'servfail';
      }
    }
    return worst;
  }
}

function endpoint(nameserver: string): { address: string; port: number } {
  const [address = '', port] = nameserver.split(':');
  return { address, port: port === undefined ? 53 : Number(port) };
}

/** Walks the aliases of an answer: the records of the type asked for, or the last name reached without any. */
function follow(records: readonly DnsRecord[], start: string, type: QueryType) {
  let owner = start;
  let ttl = Number.POSITIVE_INFINITY;
  for (let hops = 0; hops <= maxAliases; hops += 1) {
    const here = records.filter((record) => sameName(record.name, owner));
    const found = here.filter((record) => record.type === type);
    for (const record of found) ttl = Math.min(ttl, record.ttl);
    if (found.length > 0) return { owner, records: found, ttl };
    const alias = here.find((record) => record.type === 'CNAME');
    if (alias === undefined) break;
    ttl = Math.min(ttl, alias.ttl);
    owner = alias.target;
  }
  return { owner, records: [], ttl };
}

/** undefined for a name that no DNS message can hold: such a name does not exist, and nobody is asked. */
function written(query: DnsMessage): Uint8Array | undefined {
  try {
    return encodeDns(query);
  } catch {
    return undefined;
  }
}

function question(name: string, type: QueryType): DnsMessage {
  return {
    id: queryId(),
    response: false,
    opcode: 0,
    authoritative: false,
    truncated: false,
    recursionDesired: true,
    recursionAvailable: false,
    rcode: 0,
    questions: [{ name, type }],
    answers: [],
    authorities: [],
    additionals: [],
  };
}
