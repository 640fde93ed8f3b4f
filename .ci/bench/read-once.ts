import { readCaptures } from '../../lab/capture/files.ts';

/* In a process of its own, so that its memory is the reader's alone: `read-once.ts CAPTURE every|outline`; a line of JSON. */

const [path = '', media] = process.argv.slice(2);
const timeline = await readCaptures([path], { media: media === 'outline' ? 'outline' : 'every' });
const frames = timeline.taps.reduce((sum, tap) => sum + tap.frames, 0);
const { user, system } = process.cpuUsage();
const peak = process.resourceUsage().maxRSS * 1024;
const { length } = timeline.sightings;
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1000, frames, sightings: length, peak })}\n`);
