import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../../errors.ts';
import type { RunningFabric, ServiceSpec, Tap } from '../../fabric.ts';
import { type Probe, type ProbeSocket, probeClient } from '../../probe/client.ts';
import { netnsFabric } from '../netns-fabric.ts';
import { insideOuter } from '../outer.ts';
import { run } from '../run.ts';
import { rebuilding } from './rebuilding.ts';
import { trialSpec } from './spec.ts';
import { wires } from './wires.ts';

const NODE_B = '172.18.0.3';
const probeProgram = [process.execPath, fileURLToPath(new URL('../../probe/main.ts', import.meta.url))];

/** Each one runs inside an outer namespace of its own and prints what it saw; the tests judge. */
export const scenarios: Readonly<Record<string, (folder: string) => Promise<unknown>>> = {
  recording,
  processes,
  'disk-full': diskFull,
  impairments,
  neighbours,
  rebuilding,
  wires,
  'wrong-use': wrongUse,
  'services-at-once': servicesAtOnce,
};

async function recording(folder: string) {
  const fabric = await netnsFabric().up(trialSpec);
  const places = ['a-edge', 'a-mcx', 'a-node', 'b-node', 'b-edge', 'a-access', 'a-ue-1', 'bridge'];
  const taps = await Promise.all([
    ...places.map((place) => fabric.tap({ name: place, place, interface: 'eth0', path: `${folder}/${place}.pcap` })),
    fabric.tap({ name: 'a-mcx-lo', place: 'a-mcx', interface: 'lo', path: `${folder}/a-mcx-lo.pcap` }),
  ]);
  await fabric.mark(1, places);
  const sender = await bash(fabric, 'a-edge', `printf hello > /dev/udp/${NODE_B}/31060`, `${folder}/log`);
  const local = await bash(fabric, 'a-mcx', 'printf inner > /dev/udp/127.0.0.1/9', `${folder}/log`);
  const table = await fabric.translations('a-node');
  await fabric.mark(12, places);
  const counts = await Promise.all(taps.map((tap) => tap.stop()));
  const again = await taps[0]?.stop();
  await fabric.down();
  return { ended: [sender, local], table, counts, again, namespaces: namespaces() };
}

async function bash(fabric: RunningFabric, place: string, script: string, log: string): Promise<number | string> {
  const started = await fabric.start(place, ['bash', '-c', script], log);
  return started.ended;
}

async function processes(folder: string) {
  const fabric = await netnsFabric().up(trialSpec);
  const log = `${folder}/processes.log`;
  const failing = await fabric.start('a-edge', ['sh', '-c', 'echo out; echo err >&2; exit 7'], log);
  const missing = await fabric.start('a-edge', ['no-such-command'], log).catch(String);
  // Neither the shell nor what it started wants to go.
  const stubborn = await fabric.start('a-edge', ['sh', '-c', 'trap "" TERM; sleep 4711 & wait; sleep 4711'], log);
  const session = statField(stubborn.pid, 3);
  const polite = await fabric.start('a-edge', ['sh', '-c', 'trap "exit 3" TERM; sleep 4712 & wait'], log);
  const kept = await fabric.start('b-edge', ['sleep', '4713'], log);
  await until(() => running('sleep\u00004711') > 0 && running('sleep\u00004712') > 0);
  const stopped = performance.now();
  await stubborn.stop(100);
  const stopMs = performance.now() - stopped;
  await polite.stop();
  const talk = await fabric.converse('a-edge', ['sh', '-c', 'read x; echo "got $x"; echo no >&2; exit 5']);
  const line = new Promise<string>((resolve) => talk.onLine(resolve));
  talk.send('this');
  const said = await line;
  const talked = await talk.ended;
  const leftOfStopped = running('sleep\u00004711') + running('sleep\u00004712');
  await fabric.down();
  return {
    missing,
    codes: [await failing.ended, await stubborn.ended, await polite.ended, await kept.ended],
    ownSession: session === String(stubborn.pid),
    stopMs,
    said,
    talked,
    left: leftOfStopped + running('sleep\u00004713'),
    log: readFileSync(log, 'utf8'),
  };
}

async function diskFull(folder: string) {
  await run(['mount', '-n', '-t', 'tmpfs', '-o', 'size=64k', 'small', folder]);
  const fabric = await netnsFabric().up(trialSpec);
  const tap = await fabric.tap({ name: 'a-edge', place: 'a-edge', interface: 'eth0', path: `${folder}/full.pcap` });
  const probe = await probeIn(fabric, 'a-edge');
  const socket = await probe.open(0);
  for (let index = 0; index < 200; index++) await socket.send(NODE_B, 31060, 'x'.repeat(1000));
  return { stop: await codeOf(tap.stop()), start: await codeOf(badTap(fabric)) };
}

function badTap(fabric: RunningFabric): Promise<Tap> {
  return fabric.tap({ name: 'a-edge', place: 'a-edge', interface: 'eth0', path: '/nonexistent/x.pcap' });
}

