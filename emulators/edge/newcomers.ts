/**
 * REGISTERs of sources that are not registered yet: the one request that a stranger may bring as far as the
 * registrar. How many may be under way is bounded, for each address and for all, so that a flood of them leaves room
 * for those who are in.
 */
export class Newcomers {
  readonly #byHost = new Map<string, number>();
  readonly #maxByHost: number;
  readonly #max: number;
  #underWay = 0;

  constructor(maxByHost: number, max: number) {
    this.#maxByHost = maxByHost;
    this.#max = max;
  }

  hasRoomFor(host: string): boolean {
    return this.#underWay < this.#max && (this.#byHost.get(host) ?? 0) < this.#maxByHost;
  }

  /** The answer is to be called once, when the transaction is over. */
  enter(host: string): () => void {
    this.#underWay += 1;
    this.#byHost.set(host, (this.#byHost.get(host) ?? 0) + 1);
    return () => {
      this.#underWay -= 1;
      const left = (this.#byHost.get(host) ?? 1) - 1;
      if (left > 0) this.#byHost.set(host, left);
      else this.#byHost.delete(host);
    };
  }
}
