/**
 * The media ports of one side of the edge: pairs for RTP and RTCP (even, and the next one: RFC 3550 11), single ones
 * for floor control. Nothing is ever given that is not in the range, because nothing else is exposed.
 */
export class MediaPorts {
  /**
   * Free ports, the one that has been free for longest first: what a peer still sends to an ended call meets nobody.
   */
  readonly #free: number[] = [];
  readonly #taken = new Set<number>();

  constructor([first, last]: readonly [number, number]) {
    for (let port = first; port <= last; port += 1) this.#free.push(port);
  }

  get free(): number {
    return this.#free.length;
  }

  /** The even port of a pair. */
  takePair(): number | undefined {
    const port = this.#free.find((candidate) => candidate % 2 === 0 && this.#free.includes(candidate + 1));
    if (port !== undefined) this.#take(port, port + 1);
    return port;
  }

  /** A port that can be no part of a pair any more, where there is one: pairs are the scarcer good. */
  takeSingle(): number | undefined {
    const port = this.#free.find((candidate) => !this.#free.includes(candidate ^ 1)) ?? this.#free[0];
    if (port !== undefined) this.#take(port);
    return port;
  }

  release(...ports: readonly number[]): void {
    for (const port of ports) if (this.#taken.delete(port)) this.#free.push(port);
  }

  #take(...ports: readonly number[]): void {
    for (const port of ports) {
      this.#free.splice(this.#free.indexOf(port), 1);
      this.#taken.add(port);
    }
  }
}
