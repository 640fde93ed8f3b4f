import { decodeSdp } from '../../../lab/wire/sdp/codec.ts';
import type { Sdp } from '../../../lab/wire/sdp/session.ts';
import type { SipMessage } from '../../../lab/wire/sip/message.ts';
import { partOfType } from '../../../lab/wire/sip/multipart.ts';
import { readTerms, type Terms } from '../sdp-terms.ts';
import { sdpType } from '../service.ts';

export interface Offered {
  readonly sdp: Sdp;
  readonly terms: Terms;
}

export function readOffer(bytes: Uint8Array | undefined): Offered | undefined {
  const sdp = bytes && decodeSdp(bytes).value;
  const terms = sdp && readTerms(sdp);
  return sdp && terms && { sdp, terms };
}

/** The offer or answer that a message carries, undefined where there is none that this server can take. */
export function offerOf(message: SipMessage): Offered | undefined {
  return readOffer(partOfType(message, sdpType));
}
