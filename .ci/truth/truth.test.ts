import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tally } from './compare.ts';
import { EXCEPTIONS } from './exceptions.ts';
import type { Facts, Packet } from './fields.ts';
import { minimumOf, shortfalls } from './minimum.ts';
import { ours } from './ours.ts';
import { compareFolder, type Reader } from './run.ts';
import { hasTshark } from './theirs.ts';

const golden = join(import.meta.dirname, '..', '..', 'lab', 'verdict', 'golden', 'captures');
const call =
  'ladder-r2-edge-carries-media-a-campaign-call-that-a-ue-1-begins-is-heard-by-every-member-of-both-agencies';

test('there are at most ten exceptions, each for one field', () => {
  expect(EXCEPTIONS.length).toBeLessThanOrEqual(10);
  for (const { defect } of EXCEPTIONS) expect(defect.length).toBeGreaterThan(20);
});

describe.skipIf(!(await hasTshark()))('captures as tshark sees them (skipped where it is not installed)', () => {
  let scratch: string;
  beforeAll(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'truth-'));
    await cp(join(golden, call, 'a-node.pcapng'), join(scratch, 'one', 'a-node.pcapng'), { recursive: true });
  });
  afterAll(() => rm(scratch, { recursive: true }));

  test('every packet of the golden captures is the same', { timeout: 120_000 }, async () => {
    const tally = await compareFolder(golden, scratch);
    expect(tally.disagreements).toEqual([]);
    expect(shortfalls(tally, await minimumOf('golden'))).toEqual([]);
  });

  /** One capture, as a decoder reads it that is wrong in one thing. */
  function faulty(change: (packet: Packet) => Packet | undefined): Promise<Tally> {
    const read: Reader = async (path) => (await ours(path)).map(change);
    return compareFolder(join(scratch, 'one'), scratch, read);
  }

  function altered(field: string, alter: (value: string) => string) {
    return (packet: Packet): Packet => {
      const values = packet.facts[field];
      return values === undefined ? packet : { ...packet, facts: { ...packet.facts, [field]: values.map(alter) } };
    };
  }

  test('a capture of the call is compared by itself', async () => {
    expect((await faulty((packet) => packet)).disagreements).toEqual([]);
  });

  test.each([
    'sip.Method',
    'sip.Status-Code',
    'sip.Call-ID',
    'sip.CSeq.seq',
    'sip.Via.branch',
    'sip.contact.uri',
    'sdp.connection_info.address',
    'sdp.media.port',
    'rtp.ssrc',
    'rtp.seq',
    'rtp.timestamp',
    'rtcp.senderssrc',
    'rtcp.app.subtype',
    'rtcp.app_data.mcptt.floor_ind',
    'ip.ttl',
    'udp.length',
  ])('a decoder that reads %s wrong is found', async (field) => {
    const tally = await faulty(altered(field, (value) => `${value}0`));
    expect(tally.disagreements.length).toBeGreaterThan(0);
    expect(new Set(tally.disagreements.map((one) => one.field))).toEqual(new Set([field]));
  });

  test('a decoder that leaves a field out is found', async () => {
    const without = ({ facts, ...packet }: Packet): Packet => {
      const { 'rtcp.app_data.mcptt.msg_seq_num': _, ...rest } = facts as Facts & Record<string, readonly string[]>;
      return { ...packet, facts: rest };
    };
    const fields = (await faulty(without)).disagreements.map((one) => one.field);
    expect(new Set(fields)).toEqual(new Set(['rtcp.app_data.mcptt.msg_seq_num']));
  });

  test('a packet that one side alone decodes is found', async () => {
    const tally = await faulty((packet) => (packet.protocol === 'floor' ? { ...packet, protocol: 'other' } : packet));
    expect(tally.disagreements[0]).toMatchObject({ field: 'protocol', ours: 'other', theirs: 'floor' });
  });

  test('a reader that loses packets is found', async () => {
    const read: Reader = async (path) => (await ours(path)).slice(0, -3);
    const { disagreements } = await compareFolder(join(scratch, 'one'), scratch, read);
    expect(disagreements.map((one) => one.ours)).toEqual(['no packet', 'no packet', 'no packet']);
  });

  test('a decoder that calls a whole packet broken is found: it cannot escape the comparison', async () => {
    const tally = await faulty((packet) => ({ ...packet, broken: packet.protocol === 'sip' }));
    expect(new Set(tally.disagreements.map((one) => one.field))).toEqual(new Set(['broken']));
  });

  test('a comparison of too little is no success', async () => {
    const tally = await faulty((packet) => packet);
    expect(shortfalls(tally, await minimumOf('golden')).length).toBeGreaterThan(10);
  });
});