async function impairments(folder: string) {
  const fabric = await netnsFabric().up(trialSpec);
  const from = await (await probeIn(fabric, 'a-ue-1')).open(5060);
  const sink = await (await probeIn(fabric, 'b-edge')).open(5062);
  const tap = await fabric.tap({ name: 'a-ue-1', place: 'a-ue-1', interface: 'eth0', path: `${folder}/impaired.pcap` });
  const before = await delivered(from, sink, 'before', 1);
  await fabric.impair('a-ue-1', { cut: true });
  const cut = await delivered(from, sink, 'cut', 1);
  await fabric.mark(5, ['a-ue-1']);
  await fabric.impair('a-ue-1', { loss: 0.5 });
  const half = await delivered(from, sink, 'half', 200);
  await fabric.impair('a-ue-1', { rateBitsPerSecond: 400_000 });
  const started = performance.now();
  const shaped = await delivered(from, sink, 'x'.repeat(1000), 10);
  const shapedMs = performance.now() - started;
  const netem = await codeOf(fabric.impair('a-ue-1', { delayMs: 30, jitterMs: 5 }));
  await fabric.impair('a-ue-1', undefined);
  const after = await delivered(from, sink, 'after', 20);
  await tap.stop();
  const nowhere = await codeOf(fabric.impair('bridge', { cut: true }));
  await fabric.down();
  return { before, cut, half, shaped, shapedMs, netem, after, nowhere };
}

/** How many of `count` datagrams arrive; waits until all have, or for 200 ms after the last. */
async function delivered(from: ProbeSocket, sink: ProbeSocket, text: string, count: number): Promise<number> {
  for (let index = 0; index < count; index++) await from.send(NODE_B, 31060, `${text}-${index}`);
  await sink.received(`${text}-${count - 1}`, 2000 * Math.sign(Number(text.length > 100)) + 200);
  return sink.datagrams.filter((one) => one.text.startsWith(`${text}-`)).length;
}

/** Two fabrics of one outer namespace do not meet, though their places have the same names and addresses. */
async function neighbours() {
  const [one, two] = await Promise.all([netnsFabric().up(trialSpec), netnsFabric().up(trialSpec)]);
  const from = await (await probeIn(one, 'a-edge')).open(5060);
  const [own, other] = [
    await (await probeIn(one, 'b-edge')).open(5062),
    await (await probeIn(two, 'b-edge')).open(5062),
  ];
  await from.send(NODE_B, 31060, 'hello');
  const seen = [(await own.received('hello', 1000)) !== undefined, (await other.received('hello', 100)) !== undefined];
  await one.down();
  const left = namespaces().length;
  await two.down();
  return { seen, left, end: namespaces().length };
}

async function wrongUse(folder: string) {
  const fabric = await netnsFabric().up(trialSpec);
  const inPlace = await run(['nsenter', '--net=/run/netns/f1.a-edge', 'sh', '-c', 'readlink /proc/self/ns/net']);
  const result = {
    insideOuter: insideOuter(),
    placeIsOther: inPlace.stdout.trim() !== process.env.MCX_LAB_OUTER,
    place: await codeOf(fabric.start('nowhere', ['true'], `${folder}/log`)),
    cluster: await codeOf(fabric.removeService('z', 'edge')),
    marker: await codeOf(fabric.mark(1, ['nowhere'])),
    spec: await codeOf(netnsFabric().up({ ...trialSpec, accesses: [...trialSpec.accesses, ...trialSpec.accesses] })),
  };
  await fabric.down();
  return result;
}

/** Three changes are asked for without waiting; the last word counts, and each of them has happened. */
async function servicesAtOnce() {
  const fabric = await netnsFabric().up(trialSpec);
  const from = await (await probeIn(fabric, 'a-edge')).open(5060);
  const sink = await (await probeIn(fabric, 'b-mcx')).open(5070);
  const service = (name: string, port: number, endpoints: string[]): ServiceSpec => {
    const ports = [{ port, targetPort: 5070, nodePort: 31000 + port }];
    return { name, clusterIp: '10.96.0.30', externalTrafficPolicy: 'Local', endpoints, ports };
  };
  await Promise.all([
    fabric.applyService('b', service('one', 71, ['b-edge'])),
    fabric.applyService('b', service('two', 72, ['b-mcx'])),
    fabric.applyService('b', service('one', 71, ['b-mcx'])),
    fabric.removeService('b', 'edge'),
  ]);
  const seen = [];
  for (const port of [31071, 31072, 31060]) {
    await from.send(NODE_B, port, `to ${port}`);
    seen.push((await sink.received(`to ${port}`, 300)) !== undefined);
  }
  await fabric.down();
  return seen;
}

async function probeIn(fabric: RunningFabric, place: string): Promise<Probe> {
  return probeClient(await fabric.converse(place, probeProgram));
}

async function codeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return 'no error';
  } catch (error) {
    return error instanceof LabError ? error.code : String(error);
  }
}

/** Fields after the command's name in /proc/PID/stat: 1 parent, 2 group, 3 session. */
function statField(pid: number, index: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ')[index];
}

function running(command: string): number {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(command);
    } catch {
      return false;
    }
  }).length;
}

async function until(done: () => boolean): Promise<void> {
  for (let tries = 0; !done() && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Names of namespaces; what begins with a dot is the folder of sockets. */
function namespaces(): string[] {
  return readdirSync('/run/netns').filter((name) => !name.startsWith('.'));
}
