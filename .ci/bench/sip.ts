import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { readCaptures } from '../../lab/capture/files.ts';
import { parseNameAddr } from '../../lab/wire/sip/address.ts';
import { parseCSeq } from '../../lab/wire/sip/cseq.ts';
import { decodeSip } from '../../lab/wire/sip/decode.ts';
import { encodeSip } from '../../lab/wire/sip/encode.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { parseVia } from '../../lab/wire/sip/via.ts';
import { say, timesAsFast } from './print.ts';

const parser: { parseMessage(data: string, ua: unknown): unknown } = createRequire(import.meta.url)('jssip/lib/Parser');
/** jssip refuses what it does not like by a log line alone, and asks its user agent for nothing else. */
const ua = {};

/** Both read the same messages, those that the @R2 call put on one agency's node. */
export async function benchSip(run: string): Promise<void> {
  const [name = ''] = await readdir(join(run, 'captures'));
  const timeline = await readCaptures([join(run, 'captures', name, 'a-node.pcapng')]);
  const messages = timeline.sightings.flatMap(({ content }) =>
    content.protocol === 'sip' ? [encodeSip(content.message)] : [],
  );
  const usable = messages.filter((bytes) => parser.parseMessage(Buffer.from(bytes).toString('utf8'), ua) !== undefined);
  if (usable.length === 0) throw new Error('the @R2 call left no SIP that both parsers read');
  const bench = new Bench({ time: 700, warmupTime: 150 });
  bench.add('jssip', () => {
    for (const bytes of usable) parser.parseMessage(Buffer.from(bytes).toString('utf8'), ua);
  });
  bench.add('decode', () => {
    for (const bytes of usable) decodeSip(bytes);
  });
  bench.add('decode and the same headers', () => {
    for (const bytes of usable) readAsJssip(bytes);
  });
  await bench.run();
  const rate = (task: string) => {
    const { result } = bench.getTask(task) ?? {};
    if (result === undefined || !('throughput' in result)) throw new Error(`${task} was not measured`);
    return result.throughput.mean * usable.length;
  };
  const theirs = rate('jssip');
  const size = usable.reduce((all, bytes) => all + bytes.length, 0) / usable.length;
  say(
    `  ${usable.length} messages of ${size.toFixed(0)} bytes on average, ${messages.length - usable.length} left out`,
  );
  say(`  jssip's parser:                     ${Math.round(theirs)} messages a second`);
  for (const task of ['decode and the same headers', 'decode'])
    say(`  ${`ours, ${task}:`.padEnd(34)}  ${Math.round(rate(task))}, ${timesAsFast(rate(task), theirs)}`);
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
