import type { RecordedPart, TapRequest } from '../../fabric/fabric.ts';
import { partToPcapng } from '../../wire/pcap/convert.ts';

/** What a tap has recorded (classic pcap) becomes its capture: pcapng with the tap's name and its drops. */
export function sealTap({ name, path }: TapRequest, part: RecordedPart): void {
  partToPcapng(part, path, name, part.drops);
}
