import { encodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsMessage } from '../../../lab/wire/dns/message.ts';
import { exchange, queryId } from '../../kit/resolver/exchange.ts';
import type { ForwardConfig } from '../corefile/load.ts';
import { isBelow } from '../zone/zone.ts';
import { bareReply, type Reply, rcodes } from './reply.ts';

/** CoreDNS waits two seconds for an upstream and gives up after five. */
const readTimeoutMs = 2000;
const deadlineMs = 5000;

export function forwards(config: ForwardConfig, name: string): boolean {
  return isBelow(name, config.from) && !config.except.some((zone) => isBelow(name, zone));
}

/**
 * Sends the question on to one of the upstreams after the other, in a random order, and its answer back as it is.
 * Without any upstream, or when all are dead, SERVFAIL.
 */
export async function forward(
  config: ForwardConfig,
  resolvConfNameservers: readonly string[],
  query: DnsMessage,
  signal: AbortSignal,
): Promise<Reply> {
  const named = config.to.flatMap((to) => (to.startsWith('/') ? resolvConfNameservers : [to]));
  const upstreams = named.map(endpoint).sort(() => Math.random() - 0.5);
  const question = { ...query, id: queryId() };
  const asked = { query: question, bytes: encodeDns(question) };
  const began = performance.now();
  // An upstream that refuses the packet is tried once more, as a restarted one would answer then.
  for (const upstream of [...upstreams, ...upstreams]) {
    const left = deadlineMs - (performance.now() - began);
    if (left <= 0 || signal.aborted) break;
    const answer = await exchange(upstream, asked, Math.min(readTimeoutMs, left), signal);
    if (typeof answer === 'object') return { ...answer, bare: false };
  }
  return bareReply(rcodes.serverFailure);
}

function endpoint(text: string): { address: string; port: number } {
  const [address = '', port] = text.split(':');
  return { address, port: port === undefined ? 53 : Number(port) };
}
