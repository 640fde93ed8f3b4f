import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { COMPARED, type Facts, type Packet, type Protocol, plainValue } from './fields.ts';

/** How tshark is told to look: by what packets say alone, as the lab does; nothing learnt from one capture for another. */
const LOOK = [
  ...['-n', '-o', 'sdp.establish_conversation:FALSE', '--enable-heuristic', 'rtp_udp'],
  // The lab's resolvers without rights on low ports, and what tshark would make of bodies that are not compared.
  ...['-d', 'udp.port==1053,dns', '--disable-protocol', 'xml'],
];
const JUDGED = ['frame.protocols', '_ws.malformed', '_ws.expert.severity'];
const ERROR = '8388608';

const byKey = new Map([...COMPARED, ...JUDGED].map((field) => [field.replaceAll('.', '_'), field]));

export async function hasTshark(): Promise<boolean> {
  const versions = await Promise.all(['tshark', 'mergecap'].map((name) => execa(name, ['-v'], { reject: false })));
  return versions.every(({ exitCode }) => exitCode === 0);
}

/** Appends captures to one another as Wireshark's own reader reads them: one start of tshark for many small files. */
export async function append(paths: readonly string[], into: string): Promise<void> {
  await execa('mergecap', ['-a', '-I', 'none', '-w', into, ...paths]);
}

/** Protocols that tshark knows by a UDP port alone. A NAT gives out any port, so that SIP may come from the one of SSDP. */
async function knownByPort(): Promise<string[]> {
  const { stdout } = await execa('tshark', ['-G', 'decodes'], { stderr: 'ignore' });
  const names = stdout.split('\n').flatMap((line) => {
    const [table, , name = ''] = line.split('\t');
    return table === 'udp.port' && name !== 'dns' && name !== 'sip' ? [name] : [];
  });
  return [...new Set(names)];
}
let byPort: Promise<string[]> | undefined;

/** Every packet of a capture, in its order. */
export async function* theirs(path: string): AsyncGenerator<Packet> {
  const fields = [...COMPARED, ...JUDGED].flatMap((field) => ['-e', field]);
  byPort ??= knownByPort();
  const others = (await byPort).flatMap((name) => ['--disable-protocol', name]);
  const child = execa('tshark', [...LOOK, ...others, '-r', path, '-T', 'ek', ...fields], {
    stderr: 'ignore',
    buffer: false,
  });
  for await (const line of createInterface({ input: child.stdout })) {
    // Each packet is a line that says where to put it, and a line of its own.
    if (line.startsWith('{"timestamp"')) yield packet(JSON.parse(line).layers ?? {});
  }
  await child;
}

function packet(layers: Record<string, readonly string[]>): Packet {
  const facts: Facts = {};
  for (const [key, values] of Object.entries(layers)) {
    const field = byKey.get(key);
    if (field !== undefined) facts[field] = values.map((value) => plainValue(field, value));
  }
  const { 'frame.protocols': stack, '_ws.malformed': malformed, '_ws.expert.severity': severity, ...compared } = facts;
  const broken = malformed !== undefined || (severity ?? []).includes(ERROR);
  return { protocol: protocolOf(stack?.[0]?.split(':') ?? [], facts), facts: compared, broken };
}

function protocolOf(stack: readonly string[], facts: Facts): Protocol {
  if (stack.includes('icmp') || stack.includes('icmpv6')) return 'icmp';
  if (stack.includes('rtcp')) return isFloor(facts) ? 'floor' : 'rtcp';
  return (['sip', 'rtp', 'dns'] as const).find((name) => stack.includes(name)) ?? 'other';
}

/** TS 24.380 8.1.2: RTCP APP packets of the name MCPT, and nothing else. */
function isFloor(facts: Facts): boolean {
  const types = facts['rtcp.pt'] ?? [];
  const names = facts['rtcp.app.name'] ?? [];
  return types.every((type) => type === '204') && names.length === types.length && names.every((n) => n === 'MCPT');
}
