import type { DnsMessage } from '../../lab/wire/dns/message.ts';
import type { Clock } from '../kit/clock.ts';
import type { Log } from '../kit/log.ts';
import { loadCorefile, type ServerConfig } from './corefile/load.ts';
import { ReplyCache } from './plugins/cache.ts';
import { answerOpt, badVersion, ednsVersion, optOf } from './plugins/edns.ts';
import { forward, forwards } from './plugins/forward.ts';
import { shuffled } from './plugins/loadbalance.ts';
import { bareReply, fullReply, type Reply, rcodes, toMessage } from './plugins/reply.ts';
import { lookupService, type ServiceNames } from './plugins/services.ts';
import { openZoneFile, type ZoneFile } from './zone/files.ts';
import { lookup } from './zone/lookup.ts';
import { isBelow } from './zone/zone.ts';

export interface ServerOptions {
  /** Text of the Corefile, and its path: zone files are found beside it. */
  readonly corefile: string;
  readonly path: string;
  readonly services: ServiceNames;
  readonly resolvConfNameservers: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
}

interface Block {
  readonly config: ServerConfig;
  readonly files: readonly ZoneFile[];
  readonly cache: ReplyCache | undefined;
}

/** A question may be asked anew for the target of an alias so many times. */
const maxDepth = 8;

/** All server blocks of one Corefile. Throws where CoreDNS would not start with it. */
export class ResolverServer {
  readonly #options: ServerOptions;
  readonly #blocks: readonly Block[];
  readonly #ended = new AbortController();
  readonly #startedS = Math.floor(Date.now() / 1000);

  constructor(options: ServerOptions) {
    this.#options = options;
    const opened: ZoneFile[] = [];
    const open = (config: ServerConfig): ZoneFile[] =>
      config.files.map((file) => {
        const zoneFile = openZoneFile(file, options.path, options.clock, options.log);
        opened.push(zoneFile);
        return zoneFile;
      });
    try {
      this.#blocks = loadCorefile(options.corefile).map((config) => ({
        config,
        files: open(config),
        cache: config.cache === undefined ? undefined : new ReplyCache(config.cache),
      }));
    } catch (error) {
      for (const file of opened) file.stop();
      throw error;
    }
  }

  get ports(): number[] {
    return [...new Set(this.#blocks.map(({ config }) => config.port))];
  }

  close(): void {
    this.#ended.abort();
    for (const file of this.#blocks.flatMap(({ files }) => files)) file.stop();
  }

  /** The answer to a datagram that came to `port`; undefined for what gets none. */
  async answer(query: DnsMessage, port: number): Promise<DnsMessage | undefined> {
    // An answer is never answered, or two servers would talk for ever.
    if (query.response) return undefined;
    const opt = optOf(query);
    if (opt !== undefined && ednsVersion(opt) !== 0) {
      return { ...toMessage(fullReply({}), query), additionals: [badVersion()] };
    }
    const reply = await this.#serve(query, port, 0);
    const message = toMessage(reply, query);
    const additionals = message.additionals.filter((record) => record.type !== 'other' || record.number !== 41);
    return { ...message, additionals: opt === undefined ? additionals : [...additionals, answerOpt(opt)] };
  }

  async #serve(query: DnsMessage, port: number, depth: number): Promise<Reply> {
    const [question] = query.questions;
    if (query.opcode !== 0) return bareReply(rcodes.notImplemented);
    if (question === undefined || query.questions.length > 1) return bareReply(rcodes.formatError);
    const name = question.name.toLowerCase();
    const block = this.#blockFor(name, port);
    if (block === undefined || depth > maxDepth)
      return bareReply(block === undefined ? rcodes.refused : rcodes.serverFailure);
    const reply = await this.#cached(block, query, name, question.type, port, depth);
    if (block.config.log && depth === 0)
      this.#options.log.info('query', { qname: question.name, type: question.type, rcode: reply.rcode });
    return reply;
  }

  /** The block of the longest zone that the name lies in. */
  #blockFor(name: string, port: number): Block | undefined {
    const fitting = this.#blocks.filter(({ config }) => config.port === port && isBelow(name, config.zone));
    return fitting.sort((a, b) => depthOf(b.config.zone) - depthOf(a.config.zone))[0];
  }

  async #cached(
    block: Block,
    query: DnsMessage,
    name: string,
    type: string,
    port: number,
    depth: number,
  ): Promise<Reply> {
    const { cache } = block;
    if (cache === undefined || !cache.covers(name)) return this.#chain(block, query, name, type, port, depth);
    // RFC 4035 4.7: who asks for DNSSEC gets other answers.
    const key = `${name} ${type} ${((optOf(query)?.ttl ?? 0) & 0x8000) === 0 ? '' : 'do'}`;
    const { clock } = this.#options;
    const kept = cache.get(key, clock.nowMs());
    if (kept !== undefined) return kept;
    const reply = await this.#chain(block, query, name, type, port, depth);
    return cache.put(key, name, type, reply, clock.nowMs());
  }

  /** Plugins in CoreDNS's own order, whatever the order of the file: loadbalance around kubernetes, file, forward. */
  async #chain(
    block: Block,
    query: DnsMessage,
    name: string,
    type: string,
    port: number,
    depth: number,
  ): Promise<Reply> {
    const { config } = block;
    const balance = config.loadbalance ? shuffled : (reply: Reply) => reply;
    if (config.kubernetes !== undefined) {
      const asked = query.questions[0]?.name ?? name;
      const found = lookupService(config.kubernetes, this.#options.services, this.#startedS, asked, type);
      if (found !== 'nobody') return balance(fullReply(found));
    }
    const inFile = await this.#fromFiles(block, query, name, type, port, depth);
    if (inFile !== undefined) return balance(inFile);
    if (config.forward !== undefined && forwards(config.forward, name)) {
      return balance(await forward(config.forward, this.#options.resolvConfNameservers, query, this.#ended.signal));
    }
    // A server of files alone refuses what it has no file for; other chains end in failure.
    return bareReply(config.files.length > 0 ? rcodes.refused : rcodes.serverFailure);
  }

  async #fromFiles(block: Block, query: DnsMessage, name: string, type: string, port: number, depth: number) {
    const zones = block.files.flatMap(({ zones }) => [...zones]).filter(([origin]) => isBelow(name, origin));
    const longest = zones.sort(([a], [b]) => depthOf(b) - depthOf(a))[0];
    if (longest === undefined) return undefined;
    const [, zone] = longest;
    if (zone === undefined) return bareReply(rcodes.serverFailure);
    // Zone transfers (AXFR, IXFR) are for the transfer plugin, which is not there.
    if (type === 'TYPE252' || type === 'TYPE251') return bareReply(rcodes.refused);
    const found = await lookup(zone, name, type, (target, wanted) =>
      this.#serve({ ...query, questions: [{ name: target, type: wanted }] }, port, depth + 1),
    );
    return fullReply(found);
  }
}

/** Labels of a zone; the root has none. */
function depthOf(zone: string): number {
  return zone === '.' ? 0 : zone.split('.').length;
}
