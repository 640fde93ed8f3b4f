import type { FloorMessage } from '../../wire/floor/message.ts';
import type { StartTimer, StopTimer, TimerFired } from '../step.ts';
import type { TrackInfo } from './messages.ts';
import type { ServerTimers } from './timers.ts';

/** TS 24.380 6.3.4.1: one for each call. */
export type GeneralStateName =
  | 'Start-stop'
  | 'G: Floor Idle'
  | 'G: Floor Taken'
  | 'G: pending Floor Revoke'
  | 'Releasing';

/** TS 24.380 6.3.5.1: one for each leg. */
export type LegStateName =
  | 'U: not permitted and initiating'
  | 'U: not permitted and Floor Idle'
  | 'U: not permitted and Floor Taken'
  | 'U: permitted'
  | 'U: pending Floor Revoke'
  | 'U: not permitted but sends media'
  | 'Releasing';

/** What call control knows of a leg when it joins. */
export interface FloorParticipant {
  /** The caller's own name of the leg; it comes back in effects. */
  readonly id: string;
  /** `non-controlling`: several participants behind one leg, told apart by Track Info (TS 24.380 6.5). */
  readonly kind: 'participant' | 'non-controlling';
  /** MCPTT ID for Granted Party's Identity; undefined where it is not known or privacy was asked for. */
  readonly uri: string | undefined;
  /** SSRC that Floor Granted gives its media; behind a non-controlling leg each participant gets one made of it. */
  readonly mediaSsrc: number;
  /** mc_queueing and mc_priority as negotiated (TS 24.380 14.3). */
  readonly queueing: boolean;
  readonly priority: number;
  readonly receiveOnly: boolean;
}

export interface Leg extends FloorParticipant {
  readonly state: LegStateName;
  /** Floor Taken that waits for its Floor Ack, and how often it has been sent. */
  readonly unacked: { readonly message: FloorMessage; readonly sent: number } | undefined;
  /** U: not permitted but sends media: RTP has come since the last Floor Revoke. */
  readonly stillSends: boolean;
}

/** Who asks, has or waits for the floor: a leg, or behind a non-controlling function whom Track Info names. */
export interface Talker {
  readonly leg: string;
  readonly track: TrackInfo | undefined;
  /** Effective priority (TS 24.380 4.1.1.4): emergency over imminent peril over normal, then the Floor Priority. */
  readonly rank: number;
  readonly priority: number;
  /** Floor Indicator bits of the request that matter to others: emergency, imminent peril. */
  readonly urgency: number;
  /** MCPTT ID that others are told; undefined as in `FloorParticipant`. */
  readonly uri: string | undefined;
}

export interface FloorServerSettings {
  /** SSRC of the floor control server. */
  readonly ssrc: number;
  readonly timers: ServerTimers;
  /** Floor Indicator of the call: 0x8000 normal, 0x0100 temporary group, 0x0400 queueing. */
  readonly indicator: number;
  /** Entries; Floor Deny cause 7 beyond. */
  readonly queueLimit: number;
  /** A Floor Priority from here up pre-empts a talker of lower rank; a more urgent call type does at any priority. */
  readonly preemptivePriority: number;
  /** Floor Taken asks for a Floor Ack and is sent again every T8 until it comes. */
  readonly takenAck: boolean;
}

export interface FloorServerState {
  readonly settings: FloorServerSettings;
  readonly general: GeneralStateName;
  readonly legs: readonly Leg[];
  /** Who has the floor (G: Floor Taken) or still has it (G: pending Floor Revoke). */
  readonly holder: Talker | undefined;
  /** When the holder's first RTP packet came: T2 runs from there. */
  readonly burstSinceMs: number | undefined;
  /** Why the floor is being revoked: repeated by T8. */
  readonly revokeCause: number;
  readonly queue: readonly Talker[];
  /** Message Sequence Number of the last Floor Taken or Floor Idle. */
  readonly sequence: number;
  readonly c7: number;
  readonly c20: number;
  /** Who had the floor last, and until when: media on its way then is no media without permission. */
  readonly lately: { readonly leg: string; readonly untilMs: number } | undefined;
}

/** T1, T2, T3, T4, T7 and T20 are the call's; `T8:<leg>` and `Ack:<leg>` (Floor Taken not acknowledged) are a leg's. */
export type ServerTimer = 'T1' | 'T2' | 'T3' | 'T4' | 'T7' | 'T20' | LegTimer;
export type LegTimer = `T8:${string}` | `Ack:${string}`;

export type FloorServerEvent =
  /** A 2xx was sent to or came from this leg (TS 24.380 6.3.5.1). A leg that joins later is told who talks. */
  | { readonly kind: 'join'; readonly participant: FloorParticipant }
  | { readonly kind: 'leave'; readonly leg: string }
  /** The call is up (TS 24.380 6.3.4.2.2): the floor goes to the implicit request of that leg, or is idle. */
  | { readonly kind: 'initialise'; readonly implicitRequest: string | undefined }
  | { readonly kind: 'message'; readonly leg: string; readonly message: FloorMessage }
  /** A media packet came from this leg: once for each packet (keep-alives are none). */
  | { readonly kind: 'rtp'; readonly leg: string }
  | TimerFired<ServerTimer>
  /** Call release step 1 and step 2. */
  | { readonly kind: 'release' }
  | { readonly kind: 'released' };

export type FloorServerEffect =
  | { readonly kind: 'send'; readonly leg: string; readonly message: FloorMessage }
  | StartTimer<ServerTimer>
  | StopTimer<ServerTimer>
  /** The answer to an `rtp` event: send that packet verbatim to these legs. No effect: it is dropped. */
  | { readonly kind: 'forward'; readonly from: string; readonly to: readonly string[] }
  /** Call control is told; `inactivity` is T4: release the call or let it be. */
  | { readonly kind: 'inform'; readonly news: 'taken' | 'idle' | 'inactivity'; readonly leg: string | null };
