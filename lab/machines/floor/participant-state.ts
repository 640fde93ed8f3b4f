import type { FloorMessage } from '../../wire/floor/message.ts';
import type { StartTimer, StopTimer, TimerFired } from '../step.ts';
import type { ParticipantTimers } from './timers.ts';

/** TS 24.380 6.2.4.1. */
export type ParticipantStateName =
  | 'Start-stop'
  | 'U: has no permission'
  | 'U: pending Request'
  | 'U: has permission'
  | 'U: pending Release'
  | 'U: queued'
  | 'Releasing';

export interface ParticipantSettings {
  /** SSRC of the floor messages, and of media where the server grants none. */
  readonly ssrc: number;
  /** Floor Priority of requests: the negotiated mc_priority. */
  readonly priority: number;
  /** Floor Indicator of what is sent: call type and whether queueing was negotiated (TS 24.380 8.2.3.15). */
  readonly indicator: number;
  readonly timers: ParticipantTimers & { readonly t132Ms: number };
}

export interface ParticipantState {
  readonly settings: ParticipantSettings;
  readonly name: ParticipantStateName;
  /** False until the answer: an implicit request waits for it, and there is nowhere to send to. */
  readonly established: boolean;
  readonly c100: number;
  readonly c101: number;
  readonly c104: number;
  /** The SSRC that media is sent with while the floor is had, from Floor Granted. */
  readonly mediaSsrc: number;
  /** T103 runs: somebody else is heard. */
  readonly hearing: boolean;
  /** U: queued, and Floor Granted has come: T132 runs until the user acts. */
  readonly offered: boolean;
  /** Permission to Request the Floor of the last Floor Taken (TS 24.380 8.2.3.7). */
  readonly mayRequest: boolean;
}

export type ParticipantTimer = 'T100' | 'T101' | 'T103' | 'T104' | 'T132';

export type ParticipantEvent =
  /** Originator: the INVITE went out, with mc_implicit_request or without. */
  | { readonly kind: 'invite-sent'; readonly implicitRequest: boolean }
  | CallEstablished
  /** The user presses the button; in U: queued with the floor offered, accepts it. */
  | { readonly kind: 'press' }
  /** The user lets go; whoever drives the machine has sent the last RTP packet. */
  | { readonly kind: 'let-go' }
  | { readonly kind: 'query-queue' }
  | { readonly kind: 'message'; readonly message: FloorMessage }
  /** RTP media of somebody else came. */
  | { readonly kind: 'rtp' }
  | TimerFired<ParticipantTimer>
  /** Call release step 1 (no more floor control and media) and step 2 (the call is gone). */
  | { readonly kind: 'release-call' }
  | { readonly kind: 'call-released' };

/** The call is up, and its SDP says what was negotiated (TS 24.380 14.3). */
export interface CallEstablished {
  readonly kind: 'call-established';
  /** mc_implicit_request in the answer. */
  readonly accepted: boolean;
  /** mc_granted in the answer, and mc_ssrc with it. */
  readonly granted: boolean;
  readonly ssrc: number | undefined;
  /** mc_priority and the Floor Indicator from now on. */
  readonly priority: number;
  readonly indicator: number;
}

export type ParticipantNews =
  | 'granted'
  | 'granted-from-queue'
  | 'denied'
  | 'taken'
  | 'idle'
  | 'revoked'
  | 'queued'
  | 'queue-position'
  | 'request-unanswered'
  | 'release-unanswered'
  | 'not-permitted-to-request'
  | 'burst-ended';

export type ParticipantEffect =
  | { readonly kind: 'send'; readonly message: FloorMessage }
  | StartTimer<ParticipantTimer>
  | StopTimer<ParticipantTimer>
  /** From now on RTP may (with this SSRC) or must not be sent. */
  | { readonly kind: 'media'; readonly on: true; readonly ssrc: number; readonly durationS: number | undefined }
  | { readonly kind: 'media'; readonly on: false }
  /** What the user is told; `cause` of Floor Deny and Floor Revoke, `position` in the queue. */
  | {
      readonly kind: 'inform';
      readonly news: ParticipantNews;
      readonly cause?: number | undefined;
      readonly position?: number | undefined;
    };
