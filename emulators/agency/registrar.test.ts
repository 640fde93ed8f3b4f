import { describe, expect, test } from 'vitest';
import { newRequest } from '../../lab/machines/sip/request.ts';
import type { SipHeader, SipRequest } from '../../lab/wire/sip/message.ts';
import { Registrar } from './registrar.ts';
import { contactFeatures } from './service.ts';

const user = 'sip:a-ue-1@a.mcx.test';
const contact = `<sip:a-ue-1@192.168.10.11:5060>;${contactFeatures}`;
const path = '<sip:token@10.244.0.5:5060;lr>';

interface Wanted {
  readonly contacts?: readonly string[];
  readonly expires?: number;
  readonly to?: string;
  readonly uri?: string;
  readonly cseq?: number;
  readonly callId?: string;
  readonly path?: string;
}

function register(wanted: Wanted = {}): SipRequest {
  const lines: SipHeader[] = (wanted.contacts ?? [contact]).map((value) => ({ name: 'Contact', value }));
  if (wanted.expires !== undefined) lines.push({ name: 'Expires', value: String(wanted.expires) });
  if (wanted.path !== undefined) lines.push({ name: 'Path', value: wanted.path });
  return newRequest({
    method: 'REGISTER',
    uri: wanted.uri ?? 'sip:a.mcx.test',
    from: `<${user}>;tag=r`,
    to: `<${wanted.to ?? user}>`,
    callId: wanted.callId ?? 'r1',
    cseq: wanted.cseq ?? 1,
    headers: lines,
  });
}

const fresh = () => new Registrar('a.mcx.test', [user, 'sip:a-ue-2@a.mcx.test']);

describe('a registrar', () => {
  test('keeps Contact and Path, and says both back with the time', () => {
    const registrar = fresh();
    const result = registrar.register(register({ path, expires: 600 }), 0);
    expect(result).toMatchObject({ ok: true, user });
    expect(result.ok && result.headers).toEqual([
      { name: 'Contact', value: `${contact};expires=600` },
      { name: 'Path', value: path },
      { name: 'Expires', value: '600' },
    ]);
    expect(registrar.affiliated(user, 0)).toMatchObject({ contact: 'sip:a-ue-1@192.168.10.11:5060', path: [path] });
  });

  test('a binding ends with its time', () => {
    const registrar = fresh();
    registrar.register(register({ expires: 60 }), 1000);
    expect(registrar.affiliated(user, 60_999)).toBeDefined();
    expect(registrar.affiliated(user, 61_000)).toBeUndefined();
    expect(registrar.describe(61_000)).toEqual([]);
  });

  test.each<[string, Wanted, number]>([
    ['the parameter of the Contact wins over Expires', { contacts: [`${contact};expires=30`], expires: 600 }, 30],
    ['Expires holds where the Contact says nothing', { expires: 50 }, 50],
    ['an hour where nobody says anything', {}, 3600],
    ['two hours at most', { expires: 999_999 }, 7200],
    ['what cannot be read counts as nothing', { contacts: [`${contact};expires=soon`], expires: 40 }, 40],
  ])('%s', (_, wanted, seconds) => {
    const registrar = fresh();
    registrar.register(register(wanted), 0);
    expect(registrar.affiliated(user, seconds * 1000 - 1)).toBeDefined();
    expect(registrar.affiliated(user, seconds * 1000)).toBeUndefined();
  });

  test.each<[string, Wanted, object]>([
    ['another domain', { uri: 'sip:b.mcx.test' }, { status: 404 }],
    ['a user who is none', { to: 'sip:x@a.mcx.test' }, { status: 404, warning: 141 }],
    ['a Contact that is none', { contacts: ['<<'] }, { status: 400 }],
    ['`*` with a time', { contacts: ['*'], expires: 10 }, { status: 400 }],
    ['`*` beside another', { contacts: ['*', contact], expires: 0 }, { status: 400 }],
    ['headers without measure', { path: `<sip:${'x'.repeat(3000)}@h>` }, { status: 400 }],
  ])('refuses %s', (_, wanted, refusal) => {
    const registrar = fresh();
    expect(registrar.register(register(wanted), 0)).toEqual({ ok: false, refusal });
    expect(registrar.describe(0)).toEqual([]);
  });

  test('Expires: 0 takes one binding away, `*` all', () => {
    const registrar = fresh();
    registrar.register(register({ contacts: ['<sip:a@1.1.1.1>', '<sip:a@2.2.2.2>'] }), 0);
    registrar.register(register({ contacts: ['<sip:a@1.1.1.1>;expires=0'], cseq: 2 }), 0);
    expect(registrar.bindingsOf(user, 0).map((binding) => binding.contact)).toEqual(['sip:a@2.2.2.2']);
    registrar.register(register({ contacts: ['*'], expires: 0, cseq: 3 }), 0);
    expect(registrar.bindingsOf(user, 0)).toEqual([]);
  });

  test('a device that comes from elsewhere replaces itself; four devices at most', () => {
    const registrar = fresh();
    const device = (host: string, instance: string) => `<sip:a@${host}>;+sip.instance="<urn:uuid:${instance}>"`;
    registrar.register(register({ contacts: [device('1.1.1.1', 'one')], callId: 'a' }), 0);
    registrar.register(register({ contacts: [device('1.1.1.2', 'one')], callId: 'b' }), 0);
    expect(registrar.bindingsOf(user, 0).map((binding) => binding.contact)).toEqual(['sip:a@1.1.1.2']);
    for (let i = 0; i < 9; i += 1) registrar.register(register({ contacts: [device(`2.2.2.${i}`, `${i}`)] }), 0);
    expect(registrar.bindingsOf(user, 0).map((binding) => binding.contact)).toEqual(
      [5, 6, 7, 8].map((i) => `sip:a@2.2.2.${i}`),
    );
  });

  test('an older request of the same Call-ID changes nothing', () => {
    const registrar = fresh();
    registrar.register(register({ cseq: 5 }), 0);
    const late = registrar.register(register({ cseq: 5, expires: 0 }), 0);
    expect(late).toEqual({ ok: false, refusal: { status: 500 } });
    expect(registrar.affiliated(user, 0)).toBeDefined();
  });

  test('no Contact asks what there is', () => {
    const registrar = fresh();
    registrar.register(register({ expires: 100 }), 0);
    const asked = registrar.register(register({ contacts: [], cseq: 2 }), 40_000);
    expect(asked.ok && asked.headers[0]).toEqual({ name: 'Contact', value: `${contact};expires=60` });
  });

  test('without the feature tag of MCPTT there is a binding but no affiliation', () => {
    const registrar = fresh();
    registrar.register(register({ contacts: ['<sip:a@1.1.1.1>'] }), 0);
    expect(registrar.bindingsOf(user, 0)).toHaveLength(1);
    expect(registrar.affiliated(user, 0)).toBeUndefined();
  });
});
