import type { Evidence } from '../../lab/verdict/question.ts';
import type { Path } from './path.ts';

export type RowKind = 'request' | 'response' | 'refusal' | 'floor' | 'media' | 'dns' | 'denial' | 'icmp' | 'act';

/** One line of the ladder: a datagram, many alike, or a note at a column. */
export interface Row {
  readonly timeNs: bigint;
  /** Of the last one where there are several. */
  readonly untilNs: bigint;
  readonly count: number;
  readonly kind: RowKind;
  readonly label: string;
  /** Undefined for a line across all columns; `dns` and `denial` are notes at the place where the path begins. */
  readonly path: Path | undefined;
  /** Further facts, for who points at the row and for the table below. */
  readonly details: string;
  /** Where the first one can be seen. */
  readonly evidence: readonly Evidence[];
  /** Where the others can be seen, when there are several. */
  readonly more: readonly Evidence[];
}

/** A tap and a frame as one word. */
export function frameKey({ tap, frame }: Evidence): string {
  return `${tap} ${frame}`;
}

export function evidenceOf(sightings: readonly Evidence[]): Evidence[] {
  return sightings.map(({ tap, frame }) => ({ tap, frame }));
}
