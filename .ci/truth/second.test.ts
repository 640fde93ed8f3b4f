import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parse as parsePcap } from 'pcap-parser';
import { describe, expect, test } from 'vitest';
import { RtcpRrPacket, RtpPacket as TheirRtp } from 'werift-rtp';
import { readCaptures } from '../../lab/capture/files.ts';
import type { Content, Sighting } from '../../lab/capture/timeline.ts';
import { concat } from '../../lab/wire/bytes.ts';
import type { DnsMessage } from '../../lab/wire/dns/message.ts';
import { sameName } from '../../lab/wire/dns/message.ts';
import { CaptureReader } from '../../lab/wire/pcap/reader.ts';
import { classicHeader, classicRecord } from '../../lab/wire/pcap/writer.ts';
import { decodeSdp } from '../../lab/wire/sdp/codec.ts';
import { connectionAddress, mediaLine } from '../../lab/wire/sdp/view.ts';
import { addrParam, parseNameAddr } from '../../lab/wire/sip/address.ts';
import { parseCSeq } from '../../lab/wire/sip/cseq.ts';
import { header, listValues } from '../../lab/wire/sip/headers.ts';
import { partOfType } from '../../lab/wire/sip/multipart.ts';
import { fromBytes } from '../../lab/wire/sip/text.ts';
import { parseVia, viaParam } from '../../lab/wire/sip/via.ts';

/* Every packet of the golden captures through the packages that read a part of it, whether tshark is there or not. */

const golden = join(import.meta.dirname, '..', '..', 'lab', 'verdict', 'golden', 'captures');
const paths = (await readdir(golden, { recursive: true }))
  .filter((name) => name.endsWith('.pcapng'))
  .map((name) => join(golden, name));
/** Each datagram once: the same bytes on another tap say nothing new. */
const seen = new Map<string, Sighting>();
for (const path of paths)
  for (const sighting of (await readCaptures([path])).sightings) seen.set(fromBytes(sighting.payload), sighting);

type Of<Protocol extends Content['protocol']> = Extract<Content, { readonly protocol: Protocol }>;

function all<Protocol extends Content['protocol']>(
  protocol: Protocol,
): { content: Of<Protocol>; payload: Uint8Array }[] {
  const isOf = (content: Content): content is Of<Protocol> => content.protocol === protocol;
  return [...seen.values()].flatMap(({ content, payload }) => (isOf(content) ? [{ content, payload }] : []));
}

const packages = createRequire(import.meta.url);

interface TheirSip {
  readonly method?: string;
  readonly status_code?: number;
  readonly call_id: string;
  readonly cseq: number;
  readonly via_branch: string;
  readonly from_tag?: string;
  readonly to_tag?: string;
  readonly body?: string;
  getHeaders(name: string): string[];
}

