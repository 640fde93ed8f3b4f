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
}
