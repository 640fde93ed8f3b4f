import type { DnsMessage, DnsRecord } from '../../lab/wire/dns/message.ts';
import { typeNumber } from '../../lab/wire/dns/message.ts';
import { FactList, type Facts } from './fields.ts';

export function dnsFacts(message: DnsMessage): Facts {
  const list = new FactList();
  list.add('dns.id', message.id).add('dns.flags.response', Number(message.response));
  list.add('dns.flags.opcode', message.opcode);
  if (message.response) {
    list.add('dns.flags.rcode', message.rcode).add('dns.flags.authoritative', Number(message.authoritative));
  }
  for (const { name, type } of message.questions)
    list.add('dns.qry.name', theirName(name)).add('dns.qry.type', typeNumber(type));
  for (const record of [...message.answers, ...message.authorities, ...message.additionals]) addRecord(list, record);
  return list.facts;
}

function addRecord(list: FactList, record: DnsRecord): FactList {
  const { type, name, ttl } = record;
  list.add('dns.resp.name', theirName(name)).add('dns.resp.type', type === 'other' ? record.number : typeNumber(type));
  // RFC 6891 6.1.3: what stands in the place of OPT's TTL is none.
  if (type !== 'other' || record.number !== 41) list.add('dns.resp.ttl', ttl);
  switch (type) {
    case 'A':
      return list.add('dns.a', record.address);
    case 'AAAA':
      return list.add('dns.aaaa', record.address);
    case 'NS':
      return list.add('dns.ns', theirName(record.target));
    case 'CNAME':
      return list.add('dns.cname', theirName(record.target));
    case 'SRV':
      list.add('dns.srv.priority', record.priority).add('dns.srv.weight', record.weight);
      return list.add('dns.srv.port', record.port).add('dns.srv.target', theirName(record.target));
    case 'NAPTR':
      list.add('dns.naptr.order', record.order).add('dns.naptr.preference', record.preference);
      list.add('dns.naptr.flags', record.flags).add('dns.naptr.service', record.services);
      return list.add('dns.naptr.regex', record.regexp).add('dns.naptr.replacement', theirName(record.replacement));
    case 'SOA':
      list.add('dns.soa.mname', theirName(record.mname)).add('dns.soa.rname', theirName(record.rname));
      return list.add('dns.soa.serial_number', record.serial);
    case 'other':
      return list;
  }
}

function theirName(name: string): string {
  return name === '.' || name === '' ? '<Root>' : name;
}
