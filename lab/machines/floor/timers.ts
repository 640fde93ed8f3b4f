/** TS 24.380 tables 11.1.1-1 and 11.1.3-1, in milliseconds. */
export interface ParticipantTimers {
  readonly t100Ms: number;
  readonly t101Ms: number;
  readonly t103Ms: number;
  readonly t104Ms: number;
}

export interface ServerTimers {
  readonly t1Ms: number;
  readonly t2Ms: number;
  readonly t3Ms: number;
  readonly t4Ms: number;
  readonly t7Ms: number;
  readonly t8Ms: number;
  readonly t20Ms: number;
}

/** TS 24.380 table 11.1.1-1: T132, where no configuration says otherwise. */
export const T132_MS = 2000;

/** TS 24.380 tables 11.2.1-1 and 11.2.2-1: how often a message is sent in all before its sender gives up. */
export const C100 = 3;
export const C101 = 3;
export const C104 = 3;
export const C7 = 10;
export const C20 = 3;

/** Floor Taken that nobody acknowledges is sent so often in all. */
export const C_TAKEN = 3;

/**
 * So long after the end of a burst RTP of its talker is dropped without a Floor Revoke: it was on its way. No timer of
 * TS 24.380, which knows one network and no reordering between its media and its floor control.
 */
export const STRAGGLER_MS = 200;
