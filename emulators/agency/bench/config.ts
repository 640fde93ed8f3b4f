/** Test bench: an agency on the loopback as the lab configures it. */
import { type AgencyConfig, agencyConfigSchema } from '../config.ts';

/** Addresses of one test: the server and what stands around it, each at port 5060 of an address of its own. */
export interface Places {
  readonly server: string;
  readonly edge: string;
  readonly partner: string;
  readonly dns: string;
}

let count = 0;

/** 127/8 is all loopback: every test gets addresses that no other test (or worker) uses. */
export function newPlaces(): Places {
  count += 1;
  const net = `127.${100 + (Number(process.env.VITEST_POOL_ID ?? 0) % 100)}.${count}`;
  return { server: `${net}.6`, edge: `${net}.5`, partner: `${net}.25`, dns: `${net}.7` };
}

export type Override = Partial<Omit<AgencyConfig, 'role'>>;

const floorTimers = {
  ...{ t100Ms: 500, t101Ms: 500, t103Ms: 4000, t104Ms: 500 },
  ...{ t1Ms: 4000, t2Ms: 30_000, t3Ms: 3000, t4Ms: 30_000, t7Ms: 1000, t8Ms: 60, t20Ms: 1000 },
};

/** Agency a: root of the campaign, with the partner b. */
export function rootConfig(places: Places, more: Override = {}): AgencyConfig {
  return agencyConfigSchema.parse({
    role: 'agency',
    process: { name: 'a-mcx', control: '/dev/null', seed: 7 },
    sipTimers: { t1Ms: 20, t2Ms: 160, t4Ms: 100 },
    floorTimers,
    resolvConf: { nameservers: [`${places.dns}:5353`], search: [], ndots: 1, timeoutMs: 200, attempts: 1 },
    address: places.server,
    sipPort: 5060,
    mediaPorts: [20000, 20199],
    domain: 'a.mcx.test',
    psi: {
      participating: 'sip:pf@a.mcx.test',
      controlling: 'sip:cf@ic.a.mcx.test',
      nonControlling: 'sip:ncf@ic.a.mcx.test',
    },
    users: ['sip:a-ue-1@a.mcx.test', 'sip:a-ue-2@a.mcx.test', 'sip:a-ue-3@a.mcx.test'],
    groups: [
      {
        kind: 'constituent',
        uri: 'sip:team@a.mcx.test',
        members: ['sip:a-ue-1@a.mcx.test', 'sip:a-ue-2@a.mcx.test', 'sip:a-ue-3@a.mcx.test'],
      },
      {
        kind: 'temporary',
        uri: 'sip:campaign@a.mcx.test',
        constituents: [
          { group: 'sip:team@a.mcx.test', nonControllingPsi: null },
          { group: 'sip:team@b.mcx.test', nonControllingPsi: 'sip:ncf@ic.b.mcx.test' },
        ],
        directMembers: [],
      },
    ],
    edge: 'sip:edge.mcx.svc.cluster.local:5060',
    interconnect: {
      nextHop: 'edge',
      advertisedSip: null,
      partners: [{ domain: 'b.mcx.test', interconnectDomain: 'ic.b.mcx.test' }],
    },
    sdpRepair: 'off',
    sessionExpiresS: 1800,
    ...more,
  });
}

/** Agency b: its team is a constituent of the campaign of a. */
export function remoteConfig(places: Places, more: Override = {}): AgencyConfig {
  return rootConfig(places, {
    process: { name: 'b-mcx', control: '/dev/null', seed: 8 },
    domain: 'b.mcx.test',
    psi: {
      participating: 'sip:pf@b.mcx.test',
      controlling: 'sip:cf@ic.b.mcx.test',
      nonControlling: 'sip:ncf@ic.b.mcx.test',
    },
    users: ['sip:b-ue-1@b.mcx.test', 'sip:b-ue-2@b.mcx.test'],
    groups: [
      {
        kind: 'constituent',
        uri: 'sip:team@b.mcx.test',
        members: ['sip:b-ue-1@b.mcx.test', 'sip:b-ue-2@b.mcx.test'],
      },
      { kind: 'partner', uri: 'sip:campaign@a.mcx.test', controllingPsi: 'sip:cf@ic.a.mcx.test' },
    ],
    interconnect: {
      nextHop: 'edge',
      advertisedSip: null,
      partners: [{ domain: 'a.mcx.test', interconnectDomain: 'ic.a.mcx.test' }],
    },
    ...more,
  });
}
