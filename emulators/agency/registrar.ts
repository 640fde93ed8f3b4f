import { addrParam, parseNameAddr } from '../../lab/wire/sip/address.ts';
import { parseCSeq } from '../../lab/wire/sip/cseq.ts';
import { header, headers, listValues } from '../../lab/wire/sip/headers.ts';
import type { SipHeader, SipRequest } from '../../lab/wire/sip/message.ts';
import { addressOfRecord, parseSipUri } from '../../lab/wire/sip/uri.ts';
import { hostOf } from './identity.ts';
import type { Refusal } from './warnings.ts';

/** Where a user of this agency is reached (RFC 3261 10.3, RFC 3327, RFC 5626). */
export interface Binding {
  readonly user: string;
  /** The Contact URI: Request-URI of what is sent to the user. */
  readonly contact: string;
  /** The Contact header value as registered, parameters included, without `expires`. */
  readonly contactValue: string;
  /** Path values in order: the Route of what is sent to the user. */
  readonly path: readonly string[];
  readonly instance: string | undefined;
  /** The Contact has the feature tag of MCPTT: the user is logged on to the service. */
  readonly mcptt: boolean;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAtMs: number;
}

export type Registered =
  | { readonly ok: true; readonly user: string; readonly headers: readonly SipHeader[] }
  | { readonly ok: false; readonly refusal: Refusal };

const defaultExpiresS = 3600;
const maxExpiresS = 7200;
/** Devices of one user; a further one takes the place of the oldest. */
const maxBindings = 4;
/** A binding is a few hundred bytes; longer headers are not stored. */
const maxHeaderLength = 2048;

const refused = (status: number, warning?: 141): Registered => ({
  ok: false,
  refusal: warning === undefined ? { status } : { status, warning },
});

/** The registrar of one domain and the binding of MCPTT IDs to it: bounded by the users of the configuration. */
export class Registrar {
  readonly #domain: string;
  readonly #users: ReadonlyMap<string, string>;
  readonly #bindings = new Map<string, readonly Binding[]>();

  constructor(domain: string, users: readonly string[]) {
    this.#domain = domain.toLowerCase();
    this.#users = new Map(users.map((user) => [addressOfRecord(user), user]));
  }

  /** RFC 3261 10.3. */
  register(request: SipRequest, nowMs: number): Registered {
    // Step 1: the domain is ours.
    if (hostOf(request.uri) !== this.#domain) return refused(404);
    const to = parseNameAddr(header(request, 'to') ?? '');
    if (to === undefined) return refused(400);
    // Step 5: the address of record is known; TS 24.379 7.3.2 for the user of the service.
    const user = this.#users.get(addressOfRecord(to.uri));
    if (user === undefined) return refused(404, 141);
    const callId = header(request, 'call-id');
    const cseq = parseCSeq(header(request, 'cseq') ?? '')?.number;
    if (callId === undefined || cseq === undefined) return refused(400);
    const path = listValues(request, 'path');
    if ([...path, ...headers(request, 'contact')].some((value) => value.length > maxHeaderLength)) return refused(400);

    let known = this.bindingsOf(user, nowMs);
    const contacts = listValues(request, 'contact');
    const fallback = seconds(header(request, 'expires')) ?? defaultExpiresS;
    if (contacts.some((value) => value.trim() === '*')) {
      // Step 6: `*` only alone and with Expires: 0.
      if (contacts.length !== 1 || fallback !== 0) return refused(400);
      known = [];
    } else {
      for (const value of contacts) {
        const binding = bindingOf(user, value, { path, callId, cseq, fallback, nowMs });
        if (binding === undefined) return refused(400);
        const before = known.find((other) => sameDevice(other, binding));
        // Step 7: within a Call-ID an older request changes nothing.
        if (before !== undefined && before.callId === callId && cseq <= before.cseq) return refused(500);
        known = known.filter((other) => other !== before);
        if (binding.expiresAtMs > nowMs) known = [...known, binding].slice(-maxBindings);
      }
    }
    if (known.length === 0) this.#bindings.delete(addressOfRecord(user));
    else this.#bindings.set(addressOfRecord(user), known);
    return { ok: true, user, headers: answerHeaders(known, path, nowMs) };
  }

  bindingsOf(user: string, nowMs: number): readonly Binding[] {
    return (this.#bindings.get(addressOfRecord(user)) ?? []).filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  }

  /** Implicit affiliation (TS 24.379 9.2.2.2.15): who is logged on to the service is affiliated to his groups. */
  affiliated(user: string, nowMs: number): Binding | undefined {
    return this.bindingsOf(user, nowMs).findLast(({ mcptt }) => mcptt);
  }

  describe(nowMs: number): { user: string; contacts: string[] }[] {
    return [...this.#users.values()]
      .map((user) => ({ user, contacts: this.bindingsOf(user, nowMs).map(({ contact }) => contact) }))
      .filter(({ contacts }) => contacts.length > 0);
  }
}

interface Registration {
  readonly path: readonly string[];
  readonly callId: string;
  readonly cseq: number;
  readonly fallback: number;
  readonly nowMs: number;
}

function bindingOf(user: string, value: string, registration: Registration): Binding | undefined {
  const contact = parseNameAddr(value);
  if (contact === undefined || parseSipUri(contact.uri) === undefined) return undefined;
  const { path, callId, cseq, fallback, nowMs } = registration;
  const given = addrParam(contact, 'expires');
  const expiresS = Math.min(given === undefined ? fallback : (seconds(given) ?? fallback), maxExpiresS);
  return {
    user,
    contact: contact.uri,
    contactValue: value.replace(/\s*;\s*expires\s*=\s*[^;,\s]*/i, ''),
    path,
    instance: addrParam(contact, '+sip.instance'),
    mcptt: contact.params.some(([name]) => name.toLowerCase() === '+g.3gpp.mcptt'),
    callId,
    cseq,
    expiresAtMs: nowMs + expiresS * 1000,
  };
}

/** RFC 5626 6: a device is known by its instance-id; RFC 3261 10.3 step 7: without one by the URI. */
function sameDevice(a: Binding, b: Binding): boolean {
  if (a.instance !== undefined && b.instance !== undefined) return a.instance === b.instance;
  return a.contact === b.contact;
}

/** Step 8: all current bindings with what is left of their time; RFC 3327 5.3: the Path that was stored. */
function answerHeaders(known: readonly Binding[], path: readonly string[], nowMs: number): SipHeader[] {
  const longest = Math.max(0, ...known.map(({ expiresAtMs }) => left(expiresAtMs, nowMs)));
  return [
    ...known.map(({ contactValue, expiresAtMs }) => ({
      name: 'Contact',
      value: `${contactValue};expires=${left(expiresAtMs, nowMs)}`,
    })),
    ...path.map((value) => ({ name: 'Path', value })),
    { name: 'Expires', value: String(longest) },
  ];
}

function left(expiresAtMs: number, nowMs: number): number {
  return Math.max(0, Math.ceil((expiresAtMs - nowMs) / 1000));
}

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}
