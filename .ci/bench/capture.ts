import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { concat } from '../../lab/wire/bytes.ts';
import { udpFrame } from '../../lab/wire/net/build.ts';
import { classicHeader, classicRecord } from '../../lab/wire/pcap/writer.ts';
import { encodeRtp } from '../../lab/wire/rtp/codec.ts';
import { mebibytes, NotMeasured, say, timesAsFast } from './print.ts';

const packets = 60_000;
const onceSchema = z.object({ ms: z.number(), packets: z.number(), peak: z.number() });
const fields = ['frame.time_epoch', 'ip.src', 'ip.dst', 'udp.srcport', 'udp.dstport', 'rtp.seq', 'sip.Method'];

/** One file of RTP streams with SIP among it: both programs read all of it, Node's and tshark's own start included. */
export async function benchCapture(project: string, scratch: string): Promise<void> {
  const path = join(scratch, 'long.pcap');
  await writeFile(path, longCapture());
  const { size } = await stat(path);
  const ours = await reader(project, path);
  const rate = (millis: number) => size / 2 ** 20 / (millis / 1000);
  say(`  ${packets} packets, ${(size / 2 ** 20).toFixed(1)} MiB`);
  say(`  ours, file to timeline: ${rate(ours.ms).toFixed(1)} MiB/s, peak ${mebibytes(ours.peak)}`);
  try {
    const theirs = await tshark(path);
    const ratio = timesAsFast(rate(ours.whole), rate(theirs.ms));
    say(`  tshark -T fields:       ${rate(theirs.ms).toFixed(1)} MiB/s, peak ${mebibytes(theirs.peak)}`);
    say(`  ours, with Node's own start: ${rate(ours.whole).toFixed(1)} MiB/s, ${ratio}`);
  } catch (error) {
    if (!(error instanceof NotMeasured)) throw error;
    say(`  tshark: not measured: ${error.message}`);
  }
}

async function reader(project: string, path: string): Promise<z.infer<typeof onceSchema> & { whole: number }> {
  const started = performance.now();
  const { stdout } = await execa(process.execPath, [join(project, '.ci', 'bench', 'read-once.ts'), path]);
  return { ...onceSchema.parse(JSON.parse(stdout)), whole: performance.now() - started };
}

/** It names ports 40000 and above RTP only where it is told to look. */
async function tshark(path: string): Promise<{ ms: number; peak: number }> {
  if ((await execa('tshark', ['-v'], { reject: false })).exitCode !== 0) throw new NotMeasured('no tshark on PATH');
  const options = ['-n', '-r', path, '-d', 'udp.port==40000,rtp', '-T', 'fields'];
  const started = performance.now();
  const child = execa('tshark', [...options, ...fields.flatMap((field) => ['-e', field])], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 30_000,
  });
  let peak = 0;
  const watch = setInterval(() => void highWater(child.pid).then((bytes) => (peak = Math.max(peak, bytes))), 20);
  try {
    await child;
    return { ms: performance.now() - started, peak };
  } finally {
    clearInterval(watch);
  }
}

async function highWater(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
}

/** Four talkers, a packet each 20 ms, no payload like another; every fiftieth packet is a SIP message. */
function longCapture(): Uint8Array {
  const parts = [classicHeader(1)];
  for (let n = 0; n < packets; n++) {
    const talker = n % 4;
    const src = `10.244.0.${5 + talker}`;
    const payload = n % 50 === 49 ? options(n) : rtp(talker, n);
    const port = n % 50 === 49 ? 5060 : 40000;
    const data = udpFrame({ src, dst: '172.18.0.3', srcPort: port, dstPort: port, ipId: n % 0xffff, payload });
    parts.push(classicRecord({ timeNs: 1_700_000_000_000_000_000n + BigInt(n) * 5_000_000n, data }));
  }
  return concat(parts);
}

function rtp(talker: number, n: number): Uint8Array {
  const payload = new Uint8Array(33);
  new DataView(payload.buffer).setUint32(0, n);
  const index = Math.floor(n / 4);
  const header = { marker: false, payloadType: 96, sequenceNumber: index % 0x10000, timestamp: index * 320 };
  return encodeRtp({ ...header, ssrc: 0x1000 + talker, csrcs: [], extension: undefined, payload, padding: 0 });
}

function options(n: number): Uint8Array {
  const lines = [
    'OPTIONS sip:cf@ic.b.mcx.test SIP/2.0',
    `Via: SIP/2.0/UDP 10.244.0.5:5060;branch=z9hG4bK${n};rport`,
    'Max-Forwards: 70',
    `From: <sip:cf@ic.a.mcx.test>;tag=${n}`,
    'To: <sip:cf@ic.b.mcx.test>',
    `Call-ID: ${n}@10.244.0.5`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`);
}
