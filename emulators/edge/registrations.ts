/**
 * Who has registered through this edge, and by which flow each is reached (RFC 5626 5.1). An entry is made by the 200
 * of the registrar and by nothing else; a later 200 for the same client moves the flow to where that REGISTER came
 * from.
 */
import { addressOfRecord } from '../../lab/wire/sip/uri.ts';
import type { Flow, OutsideListener, SocketAddress } from './party.ts';

interface Entry {
  readonly flow: Flow;
  readonly expiresAtMs: number;
}

export interface RegistrationOptions {
  /** An opaque token that the same text always gives: an edge that restarts still knows the Paths that it gave out. */
  readonly tokenOf: (text: string) => string;
  readonly maxEntries: number;
}

export class Registrations {
  readonly #options: RegistrationOptions;
  readonly #byToken = new Map<string, Entry>();
  readonly #bySource = new Map<string, Set<string>>();

  constructor(options: RegistrationOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byToken.size;
  }

  /** RFC 5626 4.2: a client is its address of record and its instance (or its Contact, where it names no instance). */
  tokenFor(aor: string, instance: string): string {
    return this.#options.tokenOf(`${addressOfRecord(aor)} ${instance}`);
  }

  /** False when there is no room for another client. */
  hasRoomFor(token: string, nowMs: number): boolean {
    if (this.#byToken.has(token) || this.#byToken.size < this.#options.maxEntries) return true;
    this.#forgetExpired(nowMs);
    return this.#byToken.size < this.#options.maxEntries;
  }

  /** The registrar accepted: the flow is usable until it expires. A lifetime of 0 ends it (RFC 3261 10.2.2). */
  confirm(flow: Flow, lifetimeMs: number, nowMs: number): void {
    this.#remove(flow.token);
    if (lifetimeMs <= 0 || !this.hasRoomFor(flow.token, nowMs)) return;
    this.#byToken.set(flow.token, { flow, expiresAtMs: nowMs + lifetimeMs });
    const key = sourceKey(flow.listener, flow.address);
    const tokens = this.#bySource.get(key) ?? new Set();
    tokens.add(flow.token);
    this.#bySource.set(key, tokens);
  }

  /** A source that no REGISTER made known, where configuration admits such (`unregisteredClients`). */
  admit(listener: OutsideListener, address: SocketAddress, lifetimeMs: number, nowMs: number): Flow | undefined {
    const token = this.#options.tokenOf(`admitted ${sourceKey(listener, address)}`);
    if (!this.hasRoomFor(token, nowMs)) return undefined;
    const flow: Flow = { token, listener, address, aor: undefined };
    this.confirm(flow, lifetimeMs, nowMs);
    return flow;
  }

  byToken(token: string, nowMs: number): Flow | undefined {
    const entry = this.#byToken.get(token);
    if (entry === undefined) return undefined;
    if (entry.expiresAtMs > nowMs) return entry.flow;
    this.#remove(token);
    return undefined;
  }

  /**
   * Several addresses of record may share one source: the one that the request claims, else the first that
   * registered.
   */
  bySource(listener: OutsideListener, address: SocketAddress, claimed: string | undefined, nowMs: number) {
    const tokens = [...(this.#bySource.get(sourceKey(listener, address)) ?? [])];
    const flows = tokens.flatMap((token) => this.byToken(token, nowMs) ?? []);
    const wanted = claimed === undefined ? undefined : addressOfRecord(claimed);
    return flows.find(({ aor }) => aor !== undefined && addressOfRecord(aor) === wanted) ?? flows[0];
  }

  list(nowMs: number): Flow[] {
    this.#forgetExpired(nowMs);
    return [...this.#byToken.values()].map(({ flow }) => flow);
  }

  #forgetExpired(nowMs: number): void {
    for (const [token, { expiresAtMs }] of this.#byToken) if (expiresAtMs <= nowMs) this.#remove(token);
  }

  #remove(token: string): void {
    const entry = this.#byToken.get(token);
    if (entry === undefined) return;
    this.#byToken.delete(token);
    const key = sourceKey(entry.flow.listener, entry.flow.address);
    const tokens = this.#bySource.get(key);
    tokens?.delete(token);
    if (tokens?.size === 0) this.#bySource.delete(key);
  }
}

function sourceKey(listener: OutsideListener, { host, port }: SocketAddress): string {
  return `${listener} ${host}:${port}`;
}
