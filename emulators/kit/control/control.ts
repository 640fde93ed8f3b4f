import { z } from 'zod';

/**
 * The control channel: newline-separated JSON over a Unix socket, a request answered by a reply of the same id. It drives
 * an emulator as a user's thumb or an operator's console would; nothing that it says is evidence.
 */
export const controlRequestSchema = z.discriminatedUnion('do', [
  /** Answers when the emulator's sockets are open. */
  z.strictObject({ id: z.number(), do: z.literal('ready') }),
  /** UE: REGISTER, answers when registered (or with the error). */
  z.strictObject({ id: z.number(), do: z.literal('register') }),
  /** UE: INVITE for the group; answers as soon as the INVITE is sent. */
  z.strictObject({ id: z.number(), do: z.literal('call'), group: z.string() }),
  /** UE with manual commencement: takes the call that rings; answers at once. */
  z.strictObject({ id: z.number(), do: z.literal('answer') }),
  /** UE: presses the button (or uses the floor it already has), sends so many RTP packets every 20 ms once the floor is granted, then releases; answers at once. */
  z.strictObject({ id: z.number(), do: z.literal('talk'), packets: z.number().int().positive(), release: z.boolean() }),
  /** UE: Floor Release; answers at once. */
  z.strictObject({ id: z.number(), do: z.literal('release-floor') }),
  /** UE: BYE; answers at once. */
  z.strictObject({ id: z.number(), do: z.literal('hang-up') }),
  /** Stranger: sends this datagram so many times (once when absent); answers when it has been sent. */
  z.strictObject({
    id: z.number(),
    do: z.literal('send'),
    /** One of the host's own addresses; its first one when absent. */
    fromAddress: z.string().optional(),
    fromPort: z.number().int().positive(),
    to: z.strictObject({ host: z.string(), port: z.number().int().positive() }),
    /** Base64. */
    payload: z.string(),
    times: z.number().int().positive().optional(),
  }),
  /**
   * Any: a new beginning. What it was is closed, its sockets and timers with it; answers when the sockets of the new
   * configuration are open. Its log goes on in the file `log`, or, `logHere`, line by line over this very connection.
   */
  z.strictObject({
    id: z.number(),
    do: z.literal('configure'),
    config: z.unknown(),
    log: z.string().optional(),
    logHere: z.literal(true).optional(),
  }),
  /** Any: closes its sockets and timers and does nothing until `configure`. */
  z.strictObject({ id: z.number(), do: z.literal('rest') }),
  /** Any: what this process believes (for people who debug; never a verdict). */
  z.strictObject({ id: z.number(), do: z.literal('describe') }),
]);
export type ControlRequest = z.infer<typeof controlRequestSchema>;
/** A request without its id: what callers write. */
export type ControlAct = ControlRequest extends infer R ? (R extends { id: number } ? Omit<R, 'id'> : never) : never;

export const controlReplySchema = z.strictObject({
  id: z.number(),
  ok: z.boolean(),
  error: z.string().optional(),
  state: z.unknown().optional(),
});
export type ControlReply = z.infer<typeof controlReplySchema>;

/** A line of the log, between replies: for whoever has asked for it (`logHere`). */
export const controlLogSchema = z.strictObject({ log: z.string() });
export type ControlLog = z.infer<typeof controlLogSchema>;
