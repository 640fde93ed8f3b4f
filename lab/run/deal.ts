/** A scenario that waits for a hand to run it. */
export interface Waiting {
  readonly id: string;
  /** Scenarios of one key can share a ground. */
  readonly key: string;
  /** Grounds of one skeleton become each other at little cost; one of another skeleton has to be built. */
  readonly skeleton: string;
  /** Most of its time passes in a timer of the protocol: while it runs, a processor is free for others. */
  readonly idles?: boolean;
}

/**
 * Deals scenarios out to hands that run them side by side. Scenarios that idle come first, and one after the other: two at a
 * time would leave the machine without work, and one at the end would be waited for alone.
 *
 * To build a ground takes the processors from all other hands. So a hand stays with the key of its last scenario, then with its
 * skeleton. Where it has to build, it takes a skeleton that no other hand is at: so each has one hand, and what few scenarios a rare
 * one has, which are long, come early. It helps out at a skeleton of others where more scenarios are left than hands that will
 * come back for them; fewer would have begun before its ground stands. Whoever has no ground yet disturbs nobody and always builds.
 */
export class Deal {
  readonly #left: Waiting[];
  /** What is with a hand now. */
  readonly #out = new Map<string, Waiting>();

  constructor(scenarios: readonly Waiting[]) {
    this.#left = [...scenarios.filter(({ idles }) => idles), ...scenarios.filter(({ idles }) => !idles)];
  }

  /**
   * @param last what the hand that asks has just done
   * @returns undefined when none is left for this hand, which need not ask again.
   */
  next(last: Waiting | undefined): Waiting | undefined {
    if (last !== undefined) this.#out.delete(last.id);
    const candidates = this.#candidates(last);
    const key = candidates.some((one) => one.key === last?.key) ? last?.key : mostWanted(candidates);
    const dealt = candidates.find((one) => one.key === key);
    if (dealt === undefined) return undefined;
    this.#left.splice(this.#left.indexOf(dealt), 1);
    this.#out.set(dealt.id, dealt);
    return dealt;
  }

  #candidates(last: Waiting | undefined): readonly Waiting[] {
    const out = [...this.#out.values()];
    const busy = this.#left.filter(({ idles }) => !idles);
    const suitable = busy.length > 0 && out.some(({ idles }) => idles) ? busy : this.#left;
    const own = suitable.filter(({ skeleton }) => skeleton === last?.skeleton);
    if (own.length > 0) return own;
    const at = (skeleton: string, list: readonly Waiting[]) => list.filter((one) => one.skeleton === skeleton).length;
    const unheld = suitable.filter(({ skeleton }) => at(skeleton, out) === 0);
    if (unheld.length > 0) return unheld;
    if (last === undefined) return suitable;
    return suitable.filter(({ skeleton }) => at(skeleton, this.#left) > at(skeleton, out));
  }
}

function mostWanted(waiting: readonly Waiting[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { key } of waiting) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0];
}
