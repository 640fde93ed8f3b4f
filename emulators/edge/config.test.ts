import { describe, expect, test } from 'vitest';
import { edgeConfigSchema } from './config.ts';

const config = (peers: readonly { domain: string; nodes: string[] }[]) => ({
  role: 'edge',
  process: { name: 'a-edge', control: '', seed: 1 },
  sipTimers: { t1Ms: 100, t2Ms: 800, t4Ms: 1000 },
  resolvConf: { nameservers: ['10.96.0.10'], search: [], ndots: 5, timeoutMs: 100, attempts: 1 },
  address: '10.244.0.5',
  ports: { inside: 5060, clients: 5062, agencies: 5064 },
  advertised: { address: '172.18.0.2', clientsPort: 30_060, agenciesPort: 30_070 },
  mediaPorts: [30_100, 30_131],
  insideMediaPorts: [21_000, 21_199],
  server: 'sip:server.mcx.svc.cluster.local:5060',
  domain: 'a.mcx.test',
  peers,
  unregisteredClients: 'refuse',
  peerMedia: 'announced',
  memory: 'dialogs',
  identityCheck: 'initial-requests',
  relayIdleMs: 60_000,
});
const b = { domain: 'b.mcx.test', nodes: ['172.18.0.3'] };

describe('the peer list of an edge', () => {
  test.each([[[]], [[b]], [[b, { domain: 'c.mcx.test', nodes: [] }]]])('%j is one', (peers) => {
    expect(edgeConfigSchema.safeParse(config(peers)).success).toBe(true);
  });

  test.each([
    ['names itself', [b, { domain: 'A.mcx.test', nodes: ['172.18.0.9'] }], ['peers', 1], 'own domain'],
    ['has its own address', [{ ...b, nodes: ['172.18.0.3', '172.18.0.2'] }], ['peers', 0], 'own address'],
    ['names a partner twice', [b, { ...b, nodes: ['172.18.0.4'] }], ['peers', 1], 'twice'],
  ])('that %s is refused by its place', (_, peers, path, message) => {
    const issue = edgeConfigSchema.safeParse(config(peers)).error?.issues[0];
    expect(issue?.path).toEqual(path);
    expect(issue?.message).toContain(message);
  });
});
