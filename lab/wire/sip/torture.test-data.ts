/**
 * What the RFC says of a message, and what this codec must find in it.
 *
 * - `valid`: to be read without a fault; what its receiver then does is another matter (RFC 4475 3.3).
 * - `refused`: a request that is answered 400 or 505, a response that is dropped, for the fault named.
 */
export type Expected =
  | { readonly name: string; readonly section: string; readonly verdict: 'valid'; readonly what: string }
  | {
      readonly name: string;
      readonly section: string;
      readonly verdict: 'refused';
      readonly status?: 400 | 505;
      readonly fault: string;
      readonly what: string;
    };

const valid = (name: string, section: string, what: string): Expected => ({ name, section, verdict: 'valid', what });
const refused = (name: string, section: string, fault: string, what: string, status: 400 | 505 = 400): Expected => ({
  name,
  section,
  verdict: 'refused',
  status,
  fault: `sip/${fault}`,
  what,
});
const dropped = (name: string, section: string, fault: string, what: string): Expected => ({
  name,
  section,
  verdict: 'refused',
  fault: `sip/${fault}`,
  what,
});

export const rfc4475: readonly Expected[] = [
  valid('wsinv', '3.1.1.1', 'a short tortuous INVITE'),
  valid('intmeth', '3.1.1.2', 'wide range of valid characters'),
  valid('esc01', '3.1.1.3', 'valid use of the % escaping mechanism'),
  valid('escnull', '3.1.1.4', 'escaped nulls in URIs'),
  valid('esc02', '3.1.1.5', 'use of % when it is not an escape'),
  valid('lwsdisp', '3.1.1.6', 'no white space between display name and <'),
  valid('longreq', '3.1.1.7', 'long values in header fields'),
  valid('dblreq', '3.1.1.8', 'extra trailing octets in a UDP datagram'),
  valid('semiuri', '3.1.1.9', 'semicolon-separated parameters in the user part'),
  valid('transports', '3.1.1.10', 'varied and unknown transport types'),
  valid('mpart01', '3.1.1.11', 'multipart MIME message'),
  valid('unreason', '3.1.1.12', 'unusual reason phrase'),
  valid('noreason', '3.1.1.13', 'empty reason phrase'),
  refused('badinv01', '3.1.2.1', 'empty-parameter', 'extraneous header field separators'),
  refused('clerr', '3.1.2.2', 'body-short', 'Content-Length larger than the message'),
  refused('ncl', '3.1.2.3', 'content-length', 'negative Content-Length'),
  refused('scalar02', '3.1.2.4', 'cseq', 'request scalar fields with overlarge values'),
  dropped('scalarlg', '3.1.2.5', 'cseq', 'response scalar fields with overlarge values'),
  refused('quotbal', '3.1.2.6', 'address', 'unterminated quoted string in a display name'),
  refused('ltgtruri', '3.1.2.7', 'request-uri', '<> enclosing the Request-URI'),
  refused('lwsruri', '3.1.2.8', 'request-uri', 'malformed SIP Request-URI (embedded white space)'),
  refused('lwsstart', '3.1.2.9', 'request-uri', 'multiple spaces separating Request-Line elements'),
  refused('trws', '3.1.2.10', 'start-line', 'spaces at the end of the Request-Line'),
  refused('escruri', '3.1.2.11', 'request-uri-headers', 'escaped headers in a SIP Request-URI'),
  refused('baddate', '3.1.2.12', 'date', 'invalid time zone in the Date header field'),
  refused('regbadct', '3.1.2.13', 'address', 'failure to enclose a name-addr URI in <>'),
  refused('badaspec', '3.1.2.14', 'address', 'spaces within an addr-spec'),
  refused('baddn', '3.1.2.15', 'address', 'non-token characters in a display name'),
  refused('badvers', '3.1.2.16', 'version', 'unknown protocol version', 505),
  refused('mismatch01', '3.1.2.17', 'cseq-method', 'start line and CSeq method mismatch'),
  refused('mismatch02', '3.1.2.18', 'cseq-method', 'unknown method with CSeq method mismatch'),
  dropped('bigcode', '3.1.2.19', 'start-line', 'overlarge response code'),
  valid('badbranch', '3.2.1', 'missing transaction identifier: a branch of the cookie alone'),
  refused('insuf', '3.3.1', 'missing-header', 'missing required header fields'),
  valid('unkscm', '3.3.2', 'Request-URI with an unknown scheme (416 by who serves it)'),
  valid('novelsc', '3.3.3', 'Request-URI with a known but atypical scheme (416)'),
  valid('unksm2', '3.3.4', 'unknown URI schemes in header fields (To: 416 or 404 by a registrar)'),
  valid('bext01', '3.3.5', 'Proxy-Require and Require (420)'),
  valid('invut', '3.3.6', 'unknown Content-Type (415)'),
  valid('regaut01', '3.3.7', 'unknown authorization scheme (401)'),
  refused('multi01', '3.3.8', 'repeated-header', 'multiple values in single value required fields'),
  refused('mcl01', '3.3.9', 'content-length', 'multiple Content-Length values'),
  valid('bcast', '3.3.10', '200 OK response with broadcast Via (dropped for its Via)'),
  valid('zeromf', '3.3.11', 'Max-Forwards of zero (483, or served)'),
  valid('cparam01', '3.3.12', 'REGISTER with a Contact header parameter'),
  valid('cparam02', '3.3.13', 'REGISTER with a url parameter'),
  valid('regescrt', '3.3.14', 'REGISTER with a URL escaped header'),
  valid('sdp01', '3.3.15', 'unacceptable Accept offering (406)'),
  valid('inv2543', '3.4.1', 'INVITE with RFC 2543 syntax'),
];

export const rfc5118: readonly Expected[] = [
  valid('ipv6-good', '4.1', 'valid SIP message with an IPv6 reference'),
  refused('ipv6-bad', '4.2', 'request-uri', 'invalid SIP message with an IPv6 reference'),
  valid('port-ambiguous', '4.3', 'port ambiguous in a SIP URI: part of the address'),
  valid('port-unambiguous', '4.4', 'port unambiguous in a SIP URI'),
  valid('via-received-param-with-delim', '4.5', 'IPv6 reference delimiters in the Via header'),
  valid('via-received-param-no-delim', '4.5', 'the same without delimiters: to be accepted'),
  valid('ipv6-in-sdp', '4.6', 'SIP request with IPv6 addresses in the SDP body'),
  valid('mult-ip-in-header', '4.7', 'multiple IP addresses in SIP headers'),
  valid('mult-ip-in-sdp', '4.8', 'multiple IP addresses in SDP'),
  valid('ipv4-mapped-ipv6', '4.9', 'IPv4-mapped IPv6 addresses'),
  valid('ipv6-bug-abnf-3-colons', '4.10', 'IPv6 reference bug in the ABNF of RFC 3261: to be accepted'),
  valid('ipv6-correct-abnf-2-colons', '4.10', 'the same reference as it should be'),
];
