import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCaptures } from '../../lab/capture/files.ts';
import { CaptureReader } from '../../lab/wire/pcap/reader.ts';
import { bodyParts } from '../../lab/wire/sip/multipart.ts';

const project = join(import.meta.dirname, '..', '..');
const golden = join(project, 'lab', 'verdict', 'golden', 'captures');
const torture = join(project, 'lab', 'wire', 'sip', 'torture');
/** Inputs that once broke something: they stay. */
export const corpus = join(import.meta.dirname, 'corpus');
const most = 200;

/** Where mutation begins: what the golden captures carried, the torture messages, and former finds, by codec. */
export async function readSeeds(): Promise<Map<string, Uint8Array[]>> {
  const seeds = new Map<string, Uint8Array[]>();
  const add = (codec: string, bytes: Uint8Array) => {
    const known = seeds.get(codec) ?? [];
    if (known.length < most) seeds.set(codec, [...known, bytes.slice()]);
  };
  for (const rfc of ['rfc4475', 'rfc5118']) {
    for (const name of await readdir(join(torture, rfc)))
      add('sip', new Uint8Array(await readFile(join(torture, rfc, name))));
  }
  for (const id of (await readdir(golden)).slice(0, 4)) {
    const names = (await readdir(join(golden, id))).filter((name) => /edge|mcx|dns|bridge/.test(name));
    const paths = names.map((name) => join(golden, id, name));
    for (const path of paths) await addFrames(path, add);
    const { sightings } = await readCaptures(paths);
    for (const { content, payload } of sightings) {
      add('classify', payload);
      if (content.protocol === 'icmp' || content.protocol === 'marker' || content.protocol === 'other') continue;
      add(content.protocol, payload);
      if (content.protocol !== 'sip') continue;
      if (content.message.body.length > 0) add('multipart', content.message.body);
      for (const { headers, body } of bodyParts(content.message)) {
        const type = headers.find(({ name }) => /^(?:content-type|c)$/i.test(name))?.value ?? '';
        add(
          type.startsWith('application/sdp') ? 'sdp' : type.includes('mcptt-info') ? 'mcptt-info' : 'resource-lists',
          body,
        );
      }
    }
  }
  for (const codec of await readdir(corpus).catch(() => [] as string[])) {
    for (const name of await readdir(join(corpus, codec)))
      add(codec, new Uint8Array(await readFile(join(corpus, codec, name))));
  }
  const lists =
    '<?xml version="1.0"?><resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list><entry uri="sip:a@b"/></list></resource-lists>';
  add('resource-lists', new TextEncoder().encode(lists));
  return seeds;
}

async function addFrames(path: string, add: (codec: string, bytes: Uint8Array) => void): Promise<void> {
  const bytes = new Uint8Array(await readFile(path));
  add('pcap', bytes.subarray(0, 4000));
  for (const { data } of new CaptureReader().feed(bytes).slice(0, 60)) {
    add('net', data);
    add('redact', data);
  }
}
