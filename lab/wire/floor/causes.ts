/** TS 24.380 8.2.6.2: why the floor is denied. Revoke has a table of its own with the same numbers. */
export const DENY_CAUSE = {
  ANOTHER_CLIENT_HAS_PERMISSION: 1,
  INTERNAL_SERVER_ERROR: 2,
  ONLY_ONE_PARTICIPANT: 3,
  RETRY_AFTER_NOT_EXPIRED: 4,
  RECEIVE_ONLY: 5,
  NO_RESOURCES: 6,
  QUEUE_FULL: 7,
  OTHER: 255,
} as const;

/** TS 24.380 8.2.10.2: why the floor is taken away. */
export const REVOKE_CAUSE = {
  ONLY_ONE_CLIENT: 1,
  MEDIA_BURST_TOO_LONG: 2,
  NO_PERMISSION_TO_SEND: 3,
  MEDIA_BURST_PRE_EMPTED: 4,
  NO_RESOURCES: 6,
  REVOKED_BY_ANOTHER_CLIENT: 7,
  OTHER: 255,
} as const;

const DENY_TEXT = new Map<number, string>([
  [DENY_CAUSE.ANOTHER_CLIENT_HAS_PERMISSION, 'another MCPTT client has permission'],
  [DENY_CAUSE.INTERNAL_SERVER_ERROR, 'internal floor control server error'],
  [DENY_CAUSE.ONLY_ONE_PARTICIPANT, 'only one participant'],
  [DENY_CAUSE.RETRY_AFTER_NOT_EXPIRED, 'retry-after timer has not expired'],
  [DENY_CAUSE.RECEIVE_ONLY, 'receive only'],
  [DENY_CAUSE.NO_RESOURCES, 'no resources available'],
  [DENY_CAUSE.QUEUE_FULL, 'queue full'],
  [DENY_CAUSE.OTHER, 'other reason'],
]);

const REVOKE_TEXT = new Map<number, string>([
  [REVOKE_CAUSE.ONLY_ONE_CLIENT, 'only one MCPTT client'],
  [REVOKE_CAUSE.MEDIA_BURST_TOO_LONG, 'media burst too long'],
  [REVOKE_CAUSE.NO_PERMISSION_TO_SEND, 'no permission to send a media burst'],
  [REVOKE_CAUSE.MEDIA_BURST_PRE_EMPTED, 'media burst pre-empted'],
  [REVOKE_CAUSE.NO_RESOURCES, 'no resources available'],
  [REVOKE_CAUSE.REVOKED_BY_ANOTHER_CLIENT, 'revoked by another MCPTT client'],
  [REVOKE_CAUSE.OTHER, 'other reason'],
]);

/** The cause of a Floor Deny for people. */
export function denyCauseText(cause: number): string {
  return DENY_TEXT.get(cause) ?? `cause ${cause}`;
}

/** The cause of a Floor Revoke for people. */
export function revokeCauseText(cause: number): string {
  return REVOKE_TEXT.get(cause) ?? `cause ${cause}`;
}
