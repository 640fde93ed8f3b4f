import { formatParams, type Params, paramOf, parseParams } from './params.ts';
import { parseHostPort } from './uri.ts';

/** RFC 3261 20.42. */
export interface Via {
  /** `UDP`, `TCP`, `TLS`, … in upper case. */
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
}

export function parseVia(value: string): Via | undefined {
  const semicolon = value.indexOf(';');
  const sent = semicolon === -1 ? value : value.slice(0, semicolon);
  // RFC 4475 3.1.1.1: white space may stand around each slash.
  const match = /^\s*SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9\-.!%*_+`'~]+)\s+(\S.*)$/is.exec(sent);
  const place = match?.[2] === undefined ? undefined : parseHostPort(match[2]);
  if (match?.[1] === undefined || place === undefined) return undefined;
  const params = semicolon === -1 ? [] : parseParams(value.slice(semicolon));
  return { transport: match[1].toUpperCase(), ...place, params };
}

export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** `''` for a parameter without a value (`rport` of a request), undefined where it is absent. */
export function viaParam(via: Via, name: string): string | undefined {
  return paramOf(via.params, name);
}
