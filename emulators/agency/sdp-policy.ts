import type { AgencyConfig } from './config.ts';
import type { Terms } from './sdp-terms.ts';

/**
 * NAT repair as many products do it: the far side of a SIP message is also the far side of its media, so its source
 * address replaces the address of the SDP; ports are kept, because nothing in SIP tells them.
 */
export function repairTerms(terms: Terms, policy: AgencyConfig['sdpRepair'], signallingSource: string): Terms {
  if (policy === 'off') return terms;
  const { audio, floor } = terms;
  return {
    audio: { ...audio, to: { ...audio.to, host: signallingSource } },
    floor: floor && { ...floor, to: { ...floor.to, host: signallingSource } },
  };
}
