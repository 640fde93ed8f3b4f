import { describe, expect, test } from 'vitest';
import { ue1 } from './bench/clients.ts';
import { contact, request } from './bench/messages.ts';
import type { EdgeConfig } from './config.ts';
import { Dialogs } from './dialogs.ts';
import type { Decision, Listener } from './party.ts';
import { Policy } from './policy.ts';
import { Registrations } from './registrations.ts';

const config: EdgeConfig = {
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
  peers: [{ domain: 'b.mcx.test', nodes: ['172.18.0.3'] }],
  unregisteredClients: 'refuse',
  peerMedia: 'announced',
  memory: 'dialogs',
  identityCheck: 'initial-requests',
  relayIdleMs: 60_000,
};

const ue = { host: '172.18.0.10', port: 40_000 };
const node = { host: '172.18.0.3', port: 1024 };
const stranger = { host: '172.18.0.66', port: 5060 };

function policy(more: Partial<EdgeConfig> = {}, maxEntries = 10) {
  const registrations = new Registrations({ tokenOf: (text) => `t${text.length}`, maxEntries });
  registrations.confirm({ token: 'ue', listener: 'clients', address: ue, aor: ue1 }, 1000, 0);
  return new Policy({ ...config, ...more }, registrations, new Dialogs(10, () => 0), () => 0);
}

const message = (method: string, from = 'sip:pf@ic.b.mcx.test') =>
  request({
    method,
    uri: method === 'REGISTER' ? 'sip:a.mcx.test' : 'sip:cf@ic.a.mcx.test',
    from,
    to: method === 'REGISTER' ? ue1 : 'sip:cf@ic.a.mcx.test',
    headers: [contact('sip:x@h'), ['P-Asserted-Identity', `<${from}>`]],
  });

const told = (decision: Decision) =>
  decision.act === 'forward' ? decision.party.kind : decision.act === 'refuse' ? decision.status : decision.act;

describe('who may say what where', () => {
  const working = {};
  const clientsOnly = { peers: [] };
  const admitting: Partial<EdgeConfig> = { peers: [], unregisteredClients: 'admit' };
  test.each<[Partial<EdgeConfig>, Listener, typeof ue, string, string | number]>([
    [working, 'clients', ue, 'INVITE', 'client'],
    [working, 'clients', ue, 'REGISTER', 'client'],
    [working, 'clients', stranger, 'REGISTER', 'client'],
    [working, 'clients', stranger, 'INVITE', 403],
    [working, 'clients', stranger, 'ACK', 403],
    [working, 'clients', node, 'INVITE', 403],
    [working, 'clients', { ...ue, port: 1 }, 'INVITE', 403],
    [working, 'agencies', node, 'INVITE', 'peer'],
    [working, 'agencies', { ...node, port: 5064 }, 'INVITE', 'peer'],
    [working, 'agencies', node, 'REGISTER', 403],
    [working, 'agencies', ue, 'INVITE', 403],
    [working, 'agencies', ue, 'REGISTER', 403],
    [working, 'agencies', stranger, 'INVITE', 403],
    [working, 'inside', node, 'INVITE', 'drop'],
    [clientsOnly, 'agencies', node, 'INVITE', 403],
    [clientsOnly, 'agencies', node, 'REGISTER', 'client'],
    [clientsOnly, 'clients', node, 'INVITE', 403],
    [clientsOnly, 'clients', ue, 'INVITE', 'client'],
    [admitting, 'agencies', node, 'INVITE', 'client'],
    [admitting, 'clients', stranger, 'INVITE', 'client'],
    [{ unregisteredClients: 'admit' }, 'agencies', stranger, 'INVITE', 403],
    [{ unregisteredClients: 'admit' }, 'agencies', node, 'INVITE', 'peer'],
  ])('%j at %s from %j: %s is %s', (more, listener, source, method, expected) => {
    expect(told(policy(more).decide(listener, message(method), source))).toBe(expected);
  });

  test('what the source alone decides needs no look at the request', () => {
    const asked = policy();
    expect(asked.stranger('clients', message('INVITE'), stranger)).toMatchObject({ status: 403 });
    expect(asked.stranger('agencies', message('INVITE'), ue)).toMatchObject({ status: 403 });
    for (const [listener, source] of [
      ['clients', ue],
      ['agencies', node],
      ['inside', stranger],
    ] as const) {
      expect(asked.stranger(listener, message('INVITE'), source)).toBeUndefined();
    }
  });
});

describe('a registered source', () => {
  test('is also served when its user says nothing of itself', () => {
    expect(policy().flowAt('clients', ue)?.aor).toBe(ue1);
    expect(policy().flowAt('agencies', ue)).toBeUndefined();
  });
});

describe('room', () => {
  test('none for another client: 503 to its REGISTER, and to what would be admitted', () => {
    const full = policy({}, 1);
    expect(told(full.decide('clients', message('REGISTER', 'sip:y@a.mcx.test'), stranger))).toBe(503);
    const admitting = policy({ peers: [], unregisteredClients: 'admit' }, 1);
    expect(told(admitting.decide('clients', message('INVITE'), stranger))).toBe(403);
  });
});

test('no answer of one configuration depends on another call', () => {
  const asked = policy();
  const once = asked.decide('agencies', message('INVITE'), node);
  asked.decide('agencies', message('INVITE'), stranger);
  expect(told(asked.decide('agencies', message('INVITE'), node))).toBe(told(once));
});
