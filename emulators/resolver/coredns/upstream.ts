import { createSocket, type Socket } from 'node:dgram';
import { decodeDns, encodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsMessage, DnsRecord } from '../../../lab/wire/dns/message.ts';

const soa: DnsRecord = {
  name: 'example.com',
  ttl: 900,
  type: 'SOA',
  mname: 'ns.example.com',
  rname: 'hostmaster.example.com',
  serial: 1,
  refresh: 7200,
  retry: 3600,
  expire: 86_400,
  minimum: 900,
};

/** A recursive resolver that knows three names and refuses all else; on a free port of the loopback. */
export async function startUpstream(): Promise<{ readonly port: number; close(): void }> {
  const socket: Socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const query = decodeDns(bytes).value;
    if (query !== undefined) socket.send(encodeDns(answer(query)), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, close: () => socket.close() };
}

function answer(query: DnsMessage): DnsMessage {
  const [question] = query.questions;
  const reply = { ...query, response: true, recursionAvailable: true, additionals: [] };
  switch (question?.name.toLowerCase()) {
    case 'www.example.com': {
      const record: DnsRecord = { name: 'www.example.com', ttl: 300, type: 'A', address: '192.0.2.80' };
      return question?.type === 'A' ? { ...reply, answers: [record] } : { ...reply, authorities: [soa] };
    }
    case 'gone.example.com':
      return { ...reply, rcode: 3, authorities: [soa] };
    case 'servfail.example.com':
      return { ...reply, rcode: 2 };
    default:
      return { ...reply, rcode: 5 };
  }
}
