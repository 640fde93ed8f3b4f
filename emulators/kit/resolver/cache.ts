import type { LookupResult } from './locate.ts';

/** Answers until their TTL ends (RFC 1035 3.2.1: TTL 0 is not kept); at most so many, the oldest gives way. */
export class AnswerCache {
  readonly #limit: number;
  readonly #entries = new Map<string, { readonly result: LookupResult; readonly untilMs: number }>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get(name: string, type: string, nowMs: number): LookupResult | undefined {
    const key = cacheKey(name, type);
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.untilMs > nowMs) return entry?.result;
    this.#entries.delete(key);
    return undefined;
  }

  put(name: string, type: string, result: LookupResult, untilMs: number): void {
    const key = cacheKey(name, type);
    this.#entries.delete(key);
    this.#entries.set(key, { result, untilMs });
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > this.#limit && !oldest.done) this.#entries.delete(oldest.value);
  }

  get size(): number {
    return this.#entries.size;
  }
}

function cacheKey(name: string, type: string): string {
  return `${type} ${name.replace(/\.$/, '').toLowerCase()}`;
}
