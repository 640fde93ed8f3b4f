/** IPv4 addresses as numbers, for the few questions that the plan of a fabric asks. */
export function addressToNumber(address: string): number | undefined {
  const parts = address.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

export function numberToAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

export interface Cidr {
  readonly network: number;
  readonly prefix: number;
}

export function parseCidr(text: string): Cidr | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const network = addressToNumber(match?.[1] ?? '');
  const prefix = Number(match?.[2]);
  if (network === undefined || prefix > 32) return undefined;
  return { network: masked(network, prefix), prefix };
}

export function contains(cidr: Cidr, address: number): boolean {
  return masked(address, cidr.prefix) === cidr.network;
}

/** `10.244.0.0/24` for `10.244.0.5`: the range that kindnetd hands to one node, and the LAN of an access router. */
export function subnet24(address: string): string {
  return `${address.slice(0, address.lastIndexOf('.'))}.0/24`;
}

/** `10.244.0.1` for `10.244.0.5`: what the CNI plugin `ptp` puts on the node's side of every veth. */
export function gatewayOf(address: string): string {
  return `${address.slice(0, address.lastIndexOf('.'))}.1`;
}

/** A locally administered Ethernet address that shows the IPv4 address, as Docker (02:42) and CNI (0a:58) make them. */
export function ethernetAddress(prefix: '02:42' | '0a:58', address: string): string {
  return `${prefix}:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
}

function masked(address: number, prefix: number): number {
  const size = 2 ** (32 - prefix);
  return Math.floor(address / size) * size;
}
