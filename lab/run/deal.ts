/** A scenario that waits for a hand to run it; scenarios of one key can share a ground. */
export interface Waiting {
  readonly id: string;
  readonly key: string;
}

/**
 * Deals scenarios out to hands that run them side by side: one that can stay on the ground of the hand's last scenario, else
 * one of the ground that most of those left want.
 */
export class Deal {
  readonly #left: Waiting[];

  constructor(scenarios: readonly Waiting[]) {
    this.#left = [...scenarios];
  }

  /** @returns undefined when none is left. */
  next(lastKey: string | undefined): Waiting | undefined {
    const same = this.#left.findIndex(({ key }) => key === lastKey);
    const index = same >= 0 ? same : this.#left.findIndex(({ key }) => key === this.#mostWanted());
    return index < 0 ? undefined : this.#left.splice(index, 1)[0];
  }

  #mostWanted(): string | undefined {
    const counts = new Map<string, number>();
    for (const { key } of this.#left) counts.set(key, (counts.get(key) ?? 0) + 1);
    return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
  }
}