describe('golden captures as other packages read them', () => {
  test('SIP: jssip', () => {
    const jssip: { parseMessage(data: string, ua: unknown): TheirSip | undefined } = packages('jssip/lib/Parser');
    const messages = all('sip').map(({ content, payload }) => {
      const { message } = content;
      const theirs = jssip.parseMessage(fromBytes(payload), {});
      const tag = (name: string) =>
        addrParam(parseNameAddr(header(message, name) ?? '') ?? { uri: '', params: [] }, 'tag');
      const [via = ''] = listValues(message, 'Via');
      const branch = viaParam(parseVia(via) ?? { transport: '', host: '', params: [] }, 'branch');
      expect(theirs).toMatchObject(
        message.kind === 'request' ? { method: message.method } : { status_code: message.status },
      );
      expect([header(message, 'Call-ID'), parseCSeq(header(message, 'CSeq') ?? '')?.number, branch]).toEqual([
        theirs?.call_id,
        theirs?.cseq,
        theirs?.via_branch,
      ]);
      expect([tag('From'), tag('To')]).toEqual([theirs?.from_tag, theirs?.to_tag]);
      expect(fromBytes(message.body)).toBe(theirs?.body ?? '');
      for (const name of ['Via', 'Contact', 'Record-Route'])
        expect(listValues(message, name), name).toHaveLength(theirs?.getHeaders(name).length ?? -1);
      return message;
    });
    expect(messages.length).toBeGreaterThan(250);
  });

  test('SDP: sdp-transform', () => {
    interface TheirSdp {
      readonly connection?: { readonly ip: string };
      readonly media: readonly { type: string; port: number; protocol: string; connection?: { readonly ip: string } }[];
    }
    const transform: { parse(text: string): TheirSdp } = packages('sdp-transform');
    const bodies = all('sip').flatMap(({ content }) => partOfType(content.message, 'application/sdp') ?? []);
    for (const body of bodies) {
      const sdp = decodeSdp(body).value;
      const theirs = transform.parse(fromBytes(body));
      expect(sdp?.media.map((media) => [mediaLine(media), connectionAddress(sdp, media)])).toMatchObject(
        theirs.media.map(({ type, port, protocol, connection }) => [
          { media: type, port, proto: protocol },
          (connection ?? theirs.connection)?.ip,
        ]),
      );
    }
    expect(bodies.length).toBeGreaterThan(60);
  });

  test('RTP: werift-rtp', () => {
    const packets = all('rtp').map(({ content: { packet }, payload }) => {
      const theirs = TheirRtp.deSerialize(Buffer.from(payload));
      const { marker, payloadType, sequenceNumber, timestamp, ssrc, csrcs } = packet;
      expect(theirs.header).toMatchObject({ marker, payloadType, sequenceNumber, timestamp, ssrc, csrc: csrcs });
      return expect(fromBytes(packet.payload)).toBe(fromBytes(theirs.payload));
    });
    expect(packets.length).toBeGreaterThan(400);
  });

  test('RTCP: werift-rtp', () => {
    const reports = all('rtcp').flatMap(({ content: { packets }, payload }) => {
      const [first] = packets;
      if (packets.length !== 1 || first?.type !== 'RR') return [];
      const theirs = RtcpRrPacket.deSerialize(Buffer.from(payload.subarray(4)), first.reports.length);
      expect([first.ssrc, first.reports.length]).toEqual([theirs.ssrc, theirs.reports.length]);
      return [first];
    });
    expect(reports.length).toBeGreaterThan(10);
  });

  test('DNS: dns-packet', () => {
    interface TheirDns {
      readonly id: number;
      readonly type: string;
      readonly rcode?: string;
      readonly questions: readonly { name: string; type: string }[];
      readonly answers: readonly { name: string; type: string; ttl?: number; data: unknown }[];
    }
    const { decode }: { decode(bytes: Buffer): TheirDns } = packages('dns-packet');
    const messages = all('dns').map(({ content: { message }, payload }) => {
      const theirs = decode(Buffer.from(payload));
      expect([message.id, message.response]).toEqual([theirs.id, theirs.type === 'response']);
      expect(message.questions).toEqual(theirs.questions.map(({ name, type }) => ({ name, type })));
      expect(message.answers.map(simple)).toEqual(
        theirs.answers.map(({ name, type, ttl, data }) => ({ name, type, ttl, data })),
      );
      for (const [i, answer] of message.answers.entries())
        expect(sameName(answer.name, theirs.answers[i]?.name ?? '')).toBe(true);
      return message;
    });
    expect(messages.length).toBeGreaterThan(50);
  });

  /** As dns-packet puts it: what a record says, as its data. */
  function simple(record: DnsMessage['answers'][number]) {
    const { name, ttl, type, ...rest } = record;
    const [only, ...more] = Object.values(rest);
    return { name, type, ttl, data: more.length === 0 ? only : rest };
  }

  test('classic files: pcap-parser', async () => {
    const bytes = await readFile(paths.find((path) => /ladder-r2.*a-node/.test(path)) ?? '');
    const packets = new CaptureReader().feed(bytes);
    const style = { nanoseconds: false };
    const classic = concat([classicHeader(1, style), ...packets.map((packet) => classicRecord(packet, style))]);
    const theirs = await new Promise<string[]>((resolve, reject) => {
      const read: string[] = [];
      const parser = parsePcap(Readable.from([Buffer.from(classic)], { objectMode: false }));
      parser.on('packet', ({ data }: { data: Buffer }) => read.push(data.toString('hex')));
      parser.on('end', () => resolve(read));
      parser.on('error', reject);
    });
    const ours = new CaptureReader().feed(classic).map(({ data }) => Buffer.from(data).toString('hex'));
    expect(ours).toEqual(theirs);
    expect(ours).toEqual(packets.map(({ data }) => Buffer.from(data).toString('hex')));
    expect(ours.length).toBeGreaterThan(100);
  });
});
