import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { parseNameAddr } from './address.ts';
import { decodeSip } from './decode.ts';
import { canonicalName, header, listValues } from './headers.ts';
import { fromBytes, toBytes } from './text.ts';
import { parseSipUri } from './uri.ts';
import { parseVia } from './via.ts';

/** An independent parser: where both must agree by RFC 3261, they are compared on the same bytes. */
interface Oracle {
  parseMessage(
    data: string,
    ua: unknown,
  ):
    | undefined
    | {
        readonly method?: string;
        readonly status_code?: number;
        readonly reason_phrase?: string;
        readonly body?: string;
        readonly ruri?: { toString(): string };
        readonly call_id: string;
        readonly from_tag?: string;
        readonly to_tag?: string;
        readonly cseq: number;
        readonly via_branch: string;
        getHeaders(name: string): string[];
        readonly via: { readonly host: string; readonly port?: number; readonly transport: string };
        readonly from: {
          readonly display_name?: string;
          readonly uri: { readonly user?: string; readonly host: string };
        };
      };
}

const oracle: Oracle = createRequire(import.meta.url)('jssip/lib/Parser');

const head = (start: string, ...more: string[]) =>
  [
    start,
    'Via: SIP/2.0/UDP 172.18.0.3:31070;branch=z9hG4bK77ef;rport',
    'Via: SIP/2.0/UDP 10.244.0.26:5060;branch=z9hG4bK88',
    'From: "PF \\"B\\"" <sip:pf@ic.b.mcx.test;x=1>;tag=from-1',
    'To: Controlling <sip:cf@ic.a.mcx.test>;tag=to-2',
    'Call-ID: 77@b',
    'CSeq: 4711 INVITE',
    'Max-Forwards: 70',
    ...more,
  ].join('\r\n');

const messages: [string, string][] = [
  ['a request', `${head('INVITE sip:cf@ic.a.mcx.test;lr SIP/2.0', 'Content-Length: 0')}\r\n\r\n`],
  [
    'a response',
    `${head('SIP/2.0 200 OK', 'Contact: <sip:cf@172.18.0.2:30070>;isfocus', 'Content-Length: 0')}\r\n\r\n`,
  ],
  ['a reason with spaces', `${head('SIP/2.0 486 Busy Here', 'Content-Length: 0')}\r\n\r\n`],
  [
    'a folded header',
    `${head('OPTIONS sip:x SIP/2.0', 'Subject: one', ' two', '\tthree', 'Content-Length: 0')}\r\n\r\n`,
  ],
  ['a body', `${head('INVITE sip:x SIP/2.0', 'Content-Type: text/plain', 'Content-Length: 5')}\r\n\r\nhello`],
  ['bytes after the body', `${head('INVITE sip:x SIP/2.0', 'Content-Length: 5')}\r\n\r\nhello and more`],
  [
    'two contacts in a line, and one more',
    `${head('SIP/2.0 302 Moved', 'Contact: "A, B" <sip:a@x>;q=1, <sip:b@x>', 'Contact: <sip:c@x>', 'Content-Length: 0')}\r\n\r\n`,
  ],
];

const compactForm: Record<string, string> = { Via: 'v', From: 'f', To: 't', 'Call-ID': 'i', 'Content-Length': 'l' };
const compact = (text: string) =>
  text.replace(/^([A-Za-z-]+):/gm, (all, name: string) => (compactForm[name] ? `${compactForm[name]}:` : all));

describe.each([...messages, ...messages.map(([name, text]): [string, string] => [`${name}, compact`, compact(text)])])(
  '%s',
  (_, text) => {
    const theirs = oracle.parseMessage(text, {});
    const ours = decodeSip(toBytes(text)).value;

    test('start line', () => {
      if (ours?.kind === 'request') expect(theirs).toMatchObject({ method: ours.method });
      else expect(theirs).toMatchObject({ status_code: ours?.status, reason_phrase: ours?.reason });
      expect(theirs).toBeDefined();
    });

    test('dialog identifiers, sequence and topmost Via', () => {
      const tag = (name: string) =>
        parseNameAddr(ours ? (header(ours, name) ?? '') : '')?.params.find(([k]) => k === 'tag')?.[1];
      expect([tag('From'), tag('To')]).toEqual([theirs?.from_tag, theirs?.to_tag]);
      expect(ours && header(ours, 'Call-ID')).toBe(theirs?.call_id);
      expect(ours && header(ours, 'CSeq')?.split(' ')[0]).toBe(String(theirs?.cseq));
      const via = parseVia(ours ? (listValues(ours, 'Via')[0] ?? '') : '');
      expect([via?.host, via?.port, via?.transport]).toEqual([
        theirs?.via.host,
        theirs?.via.port,
        theirs?.via.transport,
      ]);
      expect(via?.params.find(([k]) => k === 'branch')?.[1]).toBe(theirs?.via_branch);
    });

    test('the caller’s name and URI', () => {
      const from = parseNameAddr(ours ? (header(ours, 'From') ?? '') : '');
      const uri = parseSipUri(from?.uri ?? '');
      expect(from?.display).toBe(theirs?.from.display_name);
      expect([uri?.user, uri?.host]).toEqual([theirs?.from.uri.user, theirs?.from.uri.host]);
    });

    test('the count of each list header, and the body', () => {
      for (const name of ['Via', 'Contact', 'Subject']) {
        expect(ours && listValues(ours, name).length, name).toBe(theirs?.getHeaders(name).length);
      }
      expect(ours && fromBytes(ours.body)).toBe(theirs?.body ?? '');
    });

    test('every header that they know we know too', () => {
      for (const { name } of ours?.headers ?? []) {
        expect(theirs?.getHeaders(canonicalName(name)).length, name).toBeGreaterThan(0);
      }
    });
  },
);
