import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeResponse } from '../../lab/machines/sip/response.ts';
import { encodeFloor } from '../../lab/wire/floor/codec.ts';
import { encodeSip } from '../../lab/wire/sip/encode.ts';
import { header } from '../../lab/wire/sip/headers.ts';
import { type ControlConnection, connectControl } from '../kit/control/client.ts';
import { seededIds } from '../kit/ids.ts';
import { type FarSide, openFarSide, until } from './bench/far-side.ts';
import { granted, taken } from './bench/floor-words.ts';
import { callUe, invite } from './bench/focus.ts';
import { loopback } from './bench/loopback.ts';
import { ueConfig } from './bench/ue.ts';

const node = process.execPath;
const main = fileURLToPath(new URL('main.ts', import.meta.url));

const edge = loopback(41);
const host = loopback(51);
let folder: string;
let child: ChildProcess;
let far: FarSide;
let control: ControlConnection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ue-'));
  far = await openFarSide(edge);
  const socket = join(folder, 'ue.sock');
  const config = ueConfig(host, far.at, { process: { name: 'a-ue-1', control: socket, seed: 5 } });
  const path = join(folder, 'ue.json');
  writeFileSync(path, JSON.stringify(config));
  child = spawn(node, [main, path], { stdio: ['ignore', 'ignore', 'ignore'] });
  control = await connectControl(socket, 8000);
});

afterEach(async () => {
  control.close();
  if (child.exitCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await far.close();
  rmSync(folder, { recursive: true });
});

async function faults(): Promise<unknown> {
  const { state } = await control.act({ do: 'describe' });
  return (state as { faults: number }).faults;
}

describe('the process', () => {
  test('is driven over its control socket and ends at SIGTERM with 0', async () => {
    expect(await control.act({ do: 'ready' })).toMatchObject({ ok: true });
    expect(await control.act({ do: 'hang-up' })).toMatchObject({ ok: false, error: 'no call' });
    const registered = control.act({ do: 'register' });
    const { request, transaction } = await far.next('REGISTER');
    transaction.respond(makeResponse(request, 200, { toTag: 'r' }));
    expect(await registered).toMatchObject({ ok: true });
    await callUe(far, { host, port: 5060 });
    expect(await control.act({ do: 'talk', packets: 2, release: true })).toMatchObject({ ok: true });
    await far.nextFloor('Floor Request');
    far.sendFloor(granted(9), { host, port: 40002 });
    await until('burst', () => far.rtp.length === 2);
    child.kill('SIGTERM');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
  });

  test('hostile datagrams at all its ports during a call: it talks on, without a fault and without growing', async () => {
    const ue = { host, port: 5060 };
    await callUe(far, ue);
    const ports = [5060, 40000, 40001, 40002];
    // From the edge's own address too: what only looks like the edge must do no harm either.
    const attackers = [await attacker(loopback(66)), await attacker(edge)];
    const flood = async (datagrams: number) => {
      for (const [i, bytes] of rubbish(far, datagrams).entries()) {
        for (const port of ports) attackers[i % 2]?.send(bytes, port, host);
        if (i % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    await flood(1500);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const before = residentKb();
    await flood(6000);
    expect(await control.act({ do: 'talk', packets: 20, release: true })).toMatchObject({ ok: true });
    await far.nextFloor('Floor Request');
    far.sendFloor(granted(9), { host, port: 40002 });
    await until('burst', () => far.rtp.length >= 20);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await faults()).toBe(0);
    expect(residentKb() - before).toBeLessThan(40_000);
    for (const socket of attackers) socket.close();
  }, 40_000);
});

async function attacker(from: string): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, from);
  await once(socket, 'listening');
  return socket;
}

/** Bytes without sense, broken messages, and good ones that fit nowhere. */
function rubbish(side: FarSide, count: number): Uint8Array[] {
  const ids = seededIds(99, 'rubbish');
  const noise = (length: number) => Uint8Array.from({ length }, () => ids.below(256));
  const floor = encodeFloor([taken(1, true)]);
  const call = invite(side);
  const sip = encodeSip({
    ...call,
    headers: [{ name: 'Via', value: 'SIP/2.0/UDP 127.0.0.1:1;branch=z9hG4bKx' }, ...call.headers],
  });
  const bent = (bytes: Uint8Array) => {
    const copy = Uint8Array.from(bytes);
    copy[ids.below(copy.length)] = ids.below(256);
    return copy.subarray(0, ids.below(4) === 0 ? ids.below(copy.length) : copy.length);
  };
  expect(header(call, 'call-id')).toBeDefined();
  return Array.from({ length: count }, (_, i) => {
    switch (i % 6) {
      case 0:
        return noise(ids.below(1400));
      case 1:
        return bent(floor);
      case 2:
        return bent(sip);
      case 3:
        return Uint8Array.of(0x80, 96, ...noise(40));
      case 4:
        return new Uint8Array(ids.below(3));
      default:
        return Uint8Array.of(0x81, 0xcc, 0xff, 0xff, ...noise(12));
    }
  });
}

function residentKb(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]);
}
