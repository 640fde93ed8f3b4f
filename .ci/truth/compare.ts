import { EXCEPTIONS, type Exception } from './exceptions.ts';
import type { Packet, Protocol } from './fields.ts';

/** A packet that the two sides see differently. */
export interface Disagreement {
  readonly file: string;
  readonly frame: number;
  /** A field of Wireshark; `protocol` or `broken` for the packet as a whole. */
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
}

/** What both sides agreed on, and where they did not. */
export class Tally {
  readonly packets = new Map<Protocol, number>();
  /** How often each field had the same values on both sides. */
  readonly fields = new Map<string, number>();
  /** Packets that ours, theirs or both call broken, where somebody sends garbage. */
  readonly broken = new Map<string, number>();
  readonly excepted = new Map<Exception, number>();
  readonly disagreements: Disagreement[] = [];
  readonly #isGarbage: (file: string) => boolean;

  /** In captures of garbage a packet that one side calls broken has no true fields; elsewhere no packet may be broken. */
  constructor(isGarbage: (file: string) => boolean) {
    this.#isGarbage = isGarbage;
  }

  get compared(): number {
    return [...this.packets.values()].reduce((sum, count) => sum + count, 0);
  }

  /** One packet, which one of the sides may not have at all. */
  compare(file: string, frame: number, ours: Packet | undefined, theirs: Packet | undefined): void {
    const differ = (field: string, our: string, their: string) => {
      const exception = ours && theirs && EXCEPTIONS.find((one) => one.field === field && one.applies(ours, theirs));
      if (exception !== undefined) count(this.excepted, exception);
      else this.disagreements.push({ file, frame, field, ours: our, theirs: their });
    };
    if (ours === undefined || theirs === undefined || ours.protocol !== theirs.protocol) {
      differ('protocol', ours?.protocol ?? 'no packet', theirs?.protocol ?? 'no packet');
      return;
    }
    const { protocol } = ours;
    count(this.packets, protocol);
    if (protocol !== 'other' && (ours.broken || theirs.broken)) {
      if (!this.#isGarbage(file)) differ('broken', String(ours.broken), String(theirs.broken));
      else
        count(this.broken, `${protocol}, ${ours.broken && theirs.broken ? 'both' : ours.broken ? 'ours' : 'theirs'}`);
      return;
    }
    for (const field of new Set([...Object.keys(ours.facts), ...Object.keys(theirs.facts)])) {
      const [our, their] = [ours.facts[field]?.join(' | ') ?? '', theirs.facts[field]?.join(' | ') ?? ''];
      if (our === their) count(this.fields, field);
      else differ(field, our, their);
    }
  }
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
