/** A scenario that waits for a hand to run it; scenarios of one key can share a ground. */
export interface Waiting {
  readonly id: string;
  readonly key: string;
  /** Most of its time passes in a timer of the protocol: while it runs, a processor is free for others. */
  readonly idles?: boolean;
}

/**
 * Deals scenarios out to hands that run them side by side: one that can stay on the ground of the hand's last scenario, else
 * one of the ground that most of those left want. Scenarios that idle come first, and one after the other: two at a time
 * would leave the machine without work, and one at the end would be waited for alone.
 */
export class Deal {
  readonly #left: Waiting[];
  /** The scenario that idles and is out with a hand. */
  #idling: Waiting | undefined;

  constructor(scenarios: readonly Waiting[]) {
    this.#left = [...scenarios.filter(({ idles }) => idles), ...scenarios.filter(({ idles }) => !idles)];
  }

  /**
   * @param last what the hand that asks has just done
   * @returns undefined when none is left.
   */
  next(last: Waiting | undefined): Waiting | undefined {
    if (last !== undefined && last.id === this.#idling?.id) this.#idling = undefined;
    const dealt = this.#choose(last?.key);
    if (dealt?.idles) this.#idling ??= dealt;
    return dealt;
  }

  #choose(lastKey: string | undefined): Waiting | undefined {
    const busy = this.#left.filter(({ idles }) => !idles);
    const suitable = this.#idling !== undefined && busy.length > 0 ? busy : this.#left;
    const key = suitable.some((one) => one.key === lastKey) ? lastKey : mostWanted(suitable);
    const chosen = suitable.find((one) => one.key === key);
    if (chosen !== undefined) this.#left.splice(this.#left.indexOf(chosen), 1);
    return chosen;
  }
}

function mostWanted(waiting: readonly Waiting[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { key } of waiting) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
