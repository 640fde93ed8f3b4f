/** TS 24.380 8.2.3.15: the sixteen bits of the Floor Indicator, A the most significant. Several may be set. */
export const FLOOR_INDICATOR = {
  /** A */
  NORMAL: 0x8000,
  /** B */
  BROADCAST_GROUP: 0x4000,
  /** C; C, D and E only inform. */
  SYSTEM: 0x2000,
  /** D */
  EMERGENCY: 0x1000,
  /** E */
  IMMINENT_PERIL: 0x0800,
  /** F */
  QUEUEING_SUPPORTED: 0x0400,
  /** G */
  DUAL_FLOOR: 0x0200,
  /** H; a call on a temporary group, as between systems, sets it. */
  TEMPORARY_GROUP: 0x0100,
  /** I */
  MULTI_TALKER: 0x0080,
} as const;
