import { Buffer } from 'node:buffer';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCaptures } from '../capture/files.ts';
import type { Timeline } from '../capture/timeline.ts';
import { findSymptoms } from '../verdict/symptoms.ts';
import { ipv4Bytes, macBytes } from '../wire/net/address.ts';
import { checksum } from '../wire/net/checksum.ts';
import { fromBytes } from '../wire/sip/text.ts';
import { redactFiles, redactRun } from './folder.ts';

/*
 * The golden captures redacted, and every byte of the result searched for what the originals say: the search knows the
 * originals by the decoders alone, nothing of how the redaction looks for them.
 */
const golden = join(import.meta.dirname, '..', 'verdict', 'golden');
const scenarios = ['ladder-f1-', 'ladder-f3-', 'ladder-r4-', 'ladder-r5-'];
let out = '';
let ids: string[] = [];

beforeAll(async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'lab-redact-'));
  out = join(scratch, 'run');
  await redactRun(golden, out, 'a key for tests');
  const all = await readdir(join(golden, 'captures'));
  ids = all.filter((id) => scenarios.some((start) => id.startsWith(start)));
}, 180_000);
afterAll(() => rm(join(out, '..'), { recursive: true, force: true }));

async function filesOf(folder: string, id: string): Promise<string[]> {
  const names = await readdir(join(folder, 'captures', id));
  return names.sort().map((name) => join(folder, 'captures', id, name));
}

/** A secret as it is, and as text that others made of it: hexadecimal digits, and base64 at each of its three alignments. */
function formsOf(secret: Buffer): Buffer[] {
  const hex = secret.toString('hex');
  const texts = [hex, hex.toUpperCase()];
  for (const before of secret.length < 8 ? [] : [0, 1, 2]) {
    const base64 = Buffer.concat([Buffer.alloc(before), secret])
      .toString('base64')
      .replace(/=+$/, '');
    // The characters at both ends hold bits of neighbours.
    texts.push(base64.slice(before === 0 ? 0 : before + 1, -1));
  }
  return [secret, ...texts.map((text) => Buffer.from(text, 'latin1'))];
}

/** Everything that tells who, where or what was said. */
function secretsOf(timeline: Timeline): Map<string, Buffer> {
  const secrets = new Map<string, Buffer>();
  const text = (value: string) => {
    if (value.length > 3) secrets.set(`text ${value}`, Buffer.from(value, 'latin1'));
  };
  const address = (value: string) => {
    if (/^(?:0|127|22[4-9]|2[345]\d)\./.test(value) || value.includes(':')) return;
    text(value);
    secrets.set(`address ${value}`, Buffer.from(ipv4Bytes(value)));
  };
  const name = (value: string) => {
    if (/(?:^|\.)(?:in-addr\.arpa|cluster\.local)$/.test(value) || !value.includes('.')) return;
    text(value.replace(/^(?:_\w+\.)+/, ''));
    const labels = value.replace(/^(?:_\w+\.)+/, '').split('.');
    const wire = labels.map((label) => String.fromCharCode(label.length) + label).join('');
    secrets.set(`name ${value}`, Buffer.from(wire, 'latin1'));
  };
  for (const { src, dst, srcMac, dstMac, content, payload } of timeline.sightings) {
    for (const ip of [src, dst]) address(ip);
    for (const mac of [srcMac, dstMac].filter(
      (one) => one !== '' && one !== '00:00:00:00:00:00' && (Number.parseInt(one.slice(0, 2), 16) & 1) === 0,
    )) {
      secrets.set(`mac ${mac}`, Buffer.from(macBytes(mac)));
    }
    if (content.protocol === 'sip') {
      const message = fromBytes(payload);
      for (const [found] of message.matchAll(/[\w.+-]+@[\w.-]*[a-z][\w.-]*/g)) text(found);
      for (const [, host = ''] of message.matchAll(/@([\w-]+(?:\.[\w-]+)+)/g)) if (/[a-z]/.test(host)) name(host);
      for (const [, found = ''] of message.matchAll(/(?:tag=|branch=z9hG4bK|^Call-ID: |urn:uuid:)([\w-]{4,})/gim))
        text(found);
      for (const [found] of message.matchAll(/(?:\d{1,3}\.){3}\d{1,3}/g)) address(found);
    }
    if (content.protocol === 'dns') {
      for (const question of content.message.questions) name(question.name);
      for (const record of content.message.answers) if (record.type === 'A') address(record.address);
    }
    if (content.protocol === 'rtp' && content.packet.payload.length >= 8) {
      const speech = Buffer.from(content.packet.payload);
      secrets.set(`speech ${speech.toString('hex')}`, speech);
    }
  }
  return secrets;
}

