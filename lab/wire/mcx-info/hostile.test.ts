import { Buffer } from 'node:buffer';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cpuMs } from '../cpu-time.test-data.ts';
import { decodeMcpttInfo } from './mcptt-info.ts';
import { decodeResourceLists, encodeResourceLists } from './resource-lists.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mcx-info-'));
  writeFileSync(join(folder, 'secret'), 'do-not-read-me');
});
afterAll(() => rmSync(folder, { recursive: true }));

const info = (declarations: string, value: string) =>
  Buffer.from(
    `<!DOCTYPE x [${declarations}]><mcpttinfo xmlns="urn:3gpp:ns:mcpttInfo:1.0"><mcptt-Params><mc-org>${value}</mc-org></mcptt-Params></mcpttinfo>`,
  );

function declarations(kind: string): string {
  const file = `file://${folder}/secret`;
  switch (kind) {
    case 'a file as a general entity':
      return `<!ENTITY e SYSTEM "${file}">`;
    case 'a file as a parameter entity':
      return `<!ENTITY % p SYSTEM "${file}"> %p; <!ENTITY e "x">`;
    case 'a harmless entity':
      return '<!ENTITY e "x">';
    default: {
      const levels = Array.from({ length: 14 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`);
      return `<!ENTITY e0 "lol">${levels.join('')}<!ENTITY e "&e14;">`;
    }
  }
}

describe('a document type declaration is refused', () => {
  test.each([
    'a file as a general entity',
    'a file as a parameter entity',
    'a harmless entity',
    'ten to the fourteenth entities',
  ])('%s', (kind) => {
    const from = cpuMs();
    const { value, faults } = decodeMcpttInfo(info(declarations(kind), '&e;'));
    expect(value).toBeUndefined();
    expect(JSON.stringify(faults)).not.toContain('do-not-read-me');
    expect(cpuMs() - from).toBeLessThan(3000);
  });
});

describe('size and depth', () => {
  test('an element in an element, 100 000 deep', () => {
    const deep = Buffer.from('<a>'.repeat(60_000));
    expect(decodeMcpttInfo(deep).faults.map((f) => f.code)).toEqual(['mcx-info/xml']);
    const lists = Buffer.from(`<resource-lists>${'<list>'.repeat(20_000)}`);
    expect(decodeResourceLists(lists).value).toBeUndefined();
  });

  test('more than a quarter of a megabyte is not parsed', () => {
    const limit = 256 * 1024;
    expect(decodeMcpttInfo(Buffer.alloc(limit + 1, '<')).faults).toMatchObject([
      { code: 'mcx-info/too-large', offset: limit },
    ]);
    expect(decodeMcpttInfo(Buffer.alloc(limit, '<')).faults).toMatchObject([{ code: 'mcx-info/xml' }]);
  });

  test('a fault of form says where it is, within the body', () => {
    const broken = Buffer.from('<a>\n\n  <b></c></a>');
    const [fault] = decodeMcpttInfo(broken).faults;
    expect(fault?.offset).toBeGreaterThan(broken.indexOf('<b>'));
    expect(fault?.offset).toBeLessThanOrEqual(broken.length);
    expect(fault?.message).toBe(fault?.message.trim());
  });
});

describe('resource-lists', () => {
  test('entries of a list and of lists within', () => {
    const text =
      '<rl:resource-lists xmlns:rl="urn:ietf:params:xml:ns:resource-lists"><rl:list><rl:entry uri=" sip:a@x "/>' +
      '<rl:list><rl:entry uri="tel:+1"/></rl:list><rl:entry/></rl:list></rl:resource-lists>';
    expect(decodeResourceLists(Buffer.from(text))).toEqual({ value: ['sip:a@x', 'tel:+1'], faults: [] });
  });

  test('what is no entry has no URI, whatever it says', () => {
    const text =
      '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><other uri="sip:no@x"><entry uri="sip:no@x"/></other>' +
      '<list><entry-ref ref="x" uri="sip:no@x"/><entry uri="sip:yes@x"/></list></resource-lists>';
    expect(decodeResourceLists(Buffer.from(text))).toEqual({ value: ['sip:yes@x'], faults: [] });
  });

  test('a fault does not repeat a name of any length', () => {
    const [fault] = decodeResourceLists(Buffer.from(`<${'x'.repeat(1000)}/>`)).faults;
    expect(fault?.message).toHaveLength(200);
  });

  test('decode after encode', () => {
    const uris = ['sip:a&"<b@x', 'tel:+49', ''];
    expect(decodeResourceLists(encodeResourceLists(uris))).toEqual({ value: uris, faults: [] });
  });

  test('another root, another namespace', () => {
    expect(decodeResourceLists(Buffer.from('<lists/>'))).toMatchObject({
      value: undefined,
      faults: [{ code: 'resource-lists/root' }],
    });
    expect(decodeResourceLists(Buffer.from('<resource-lists/>'))).toMatchObject({
      value: [],
      faults: [{ code: 'resource-lists/namespace' }],
    });
  });
});
