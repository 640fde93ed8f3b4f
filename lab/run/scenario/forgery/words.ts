import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { CastAct } from '../director.ts';

/** A word that the same parts always give, so that captures of two runs compare, and that nobody else's packets have. */
export function word(...parts: readonly (string | number)[]): string {
  return createHash('sha256').update(parts.join(' ')).digest('hex').slice(0, 20);
}

/** Port that strangers send SIP from: a registered flow is that port alone. */
export const strangerPort = 5060;
/** Port that strangers send everything else from. */
export const strangerMediaPort = 45_000;

export interface Datagram {
  readonly fromAddress?: string;
  readonly fromPort: number;
  readonly to: { readonly host: string; readonly port: number };
  readonly bytes: Uint8Array;
  readonly times?: number;
}

export function sending(host: string, { bytes, ...rest }: Datagram): CastAct {
  return { place: host, act: { do: 'send', ...rest, payload: Buffer.from(bytes).toString('base64') } };
}
