import type { Timeline } from '../../capture/timeline.ts';
import { listValues } from '../../wire/sip/headers.ts';
import { parseVia, viaParam } from '../../wire/sip/via.ts';

/**
 * How addresses that stand in SIP and SDP appear in this capture's headers. Somebody who hands on a capture often rewrites
 * the headers' addresses and leaves the text: but a response goes where the `received` of its topmost Via says (RFC 3581 4), so
 * its destination is that very address under its new name.
 */
export function aliasesOf(timeline: Timeline): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const { sightings } of timeline.journeys) {
    const [first] = sightings;
    if (first?.content.protocol !== 'sip' || first.content.message.kind !== 'response') continue;
    const via = parseVia(listValues(first.content.message, 'Via')[0] ?? '');
    const received = via && viaParam(via, 'received');
    if (received !== undefined && received !== '' && !aliases.has(received)) aliases.set(received, first.dst);
  }
  return aliases;
}
