import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readCaptures } from '../../lab/capture/files.ts';
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { parseCSeq } from '../../lab/wire/sip/cseq.ts';
import { decodeSip } from '../../lab/wire/sip/decode.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { parseVia } from '../../lab/wire/sip/via.ts';
import { say, timesAsFast } from './print.ts';

type Parse = (bytes: Buffer) => unknown;

/** Each gets bytes, as they come from a socket; those that want text pay for making it. */
const packages: Record<string, (exports: never) => Parse> = {
  'jssip/lib/Parser': (jssip: { parseMessage(data: string, ua: unknown): unknown }) => (bytes) =>
    jssip.parseMessage(bytes.toString('utf8'), {}),
  'sip/sip': (sip: { parse(data: string): unknown }) => (bytes) => sip.parse(bytes.toString('latin1')),
  'drachtio-sip': (drachtio: { SipMessage: new (data: string) => unknown }) => (bytes) =>
    new drachtio.SipMessage(bytes.toString('utf8')),
  parsip: (parsip: { getSIP(data: string): unknown }) => (bytes) => parsip.getSIP(bytes.toString('utf8')),
};

/**
 * The messages that the @R2 call put on one agency's node. jssip comes with the project; others are measured where `--parsers DIR`
 * names a folder in which they were installed: they bring more packages than the whole lab.
 */
export async function benchSip(run: string, parsers: string | undefined): Promise<void> {
  const [name = ''] = await readdir(join(run, 'captures'));
  const timeline = await readCaptures([join(run, 'captures', name, 'a-node.pcapng')]);
  const messages = timeline.sightings.flatMap(({ content, payload }) =>
    content.protocol === 'sip' ? [Buffer.from(payload)] : [],
  );
  if (messages.length === 0) throw new Error('the @R2 call left no SIP');
  const tasks = new Map<string, Parse>([
    ['ours, decode', (bytes) => decodeSip(bytes)],
    ['ours, and the headers that jssip parses', readAsJssip],
  ]);
  const from = [
    createRequire(import.meta.url),
    ...(parsers === undefined ? [] : [createRequire(join(parsers, 'x.js'))]),
  ];
  for (const [path, adapt] of Object.entries(packages)) {
    const parse = load(from, path, adapt);
    if (parse !== undefined && messages.every((bytes) => parse(bytes) !== undefined)) tasks.set(path, parse);
  }
  const size = messages.reduce((all, bytes) => all + bytes.length, 0) / messages.length;
  say(`  ${messages.length} messages of ${size.toFixed(0)} bytes on average; messages a second of a processor:`);
  const rates = rateAll(tasks, messages);
  const best = Math.max(...[...rates].filter(([task]) => !task.startsWith('ours')).map(([, rate]) => rate));
  for (const [task, rate] of rates) {
    const ratio = task.startsWith('ours') ? `, ${timesAsFast(rate, best)} as the best of the others` : '';
    say(`  ${task.padEnd(42)} ${Math.round(rate).toString().padStart(8)}${ratio}`);
  }
}

function load(from: readonly NodeJS.Require[], path: string, adapt: (exports: never) => Parse): Parse | undefined {
  for (const require of from) {
    try {
      return adapt(require(path) as never);
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

const ROUND_US = 150_000;
const ROUNDS = 5;

/** Turn by turn, so that what else the machine does hits all alike; by processor time, the best round of each. */
function rateAll(tasks: ReadonlyMap<string, Parse>, messages: readonly Buffer[]): Map<string, number> {
  const rates = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [task, parse] of tasks) rates.set(task, Math.max(rates.get(task) ?? 0, rateOnce(parse, messages)));
  }
  return rates;
}

function rateOnce(parse: Parse, messages: readonly Buffer[]): number {
  const before = process.cpuUsage();
  for (let count = messages.length; ; count += messages.length) {
    for (const bytes of messages) parse(bytes);
    const { user, system } = process.cpuUsage(before);
    if (user + system > ROUND_US) return count / ((user + system) / 1e6);
  }
}

/** jssip parses these headers whether somebody asks or not; ours reads a header when it is asked for. */
function readAsJssip(bytes: Uint8Array): void {
  const { value } = decodeSip(bytes);
  if (value === undefined) return;
  for (const via of listValues(value, 'Via')) parseVia(via);
  for (const name of ['From', 'To', 'Contact', 'Record-Route'])
    for (const address of listValues(value, name)) parseNameAddr(address);
  parseCSeq(header(value, 'CSeq') ?? '');
}
