/** Test bench: one agency's server with a scripted edge, a scripted partner and a nameserver around it. */
import { createSocket } from 'node:dgram';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import { decodeDns, encodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsRecord } from '../../../lab/wire/dns/message.ts';
import type { SipResponse } from '../../../lab/wire/sip/message.ts';
import { systemClock } from '../../kit/clock.ts';
import { seededIds } from '../../kit/ids.ts';
import { openLog } from '../../kit/log.ts';
import type { Peer } from '../../kit/udp.ts';
import type { AgencyConfig } from '../config.ts';
import { openAgency } from '../server.ts';
import { contactFeatures } from '../service.ts';
import { newPlaces, type Override, type Places } from './config.ts';
import { Party } from './party.ts';

export interface Lab {
  readonly places: Places;
  readonly config: AgencyConfig;
  readonly server: Peer;
  /** The edge, and the clients behind it. */
  readonly edge: Party;
  readonly partner: Party;
  /** Questions that the server asked: `A edge.mcx.svc.cluster.local`. */
  readonly asked: string[];
  register(user: string, expires?: number): Promise<SipResponse>;
  describe(): Promise<Record<string, unknown>>;
  faults(): number;
  close(): Promise<void>;
}

export interface LabOptions {
  readonly config: (places: Places, more?: Override) => AgencyConfig;
  readonly more?: Override;
  /** Partners' zones; `none` is NXDOMAIN for all of them. */
  readonly names?: 'all' | 'none';
}

export async function openLab({ config: make, more = {}, names = 'all' }: LabOptions): Promise<Lab> {
  const places = newPlaces();
  const config = make(places, more);
  const dns = await nameserver(places, names);
  const log = openLog(config.process.name, process.env.BENCH_LOG === undefined ? () => {} : undefined);
  const edge = await Party.open(places.edge);
  const partner = await Party.open(places.partner);
  const emulator = await openAgency(config, { log, ids: seededIds(config.process.seed), clock: systemClock });
  const server = { host: places.server, port: 5060 };
  let cseq = 0;
  return {
    ...{ places, config, server, edge, partner, asked: dns.asked },
    register: (user, expires = 600) => {
      cseq += 1;
      return edge.send(
        newRequest({
          method: 'REGISTER',
          uri: `sip:${config.domain}`,
          from: `<${user}>;tag=r${cseq}`,
          to: `<${user}>`,
          callId: `register-${user}`,
          cseq,
          headers: [
            { name: 'Contact', value: `<${clientContact(user)}>;${contactFeatures};expires=${expires}` },
            { name: 'Path', value: `<sip:${user.replace(/\W/g, '')}@${places.edge}:5060;lr>` },
          ],
        }),
        server,
      );
    },
    describe: async () => (await emulator.control.describe?.({ do: 'describe' })) as Record<string, unknown>,
    faults: () => log.faults,
    close: async () => {
      await emulator.close();
      await Promise.all([edge.close(), partner.close()]);
      dns.close();
    },
  };
}

/** What a client registers: behind a NAT of its own, reached by the Path alone. */
export function clientContact(user: string): string {
  return user.replace(/@.*/, '@192.168.10.11:5060');
}

async function nameserver(places: Places, names: 'all' | 'none') {
  const asked: string[] = [];
  const zone = records(places, names);
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const query = decodeDns(bytes).value;
    const question = query?.questions[0];
    if (query === undefined || question === undefined) return;
    asked.push(`${question.type} ${question.name}`);
    const here = zone.filter(({ name }) => name === question.name);
    const answers = here.filter(({ type }) => type === question.type);
    socket.send(
      encodeDns({ ...query, response: true, rcode: here.length > 0 ? 0 : 3, answers }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => {
    socket.bind(5353, places.dns, resolve);
  });
  return { asked, close: () => socket.close() };
}

function records(places: Places, names: 'all' | 'none'): DnsRecord[] {
  const ttl = 5;
  const edge: DnsRecord = { name: 'edge.mcx.svc.cluster.local', ttl, type: 'A', address: places.edge };
  if (names === 'none') return [edge];
  const partners = ['a', 'b', 'c'].flatMap((x): DnsRecord[] => [
    {
      ...{ name: `ic.${x}.mcx.test`, ttl, type: 'NAPTR', order: 10, preference: 10, flags: 's', regexp: '' },
      ...{ services: 'SIP+D2U', replacement: `_sip._udp.ic.${x}.mcx.test` },
    },
    {
      ...{ name: `_sip._udp.ic.${x}.mcx.test`, ttl, type: 'SRV', priority: 10, weight: 50 },
      ...{ port: 5060, target: `node-${x}.mcx.test` },
    },
    { name: `node-${x}.mcx.test`, ttl, type: 'A', address: places.partner },
  ]);
  return [edge, ...partners];
}
