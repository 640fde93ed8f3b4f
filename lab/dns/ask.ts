import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { decodeDns, encodeDns } from '../wire/dns/codec.ts';
import type { DnsMessage } from '../wire/dns/message.ts';
import { queryOf } from '../wire/dns/query.ts';

/** One question by TCP (RFC 7766), as it goes through a forwarded port. Rejects when no answer comes. */
export function askByTcp(port: number, name: string, type: string, timeoutMs = 5000): Promise<DnsMessage> {
  return exchangeByTcp(port, queryOf(randomInt(0x10000), name, type), timeoutMs);
}

export function exchangeByTcp(port: number, query: DnsMessage, timeoutMs = 5000): Promise<DnsMessage> {
  const { type, name } = query.questions[0] ?? {};
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    const fail = (why: string): void => {
      socket.destroy();
      reject(new Error(`${type} ${name}: ${why}`));
    };
    socket.setTimeout(timeoutMs, () => fail('no answer'));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection was closed'));
    socket.on('connect', () => socket.write(framed(encodeDns(query))));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      // RFC 1035 4.2.2: two bytes of length before the message.
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
      const answer = decodeDns(received.subarray(2, 2 + received.readUInt16BE(0))).value;
      if (answer === undefined || answer.id !== query.id) return fail('what came back is not the answer');
      resolve(answer);
      socket.destroy();
    });
  });
}

function framed(message: Uint8Array): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}
