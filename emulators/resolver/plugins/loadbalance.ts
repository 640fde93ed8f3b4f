import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import type { Reply } from './reply.ts';

/** The loadbalance plugin: aliases first, addresses in a random order after all else; SRV records keep theirs. */
export function shuffled(reply: Reply): Reply {
  return { ...reply, answers: shuffle(reply.answers), additionals: shuffle(reply.additionals) };
}

function shuffle(records: readonly DnsRecord[]): DnsRecord[] {
  const aliases = records.filter(({ type }) => type === 'CNAME');
  const addresses = records.filter(({ type }) => type === 'A' || type === 'AAAA');
  const rest = records.filter((record) => !aliases.includes(record) && !addresses.includes(record));
  const drawn = addresses.map((record) => ({ record, draw: Math.random() })).sort((a, b) => a.draw - b.draw);
  return [...aliases, ...rest, ...drawn.map(({ record }) => record)];
}
