import { Buffer } from 'node:buffer';
import type { DnsRecord } from '../../../lab/wire/dns/message.ts';

/** The address of a name under in-addr.arpa (RFC 1035 3.5). */
export function reversedAddress(name: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/i.exec(name);
  return match === null ? undefined : match.slice(1).reverse().join('.');
}

/** A PTR record (RFC 1035 3.3.12): the codec knows it as bytes. */
export function pointer(name: string, ttl: number, target: string): DnsRecord {
  const labels = target.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const data = new Uint8Array(Buffer.concat([...labels, Buffer.from([0])]));
  return { name, ttl, type: 'other', number: 12, class: 1, data };
}