describe('a redacted run folder', () => {
  test('has the same files as the original', async () => {
    for (const id of ids) {
      const names = async (folder: string) => (await filesOf(folder, id)).map((path) => path.slice(folder.length));
      expect(await names(out)).toEqual(await names(golden));
    }
  });

  test('holds no identity, address, name, token or speech of the original in any byte, also not as hex or base64', {
    timeout: 240_000,
  }, async () => {
    const secrets = new Map<string, Buffer>();
    for (const id of ids) {
      for (const [what, bytes] of secretsOf(await readCaptures(await filesOf(golden, id)))) secrets.set(what, bytes);
    }
    // So that the search searches for something.
    const kinds = Map.groupBy(secrets.keys(), (what) => what.split(' ')[0]);
    for (const kind of ['text', 'address', 'mac', 'name', 'speech']) {
      expect(kinds.get(kind)?.length ?? 0, kind).toBeGreaterThan(5);
    }
    const found: string[] = [];
    for (const id of ids) {
      for (const path of await filesOf(out, id)) {
        const bytes = await readFile(path);
        for (const [what, secret] of secrets)
          if (formsOf(secret).some((form) => bytes.includes(form))) found.push(`${what} in ${path}`);
      }
    }
    const plan = await readFile(join(out, 'plan.json'));
    for (const [what, secret] of secrets) {
      if (!what.startsWith('speech') && formsOf(secret).some((form) => plan.includes(form)))
        found.push(`${what} in plan.json`);
      for (const name of await readdir(out, { recursive: true }))
        if (what.startsWith('text') && name.includes(secret.toString('latin1')))
          found.push(`${what} in the name ${name}`);
    }
    expect(found).toEqual([]);
  });

  test('the search finds what is there: the originals themselves', async () => {
    const [path = ''] = (await filesOf(golden, ids[0] ?? '')).filter((one) => one.endsWith('a-edge.pcapng'));
    const bytes = await readFile(path);
    const secrets = secretsOf(await readCaptures([path]));
    // An address may stand there as text alone, a name as bytes alone.
    const found = [...secrets].filter(([, secret]) => bytes.includes(secret));
    expect(found.length).toBeGreaterThan(0.9 * secrets.size);
  });

  test('packets keep number, time, length, ports, hop count, protocol and journey', async () => {
    for (const id of ids) {
      const shape = async (folder: string) => {
        const { taps, sightings } = await readCaptures(await filesOf(folder, id));
        return {
          taps: taps.map(({ tap, drops, truncated, frames }) => ({ tap, drops, truncated, frames })),
          sightings: sightings.map(({ tap, frame, timeNs, srcPort, dstPort, ttl, payload, content, journey }) => {
            return [tap, frame, timeNs, srcPort, dstPort, ttl, payload.length, content.protocol, journey.id].join(' ');
          }),
        };
      };
      expect(await shape(out)).toEqual(await shape(golden));
    }
  });

  test('the same symptoms, with the same evidence', async () => {
    for (const id of ids) {
      const symptoms = async (folder: string) => findSymptoms(await readCaptures(await filesOf(folder, id)));
      expect(await symptoms(out)).toEqual(await symptoms(golden));
    }
  });

  test('checksums are right', async () => {
    for (const path of await filesOf(out, ids[0] ?? '')) {
      const { sightings } = await readCaptures([path]);
      const bytes = await readFile(path);
      for (
        let at = bytes.indexOf(Buffer.of(0x08, 0x00, 0x45));
        at !== -1;
        at = bytes.indexOf(Buffer.of(0x08, 0x00, 0x45), at + 1)
      ) {
        if (sightings.length > 0) expect(checksum(bytes.subarray(at + 2, at + 22))).toBe(0);
      }
    }
  });
});

test('another key gives other replacements; files alone get neutral names', async () => {
  const [path = ''] = (await filesOf(golden, ids[0] ?? '')).filter((one) => one.endsWith('a-mcx.pcapng'));
  const one = await redactFiles([path], join(out, '..', 'one'), 'one');
  const two = await redactFiles([path], join(out, '..', 'two'), 'two');
  expect([...one.identities.replacements]).not.toEqual([...two.identities.replacements]);
  expect(one.files).toEqual(['a-mcx.pcapng']);
  const named = join(out, '..', 'alice@agency.gov.pcapng');
  await copyFile(path, named);
  expect((await redactFiles([named], join(out, '..', 'three'), 'three')).files).toEqual(['capture-1.pcapng']);
  expect(await readdir(join(out, '..', 'three'))).toEqual(['capture-1.pcapng']);
});
