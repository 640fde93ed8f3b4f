/** TS 24.380 8.2.3.12: who sends a Floor Ack. */
export const FLOOR_SOURCE = { PARTICIPANT: 0, PARTICIPATING: 1, CONTROLLING: 2, NON_CONTROLLING: 3 } as const;
