/** Floor control messages, the RTCP APP packets of the name MCPT (TS 24.380 8.2). */
export type FloorMessageName =
  | 'Floor Request'
  | 'Floor Granted'
  | 'Floor Taken'
  | 'Floor Deny'
  | 'Floor Release'
  | 'Floor Idle'
  | 'Floor Revoke'
  | 'Floor Revoke Request'
  | 'Floor Queue Position Request'
  | 'Floor Queue Position Info'
  | 'Floor Ack'
  | 'Unicast Media Flow Control'
  | 'Queued Floor Requests'
  | 'Floor Release Multi Talker';

export interface FloorMessage {
  readonly name: FloorMessageName;
  /** The first bit of the subtype: the receiver owes a Floor Ack. */
  readonly ackRequired: boolean;
  /** SSRC of the sender of this message: a participant or a floor control server. */
  readonly ssrc: number;
  /** In the order of the wire. */
  readonly fields: readonly FloorField[];
}

/** TS 24.380 8.2.3. `Source`: 0 floor participant, 1 participating, 2 controlling, 3 non-controlling function. */
export type FloorField =
  | { readonly id: 'Floor Priority'; readonly priority: number }
  | { readonly id: 'Duration'; readonly seconds: number }
  | { readonly id: 'Reject Cause'; readonly cause: number; readonly phrase: string }
  | { readonly id: 'Queue Info'; readonly position: number; readonly priority: number }
  | { readonly id: "Granted Party's Identity"; readonly uri: string }
  | { readonly id: 'Permission to Request the Floor'; readonly permission: number }
  | { readonly id: 'User ID'; readonly uri: string }
  | { readonly id: 'Queue Size'; readonly size: number }
  | { readonly id: 'Message Sequence Number'; readonly sequence: number }
  | { readonly id: 'Queued User ID'; readonly uri: string }
  | { readonly id: 'Source'; readonly source: number }
  | {
      readonly id: 'Track Info';
      readonly queueing: number;
      readonly participantType: string;
      readonly references: readonly number[];
    }
  | { readonly id: 'Message Type'; readonly type: number }
  /** TS 24.380 8.2.3.15: bit masks in `indicator.ts`. */
  | { readonly id: 'Floor Indicator'; readonly bits: number }
  | { readonly id: 'SSRC'; readonly ssrc: number }
  | { readonly id: 'List of Granted Users'; readonly uris: readonly string[] }
  | { readonly id: 'List of SSRCs'; readonly ssrcs: readonly number[] }
  | { readonly id: 'Functional Alias'; readonly uri: string }
  | { readonly id: 'List of Functional Aliases'; readonly uris: readonly string[] }
  /** A field that this codec knows no better, value kept as bytes (locations among them). */
  | { readonly id: 'other'; readonly fieldId: number; readonly value: Uint8Array };
