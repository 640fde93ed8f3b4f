import { readCaptures } from '../../lab/capture/files.ts';

/* In a process of its own, so that its memory is the reader's alone: `read-once.ts CAPTURE`; a line of JSON. */

const started = performance.now();
const timeline = await readCaptures([process.argv[2] ?? '']);
const took = performance.now() - started;
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify({ ms: took, packets: timeline.sightings.length, peak })}\n`);
