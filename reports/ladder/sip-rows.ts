import { type SipFacts, sipFacts } from '../../lab/verdict/sip-facts.ts';
import type { SipMessage } from '../../lab/wire/sip/message.ts';
import { utf8Text } from '../../lab/wire/sip/text.ts';
import type { RowKind } from './row.ts';

/** Dialogs are numbered as they appear, so that the legs of a call can be told apart. */
export class DialogNumbers {
  readonly #known = new Map<string, number>();

  /** ① to ⑳, then in brackets. Registrations are no dialogs and have none. */
  of(facts: SipFacts): string {
    if (facts.method === 'REGISTER' || facts.method === 'OPTIONS') return '';
    const number = this.#known.get(facts.callId) ?? this.#known.size + 1;
    this.#known.set(facts.callId, number);
    return number <= 20 ? String.fromCodePoint(0x245f + number) : `(${number})`;
  }
}

export function sipLabel(message: SipMessage, dialogs: DialogNumbers): string {
  const facts = sipFacts(message);
  const number = dialogs.of(facts);
  const text = message.kind === 'request' ? facts.method : `${facts.status} ${facts.method}`;
  return number === '' ? utf8Text(text) : `${number} ${utf8Text(text)}`;
}

export function sipKind(message: SipMessage): RowKind {
  if (message.kind === 'request') return 'request';
  return message.status >= 300 ? 'refusal' : 'response';
}

export function sipDetails(message: SipMessage): string {
  const { callId, cseq } = sipFacts(message);
  const start = message.kind === 'request' ? `${message.method} ${message.uri}` : `${message.status} ${message.reason}`;
  return utf8Text(`${start} · Call-ID ${callId} · CSeq ${cseq}`);
}
