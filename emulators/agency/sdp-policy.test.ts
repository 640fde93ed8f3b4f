import { describe, expect, test } from 'vitest';
import { audio, floor, must, session } from './bench/sdp.ts';
import { repairTerms } from './sdp-policy.ts';
import { remoteOf } from './sdp-terms.ts';

describe('the repair of NAT', () => {
  test('off: the SDP is believed', () => {
    const terms = must(session + audio + floor);
    expect(repairTerms(terms, 'off', '172.18.0.3')).toBe(terms);
  });

  test('signalling-source: the address that the SIP came from, the ports of the SDP', () => {
    expect(remoteOf(repairTerms(must(session + audio + floor), 'signalling-source', '172.18.0.3'))).toEqual({
      rtp: { host: '172.18.0.3', port: 40000 },
      rtcp: { host: '172.18.0.3', port: 40001 },
      floor: { host: '172.18.0.3', port: 40002 },
    });
    expect(remoteOf(repairTerms(must(session + audio), 'signalling-source', '172.18.0.3')).floor).toBeUndefined();
  });
});
