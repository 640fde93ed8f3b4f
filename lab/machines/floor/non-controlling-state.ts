import type { FloorMessage } from '../../wire/floor/message.ts';
import type { StartTimer, StopTimer, TimerFired } from '../step.ts';
import type { ServerTimers } from './timers.ts';

/** A client of this function's own (TS 24.380 6.5.2.2: one floor participant interface for each). */
export interface OwnClient {
  /** The caller's own name of the leg. */
  readonly id: string;
  /** The random temporary identifier: Floor Participant Reference upstream, meaningful here alone. */
  readonly reference: number;
  /** MCPTT ID for Granted Party's Identity towards the other own clients; undefined: unknown, or privacy asked for. */
  readonly uri: string | undefined;
  readonly queueing: boolean;
  readonly priority: number;
}

export interface ClientLeg extends OwnClient {
  readonly unacked: { readonly message: FloorMessage; readonly sent: number } | undefined;
  /** The priority of its Floor Request that went up and is not granted, denied or taken back. */
  readonly asking: number | undefined;
  /** It was told Floor Revoke cause 3 and has not released since. */
  readonly warned: boolean;
}

export interface NonControllingSettings {
  /** SSRC of this function's floor messages, up and down. */
  readonly ssrc: number;
  readonly timers: Pick<ServerTimers, 't8Ms'>;
  /** Added to what clients send up: 0x0100, temporary group. */
  readonly indicator: number;
  /** Track Info upstream: provider specific text. */
  readonly participantType: string;
  /** TS 23.379 10.9.1.4: arbitrate among own clients first, and send up the winner's request alone. */
  readonly localFiltering: boolean;
  readonly takenAck: boolean;
}

export interface NonControllingState {
  readonly settings: NonControllingSettings;
  readonly released: boolean;
  readonly clients: readonly ClientLeg[];
  /** The own client that the controlling function has granted the floor to. */
  readonly holder: string | undefined;
  /** Floor Taken or Floor Idle as own clients were told last: what a client that joins is told. */
  readonly last: FloorMessage | undefined;
  /** Own Message Sequence Number (TS 24.380 6.5.2.2). */
  readonly sequence: number;
  /** Name and Message Sequence Number of the last Taken or Idle from above: a repetition is no new event. */
  readonly heard: string | undefined;
  /** Which own client had the floor last, and until when media on its way is no media without permission. */
  readonly lately: { readonly client: string; readonly untilMs: number } | undefined;
}

/** `Ack:<client>`: Floor Taken not acknowledged. */
export type NonControllingTimer = `Ack:${string}`;

export type NonControllingEvent =
  | { readonly kind: 'join'; readonly client: OwnClient }
  | { readonly kind: 'leave'; readonly client: string }
  | { readonly kind: 'from-client'; readonly client: string; readonly message: FloorMessage }
  | { readonly kind: 'from-controlling'; readonly message: FloorMessage }
  | { readonly kind: 'rtp-from-client'; readonly client: string }
  | { readonly kind: 'rtp-from-controlling' }
  | TimerFired<NonControllingTimer>
  | { readonly kind: 'release' };

export type NonControllingEffect =
  | { readonly kind: 'send-up'; readonly message: FloorMessage }
  | { readonly kind: 'send'; readonly client: string; readonly message: FloorMessage }
  | StartTimer<NonControllingTimer>
  | StopTimer<NonControllingTimer>
  /** The answer to an rtp event: that packet verbatim to the controlling function (`up`) and to these clients. */
  | { readonly kind: 'forward'; readonly up: boolean; readonly to: readonly string[] };
