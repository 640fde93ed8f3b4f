import { describe, expect, test } from 'vitest';
import type { Flow } from './party.ts';
import { Registrations } from './registrations.ts';

const tokenOf = (text: string) => `t-${text}`;
const store = (maxEntries = 10) => new Registrations({ tokenOf, maxEntries });
const aor = 'sip:a-ue-1@a.mcx.test';
const flow = (port: number, more: Partial<Flow> = {}): Flow => ({
  token: 'one',
  listener: 'clients',
  address: { host: '172.18.0.10', port },
  aor,
  ...more,
});

describe('tokens', () => {
  test('one for a user and an instance, whatever the spelling of the user', () => {
    const registrations = store();
    const token = registrations.tokenFor(aor, 'urn:uuid:1');
    expect(registrations.tokenFor('sip:a-ue-1@A.MCX.test;x=1', 'urn:uuid:1')).toBe(token);
    expect(registrations.tokenFor(aor, 'urn:uuid:2')).not.toBe(token);
  });
});

describe('flows', () => {
  test('are found by token and by source, until they expire', () => {
    const registrations = store();
    registrations.confirm(flow(5060), 1000, 0);
    expect(registrations.byToken('one', 999)).toEqual(flow(5060));
    expect(registrations.bySource('clients', { host: '172.18.0.10', port: 5060 }, undefined, 999)).toEqual(flow(5060));
    expect(registrations.byToken('one', 1000)).toBeUndefined();
    expect(registrations.bySource('clients', { host: '172.18.0.10', port: 5060 }, undefined, 1000)).toBeUndefined();
    expect(registrations.size).toBe(0);
  });

  test('are their source: other port, address or listener is another', () => {
    const registrations = store();
    registrations.confirm(flow(5060), 1000, 0);
    expect(registrations.bySource('clients', { host: '172.18.0.10', port: 5061 }, undefined, 1)).toBeUndefined();
    expect(registrations.bySource('clients', { host: '172.18.0.11', port: 5060 }, undefined, 1)).toBeUndefined();
    expect(registrations.bySource('agencies', { host: '172.18.0.10', port: 5060 }, undefined, 1)).toBeUndefined();
  });

  test('move with the token', () => {
    const registrations = store();
    registrations.confirm(flow(5060), 1000, 0);
    registrations.confirm(flow(6060), 1000, 500);
    expect(registrations.byToken('one', 600)?.address.port).toBe(6060);
    expect(registrations.bySource('clients', { host: '172.18.0.10', port: 5060 }, undefined, 600)).toBeUndefined();
    expect(registrations.byToken('one', 1499)).toBeDefined();
  });

  test('end with a lifetime of 0', () => {
    const registrations = store();
    registrations.confirm(flow(5060), 1000, 0);
    registrations.confirm(flow(5060), 0, 1);
    expect(registrations.list(2)).toEqual([]);
  });

  test('of several users at one source the claimed one is taken, else the first', () => {
    const registrations = store();
    const second = flow(5060, { token: 'two', aor: 'sip:a-ue-2@a.mcx.test' });
    registrations.confirm(flow(5060), 1000, 0);
    registrations.confirm(second, 1000, 0);
    const at = (claimed?: string) => registrations.bySource('clients', flow(5060).address, claimed, 1)?.token;
    expect([at(), at('sip:a-ue-2@A.mcx.test'), at('sip:chief@a.mcx.test')]).toEqual(['one', 'two', 'one']);
  });
});

describe('room', () => {
  test('is bounded; those who are in may renew, the expired make room', () => {
    const registrations = store(2);
    registrations.confirm(flow(1, { token: 'a' }), 1000, 0);
    registrations.confirm(flow(2, { token: 'b' }), 500, 0);
    expect([registrations.hasRoomFor('c', 100), registrations.hasRoomFor('a', 100)]).toEqual([false, true]);
    registrations.confirm(flow(3, { token: 'c' }), 1000, 100);
    expect(registrations.byToken('c', 100)).toBeUndefined();
    expect(registrations.hasRoomFor('c', 600)).toBe(true);
  });
});

describe('admission without registration', () => {
  test('gives a flow without a user, the same for the same source', () => {
    const registrations = store(1);
    const source = { host: '172.18.0.3', port: 5064 };
    const admitted = registrations.admit('agencies', source, 1000, 0);
    expect(admitted).toMatchObject({ listener: 'agencies', address: source, aor: undefined });
    expect(registrations.admit('agencies', source, 1000, 900)?.token).toBe(admitted?.token);
    expect(registrations.byToken(admitted?.token ?? '', 1500)).toBeDefined();
    expect(registrations.admit('agencies', { ...source, port: 1 }, 1000, 1000)).toBeUndefined();
  });
});
