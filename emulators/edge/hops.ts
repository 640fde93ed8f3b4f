/** From a next hop to an address: URIs with an address in them at once, names by RFC 3263. */
import { isIPv4 } from 'node:net';
import { parseSipUri } from '../../lab/wire/sip/uri.ts';
import type { ResolverClient } from '../kit/resolver/client.ts';
import type { Next, SocketAddress } from './party.ts';

export type Locate = (next: Next) => Promise<SocketAddress | undefined>;

export function locateBy(resolver: Pick<ResolverClient, 'resolveUri'>): Locate {
  return async (next) => {
    if (next.kind === 'address') return next.address;
    return numeric(next.uri) ?? (await resolver.resolveUri(next.uri)).targets[0];
  };
}

/** RFC 3263 4.2: a numeric address needs no lookup. */
function numeric(text: string): SocketAddress | undefined {
  const uri = parseSipUri(text);
  return uri !== undefined && isIPv4(uri.host) ? { host: uri.host, port: uri.port ?? 5060 } : undefined;
}
