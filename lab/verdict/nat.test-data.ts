/** Addresses and ports of a datagram. */
export interface Tuple {
  readonly src: string;
  readonly srcPort: number;
  readonly dst: string;
  readonly dstPort: number;
}

export function reverse({ src, srcPort, dst, dstPort }: Tuple): Tuple {
  return { src: dst, srcPort: dstPort, dst: src, dstPort: srcPort };
}

export function same(a: Tuple, b: Tuple): boolean {
  return a.src === b.src && a.srcPort === b.srcPort && a.dst === b.dst && a.dstPort === b.dstPort;
}

/** Connection tracking as Linux does it: what a flow's first packet became, its later ones and its replies follow. */
export class Nat {
  readonly #flows: { readonly before: Tuple; readonly after: Tuple }[] = [];
  #random = 61001;

  /** The packet behind the router; `rule` says what becomes of the first packet of a flow. */
  translate(packet: Tuple, rule: (packet: Tuple) => Tuple): Tuple {
    for (const { before, after } of this.#flows) {
      if (same(before, packet)) return after;
      if (same(reverse(after), packet)) return reverse(before);
    }
    const wanted = rule(packet);
    // A port that is taken on the way back is replaced.
    const taken = this.#flows.some(({ after }) => same(after, wanted));
    const after = taken ? { ...wanted, srcPort: this.#random++ } : wanted;
    this.#flows.push({ before: packet, after });
    return after;
  }

  /** Whether this packet answers a flow that is known. */
  knows(packet: Tuple): boolean {
    return this.#flows.some(({ before, after }) => same(before, packet) || same(reverse(after), packet));
  }
}
