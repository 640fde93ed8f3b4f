import { z } from 'zod';

/** RFC 3261 17: T2 and T4 in milliseconds like T1. */
export const sipTimersSchema = z.strictObject({
  t1Ms: z.number().positive(),
  t2Ms: z.number().positive(),
  t4Ms: z.number().positive(),
});
export type SipTimers = z.infer<typeof sipTimersSchema>;

/** TS 24.380 11.1: participant's (T100, T101, T103, T104) and server's (T1, T2, T3, T4, T7, T8, T20) timers; the keep-alive is the UE's (RFC 6263, RFC 5626). */
export const floorTimersSchema = z.strictObject({
  t100Ms: z.number().positive(),
  t101Ms: z.number().positive(),
  t103Ms: z.number().positive(),
  t104Ms: z.number().positive(),
  t1Ms: z.number().positive(),
  t2Ms: z.number().positive(),
  t3Ms: z.number().positive(),
  t4Ms: z.number().positive(),
  t7Ms: z.number().positive(),
  t8Ms: z.number().positive(),
  t20Ms: z.number().positive(),
});
export type FloorTimers = z.infer<typeof floorTimersSchema>;

/** What a pod's /etc/resolv.conf says. */
export const resolvConfSchema = z.strictObject({
  nameservers: z.array(z.string()).min(1),
  search: z.array(z.string()),
  ndots: z.number().int().nonnegative(),
  timeoutMs: z.number().positive(),
  attempts: z.number().int().positive(),
});
export type ResolvConf = z.infer<typeof resolvConfSchema>;

/** What every emulator is started with: `node main.ts CONFIG.json`. */
export const processSchema = z.strictObject({
  /** Place name, for logs only. */
  name: z.string(),
  /** Unix socket of the control channel; it never travels on a tapped link. */
  control: z.string(),
  /** Seeds Call-IDs, tags, branches, SSRCs and sequence numbers. */
  seed: z.number().int(),
});
