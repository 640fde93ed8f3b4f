/** Test bench: session descriptions as peers send them. */
import { decodeSdp } from '../../../lab/wire/sdp/codec.ts';
import type { Sdp } from '../../../lab/wire/sdp/session.ts';
import { toBytes } from '../../../lab/wire/sip/text.ts';
import { readTerms, type Terms } from '../sdp-terms.ts';

export const session = 'v=0\r\no=- 1 1 IN IP4 10.0.0.1\r\ns=-\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\n';
export const audio = 'm=audio 40000 RTP/AVP 96 101\r\ni=speech\r\na=rtpmap:96 AMR-WB/16000\r\na=sendrecv\r\n';
export const floor =
  'm=application 40002 udp MCPTT\r\na=fmtp:MCPTT mc_queueing;mc_priority=7;mc_granted;mc_implicit_request\r\n';

export const read = (text: string): Sdp => decodeSdp(toBytes(text)).value ?? { session: [], media: [] };
export const termsOf = (text: string): Terms | undefined => readTerms(read(text));
export const must = (text: string): Terms => {
  const terms = termsOf(text);
  if (terms === undefined) throw new Error('no terms');
  return terms;
};
