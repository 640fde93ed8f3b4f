/** The values of an mcptt-info body (TS 24.379 F.1), in the order of its schema. Text is readable Unicode. */
export interface McpttInfo {
  readonly accessToken?: string;
  /** `prearranged`, `chat`, `private`, `first-to-answer`, `ambient-listening`, `adhoc`. */
  readonly sessionType?: string;
  /** What is called: a group, or the invited member, by leg. */
  readonly requestUri?: string;
  readonly callingUserId?: string;
  readonly calledPartyId?: string;
  readonly callingGroupId?: string;
  /** Members that must answer. */
  readonly required?: string;
  readonly emergencyInd?: boolean;
  readonly alertInd?: boolean;
  readonly imminentPerilInd?: boolean;
  readonly broadcastInd?: boolean;
  readonly mcOrg?: string;
  /** `floor-idle`, `floor-taken`: told by a non-controlling function. */
  readonly floorState?: string;
  readonly associatedGroupId?: string;
  readonly originatedBy?: string;
  readonly mkfcGktps?: string;
  readonly clientId?: string;
  readonly alertIndRcvd?: boolean;
  readonly gwMcpttUsage?: boolean;
  /** Names of elements that came with type="Encrypted"; they have no value here. */
  readonly encrypted?: readonly string[];
  /** Elements inside anyExt, by name and text. */
  readonly extensions?: readonly { readonly name: string; readonly value: string }[];
}

export type FlagKey =
  | 'emergencyInd'
  | 'alertInd'
  | 'imminentPerilInd'
  | 'broadcastInd'
  | 'alertIndRcvd'
  | 'gwMcpttUsage';
export type TextKey = Exclude<keyof McpttInfo, FlagKey | 'encrypted' | 'extensions'>;

/** `uri`, `string` and `boolean` are contentType with that child; `plain` ones hold their value themselves. */
export type InfoElement = TextElement | FlagElement;

interface TextElement {
  readonly name: string;
  readonly key: TextKey;
  readonly kind: 'uri' | 'string' | 'plain';
}

interface FlagElement {
  readonly name: string;
  readonly key: FlagKey;
  readonly kind: 'boolean' | 'plain-boolean';
}

export function isFlag(element: InfoElement): element is FlagElement {
  return element.kind === 'boolean' || element.kind === 'plain-boolean';
}

/** TS 24.379 F.1.2: a sequence, so this order is the only valid one. */
export const infoElements: readonly InfoElement[] = [
  { name: 'mcptt-access-token', key: 'accessToken', kind: 'string' },
  { name: 'session-type', key: 'sessionType', kind: 'plain' },
  { name: 'mcptt-request-uri', key: 'requestUri', kind: 'uri' },
  { name: 'mcptt-calling-user-id', key: 'callingUserId', kind: 'uri' },
  { name: 'mcptt-called-party-id', key: 'calledPartyId', kind: 'uri' },
  { name: 'mcptt-calling-group-id', key: 'callingGroupId', kind: 'uri' },
  { name: 'required', key: 'required', kind: 'string' },
  { name: 'emergency-ind', key: 'emergencyInd', kind: 'boolean' },
  { name: 'alert-ind', key: 'alertInd', kind: 'boolean' },
  { name: 'imminentperil-ind', key: 'imminentPerilInd', kind: 'boolean' },
  { name: 'broadcast-ind', key: 'broadcastInd', kind: 'plain-boolean' },
  { name: 'mc-org', key: 'mcOrg', kind: 'plain' },
  { name: 'floor-state', key: 'floorState', kind: 'plain' },
  { name: 'associated-group-id', key: 'associatedGroupId', kind: 'uri' },
  { name: 'originated-by', key: 'originatedBy', kind: 'uri' },
  { name: 'MKFC-GKTPs', key: 'mkfcGktps', kind: 'plain' },
  { name: 'mcptt-client-id', key: 'clientId', kind: 'string' },
  { name: 'alert-ind-rcvd', key: 'alertIndRcvd', kind: 'boolean' },
  { name: 'gw-mcptt-usage', key: 'gwMcpttUsage', kind: 'plain-boolean' },
];
