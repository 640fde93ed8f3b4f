import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { writeLongCapture } from './long-capture.ts';
import { mebibytes, NotMeasured, say, timesAsFast } from './print.ts';

const MIB = 2 ** 20;
/** tshark takes long: it reads the small file alone. */
const [SMALL, LARGE] = [64, 1024];
const onceSchema = z.object({ cpuMs: z.number(), frames: z.number(), sightings: z.number(), peak: z.number() });
/** What a verdict asks of every packet of these files. */
const fields = [
  ...['frame.time_epoch', 'eth.src', 'eth.dst', 'ip.src', 'ip.dst', 'ip.ttl', 'ip.id', 'udp.srcport', 'udp.dstport'],
  ...['rtp.ssrc', 'rtp.seq', 'rtp.timestamp', 'rtp.p_type', 'rtp.marker', 'sip.Method', 'sip.Call-ID', 'sip.CSeq'],
];

interface Measured {
  /** Of all its threads, its own start included: neighbours on the machine change it little. */
  readonly cpuMs: number;
  readonly peak: number;
}

/** The same files of calls through both programs; rates by the time of processors that they took, not by the clock. */
export async function benchCapture(project: string, scratch: string): Promise<void> {
  const rates: number[] = [];
  for (const size of [SMALL, LARGE]) {
    const path = join(scratch, `${size}.pcap`);
    const packets = await writeLongCapture(path, size * MIB);
    const bytes = (await stat(path)).size;
    const rate = ({ cpuMs }: Measured) => bytes / MIB / (cpuMs / 1000);
    say(`  ${(bytes / MIB).toFixed(0)} MiB, ${packets} packets, of them 1 in 500 SIP, the rest RTP`);
    const line = (what: string, measured: Measured, more: string) =>
      say(
        `    ${what.padEnd(28)} ${rate(measured).toFixed(1).padStart(7)} MiB/s, peak ${mebibytes(measured.peak)}${more}`,
      );
    if (size === SMALL) {
      const theirs = await tshark(path).catch((error: unknown) => {
        if (!(error instanceof NotMeasured)) throw error;
        say(`    tshark: not measured: ${error.message}`);
      });
      if (theirs !== undefined) {
        rates.push(rate(theirs));
        line('tshark -T fields', theirs, '');
      }
    }
    const versus = (ours: Measured) => (rates[0] === undefined ? '' : `, ${timesAsFast(rate(ours), rates[0])}`);
    for (const media of size === SMALL ? (['every', 'outline'] as const) : (['outline'] as const)) {
      const ours = await once(project, path, media);
      line(`ours, media ${media}`, ours, `, ${ours.sightings} of ${ours.frames} kept${versus(ours)}`);
    }
    await rm(path);
  }
}

async function once(project: string, path: string, media: string): Promise<z.infer<typeof onceSchema>> {
  const { stdout } = await execa(process.execPath, [join(project, '.ci', 'bench', 'read-once.ts'), path, media]);
  return onceSchema.parse(JSON.parse(stdout));
}

/** It names port 40000 RTP only where it is told to look. */
async function tshark(path: string): Promise<Measured> {
  if ((await execa('tshark', ['-v'], { reject: false })).exitCode !== 0) throw new NotMeasured('no tshark on PATH');
  const options = ['-n', '-r', path, '-d', 'udp.port==40000,rtp', '-T', 'fields'];
  const child = execa('tshark', [...options, ...fields.flatMap((field) => ['-e', field])], {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  let last: Measured = { cpuMs: 0, peak: 0 };
  const watch = setInterval(() => void usage(child.pid).then((now) => (last = now ?? last)), 20);
  try {
    await child;
    return last;
  } finally {
    clearInterval(watch);
  }
}

/** What the kernel counts of a process: user and system time in hundredths of a second, the largest resident memory. */
async function usage(pid: number | undefined): Promise<Measured | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const [times, status] = await Promise.all([read('stat'), read('status')]);
  // proc(5): the name stands in brackets and may hold spaces; utime and stime are the 14th and 15th field.
  const words = times.slice(times.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(words[11]), Number(words[12])];
  const peak = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  return Number.isNaN(user + system) || peak === 0 ? undefined : { cpuMs: 10 * (user + system), peak };
}
