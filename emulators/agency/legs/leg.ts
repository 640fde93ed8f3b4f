import type { Far } from '../context.ts';
import type { FloorParam } from '../sdp-terms.ts';
import type { EndReason } from './leg-dialog.ts';
import type { LegMedia } from './leg-media.ts';

/** One of the two or more sides of a session: a SIP dialog, or what is to become one, with media and floor control. */
export interface Leg {
  /** Unique in this process. */
  readonly id: string;
  readonly far: Far;
  /** MCPTT ID of the user, or PSI of the function, at the other end. */
  readonly party: string;
  readonly media: LegMedia;
  /** `a=fmtp:MCPTT` as both sides agreed; empty before. */
  readonly floorParams: readonly FloorParam[];
  /** Ends the leg in the way that its state asks for: CANCEL, refusal or BYE. Media stops at once. */
  hangUp(): void;
}

/** What a leg tells its session after it has come about; `onEnded` once and last. */
export interface LegOwner {
  onEnded(why: EndReason): void;
}
