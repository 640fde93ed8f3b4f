import { describe, expect, test } from 'vitest';
import { newRequest } from '../../lab/machines/sip/request.ts';
import type { McpttInfo } from '../../lab/wire/mcx-info/mcptt-info.ts';
import { withoutHeader } from '../../lab/wire/sip/headers.ts';
import { admit, assertedIdentity } from './admission.ts';
import { newPlaces, remoteConfig, rootConfig } from './bench/config.ts';
import { GroupDirectory } from './groups.ts';

const root = rootConfig(newPlaces());
const remote = remoteConfig(newPlaces());

function invite(uri: string, from: string, focus = false) {
  return newRequest({
    ...{ method: 'INVITE', uri, from: '<sip:display@x>;tag=1', to: `<${uri}>`, callId: 'c', cseq: 1 },
    headers: [
      { name: 'Contact', value: `<sip:x@1.1.1.1>${focus ? ';isfocus' : ''}` },
      { name: 'P-Asserted-Identity', value: `<${from}>` },
    ],
  });
}

const at = (config: typeof root, uri: string, from: string, info: McpttInfo | undefined, focus = false) =>
  admit(invite(uri, from, focus), info, config.psi, new GroupDirectory(config));

const campaign: McpttInfo = { requestUri: 'sip:campaign@a.mcx.test' };
const refuse = (status: number, warning?: number) => ({
  do: 'refuse',
  refusal: warning === undefined ? { status } : { status, warning },
});

describe('what becomes of an initial INVITE', () => {
  test('a user here calls a group of ours: controlled here', () => {
    expect(at(root, 'sip:pf@a.mcx.test', 'sip:a-ue-1@a.mcx.test', campaign)).toMatchObject({
      ...{ do: 'control', caller: 'sip:a-ue-1@a.mcx.test', from: 'client' },
      group: { uri: 'sip:campaign@a.mcx.test' },
    });
  });

  test('a user here calls a group of a partner: asked there', () => {
    expect(at(remote, 'sip:pf@b.mcx.test', 'sip:b-ue-1@b.mcx.test', campaign)).toMatchObject({
      do: 'relay-up',
      group: { controllingPsi: 'sip:cf@ic.a.mcx.test' },
    });
  });

  test("a partner's participating function calls for its user: controlled here, if the user is a partner's", () => {
    const from = 'sip:pf@ic.b.mcx.test';
    const info = { ...campaign, callingUserId: 'sip:b-ue-1@b.mcx.test' };
    expect(at(root, 'sip:cf@ic.a.mcx.test', from, info)).toMatchObject({ do: 'control', from: 'partner' });
    const stranger = { ...campaign, callingUserId: 'sip:u@stranger.test' };
    expect(at(root, 'sip:cf@ic.a.mcx.test', from, stranger)).toEqual(refuse(403, 116));
  });

  test("a partner's focus asks for a constituent group: joined", () => {
    const info = { requestUri: 'sip:team@b.mcx.test', callingGroupId: campaign.requestUri ?? '' };
    expect(at(remote, 'sip:ncf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', info, true)).toMatchObject({
      ...{ do: 'join', temporary: 'sip:campaign@a.mcx.test', controllingPsi: 'sip:cf@ic.a.mcx.test' },
    });
  });

  test("a partner's focus asks for a user", () => {
    const info = { requestUri: 'sip:b-ue-1@b.mcx.test', callingUserId: 'sip:a-ue-1@a.mcx.test' };
    expect(at(remote, 'sip:pf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', info, true)).toEqual({
      ...{ do: 'relay-down', user: 'sip:b-ue-1@b.mcx.test', caller: 'sip:a-ue-1@a.mcx.test', group: undefined },
    });
  });

  test.each<[string, ReturnType<typeof at>, object]>([
    ['no mcptt-info', at(root, 'sip:pf@a.mcx.test', 'sip:a-ue-1@a.mcx.test', undefined), refuse(400)],
    ['no target in it', at(root, 'sip:pf@a.mcx.test', 'sip:a-ue-1@a.mcx.test', {}), refuse(403, 145)],
    ['a user of nobody', at(root, 'sip:pf@a.mcx.test', 'sip:x@a.mcx.test', campaign), refuse(404, 141)],
    [
      'a group of nobody',
      at(root, 'sip:pf@a.mcx.test', 'sip:a-ue-1@a.mcx.test', { requestUri: 'sip:no@a.mcx.test' }),
      refuse(404, 142),
    ],
    [
      'a group that we do not own',
      at(remote, 'sip:cf@ic.b.mcx.test', 'sip:pf@ic.a.mcx.test', campaign),
      refuse(404, 113),
    ],
    [
      'a constituent group that is none',
      at(remote, 'sip:ncf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', campaign, true),
      refuse(404, 113),
    ],
    [
      'a called user of nobody',
      at(remote, 'sip:pf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', { requestUri: 'sip:x@b.mcx.test' }, true),
      refuse(404, 141),
    ],
    [
      'no focus where one is due',
      at(remote, 'sip:pf@ic.b.mcx.test', 'sip:cf@ic.a.mcx.test', campaign),
      refuse(403, 104),
    ],
    ['nobody', at(root, 'sip:who@a.mcx.test', 'sip:a-ue-1@a.mcx.test', campaign), refuse(404)],
  ])('refused: %s', (_, decision, expected) => {
    expect(decision).toEqual(expected);
  });

  test('a user here who is not of the group', () => {
    const groups = [{ kind: 'constituent' as const, uri: 'sip:few@a.mcx.test', members: ['sip:a-ue-2@a.mcx.test'] }];
    const few = { ...root, groups };
    const info = { requestUri: 'sip:few@a.mcx.test' };
    expect(at(few, 'sip:pf@a.mcx.test', 'sip:a-ue-1@a.mcx.test', info)).toEqual(refuse(403, 116));
  });
});

describe('the asserted identity', () => {
  test('is that of P-Asserted-Identity, of From where nobody asserts', () => {
    const request = invite('sip:a@b', 'sip:asserted@x');
    expect(assertedIdentity(request)).toBe('sip:asserted@x');
    expect(assertedIdentity(withoutHeader(request, 'P-Asserted-Identity'))).toBe('sip:display@x');
  });
});
