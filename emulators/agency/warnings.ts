import type { SipHeader } from '../../lab/wire/sip/message.ts';

/** Warning texts of TS 24.379 4.4.2 that this server can send. */
const texts = {
  104: 'isfocus not assigned',
  113: 'group document does not exist',
  116: 'user is not part of the MCPTT group',
  120: 'user is not affiliated to this group',
  141: 'user unknown to the participating function',
  142: 'unable to determine the controlling function',
  145: 'unable to determine called party',
  146: 'T-PF unable to determine the service settings for the called user',
} as const;

export type WarningCode = keyof typeof texts;

/** TS 24.379 4.4.1: warn-code 399, the agent is the host name of the server, code and text inside the quotes. */
export function warningValue(host: string, code: WarningCode): string {
  return `399 ${host} "${code} ${texts[code]}"`;
}

/** A final answer that ends an attempt. */
export interface Refusal {
  readonly status: number;
  readonly warning?: WarningCode;
  readonly headers?: readonly SipHeader[];
}
