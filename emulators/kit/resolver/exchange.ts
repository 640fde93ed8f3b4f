import { createSocket } from 'node:dgram';
import { decodeDns } from '../../../lab/wire/dns/codec.ts';
import { type DnsMessage, sameName } from '../../../lab/wire/dns/message.ts';

/** `refused`: an ICMP error came back (nobody listens); `silent`: the time was up, or the exchange was given up. */
export type ExchangeEnd = DnsMessage | 'refused' | 'silent';

/** RFC 1035 4.1.1: 16 bits. Good enough among emulators, where node:crypto would be a fifth of the time that they take to start. */
export function queryId(): number {
  return Math.floor(Math.random() * 0x1_0000);
}

/**
 * One question to one nameserver by UDP, from a socket and so a random port of its own (RFC 5452 4.5). The socket is
 * connected: the kernel lets nothing in from elsewhere and reports ICMP errors. What does not match in id and
 * question is not the answer.
 */
export function exchange(
  nameserver: { readonly address: string; readonly port: number },
  { query, bytes }: { readonly query: DnsMessage; readonly bytes: Uint8Array },
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ExchangeEnd> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    let over = false;
    const end = (result: ExchangeEnd): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', givenUp);
      socket.close();
      resolve(result);
    };
    const givenUp = (): void => end('silent');
    const timer = setTimeout(givenUp, timeoutMs);
    signal.addEventListener('abort', givenUp);
    socket.on('error', () => end('refused'));
    socket.on('message', (datagram) => {
      const answer = decodeDns(datagram).value;
      if (answer !== undefined && answers(answer, query)) end(answer);
    });
    socket.connect(nameserver.port, nameserver.address, () => {
      if (!over) socket.send(bytes, (error) => error && end('refused'));
    });
    if (signal.aborted) givenUp();
  });
}

/** RFC 5452 9.1: id and question of the answer are those of the query; names without regard to case (RFC 4343). */
export function answers(answer: DnsMessage, query: DnsMessage): boolean {
  const [asked] = query.questions;
  const [echoed] = answer.questions;
  return (
    answer.response &&
    answer.id === query.id &&
    answer.questions.length === 1 &&
    asked !== undefined &&
    echoed !== undefined &&
    asked.type === echoed.type &&
    sameName(asked.name, echoed.name)
  );
}
