import { encodeDns } from '../../wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../../wire/dns/message.ts';
import { all, alter, at, both, lose, payload, type Select } from './edit.ts';
import type { Edit } from './recording.ts';
import { type Fault, says } from './row.ts';
import { leg } from './sip.ts';

const of = '@R1a';

/** Answers to questions whose name says this. */
export function reply(name: RegExp, type?: string): Select {
  return () => (packet) => {
    const content = packet.datagram?.content;
    if (content?.protocol !== 'dns' || !content.message.response) return false;
    return content.message.questions.some(
      (asked) => name.test(asked.name) && (type === undefined || asked.type === type),
    );
  };
}

export function alterDns(select: Select, change: (message: DnsMessage) => DnsMessage): Edit {
  return alter(select, (packet) => {
    const content = packet.datagram?.content;
    return content?.protocol === 'dns' ? payload(packet, encodeDns(change(content.message))) : packet;
  });
}

export const denied = (rcode: number) => (message: DnsMessage) => ({ ...message, rcode, answers: [], additionals: [] });

function records(change: (record: DnsRecord) => DnsRecord) {
  return (message: DnsMessage) => ({
    ...message,
    answers: message.answers.map(change),
    additionals: message.additionals.map(change),
  });
}

export const partner = /ic\.b\.mcx\.test|node-b/;

export const nameFaults: readonly Fault[] = [
  {
    what: "the partner's SRV is answered NXDOMAIN, and the call goes on all the same",
    of,
    edit: alterDns(reply(partner, 'SRV'), denied(3)),
    fails: says.resolved,
    because: /no SRV of a partner is answered/,
  },
  {
    what: "all of the partner's names are answered NXDOMAIN, and no SIP leaves for it",
    of,
    edit: all(alterDns(reply(partner), denied(3)), lose(leg('sip:ncf@')), lose(leg('sip:b-ue-'))),
    fails: says.resolved,
    because: /no SRV of a partner is answered/,
    symptom: 'name-unresolved',
  },
  {
    what: "the answer about the partner's SRV is lost",
    of,
    edit: lose(both(reply(partner, 'SRV'), at('a-mcx'))),
    fails: says.resolved,
    because: /no SRV/,
  },
  {
    what: 'the SRV has a port that the partner does not expose to agencies',
    of,
    edit: alterDns(
      reply(partner, 'SRV'),
      records((record) => (record.type === 'SRV' ? { ...record, port: 31060 } : record)),
    ),
    fails: says.resolved,
    because: /SRV says port 31060/,
  },
  {
    what: "the SRV's target has the address of another node",
    of,
    edit: alterDns(
      reply(partner),
      records((record) => (record.type === 'A' ? { ...record, address: '172.18.0.9' } : record)),
    ),
    fails: says.resolved,
    because: /172\.18\.0\.9/,
  },
  {
    what: 'names of the own cluster are answered SERVFAIL',
    of,
    edit: alterDns(reply(/cluster\.local/), denied(2)),
    fails: says.clusterNames,
    because: /no name under cluster\.local/,
  },
];
