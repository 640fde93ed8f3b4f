import { describe, expect, test } from 'vitest';
import { newPlaces, rootConfig } from './bench/config.ts';
import { type ConstituentGroup, GroupDirectory, type TemporaryGroup } from './groups.ts';

const ue = (name: string) => `sip:${name}@${name[0]}.mcx.test`;
const team: ConstituentGroup = {
  kind: 'constituent',
  uri: 'sip:team@a.mcx.test',
  members: [ue('a-ue-1'), ue('a-ue-2'), 'sip:gone@a.mcx.test'],
};
const second: ConstituentGroup = { kind: 'constituent', uri: 'sip:second@a.mcx.test', members: [ue('a-ue-2')] };
const campaign: TemporaryGroup = {
  kind: 'temporary',
  uri: 'sip:campaign@a.mcx.test',
  constituents: [
    { group: team.uri, nonControllingPsi: null },
    { group: second.uri, nonControllingPsi: null },
    { group: 'sip:team@b.mcx.test', nonControllingPsi: 'sip:ncf@ic.b.mcx.test' },
  ],
  directMembers: [{ user: ue('c-ue-1'), participatingPsi: 'sip:pf@ic.c.mcx.test' }],
};
const directory = new GroupDirectory(rootConfig(newPlaces(), { groups: [team, second, campaign] }));

describe('group documents', () => {
  test('are found by their identity as a URI', () => {
    expect(directory.find('sip:team@A.mcx.TEST')?.kind).toBe('constituent');
    expect(directory.find('sip:other@a.mcx.test')).toBeUndefined();
  });

  test('local members are those that are served here, each once', () => {
    expect(directory.localMembers(campaign)).toEqual([ue('a-ue-1'), ue('a-ue-2')]);
  });

  test('everybody is invited but the caller: users here, groups and users there', () => {
    expect(directory.invitees(campaign, ue('a-ue-1'))).toEqual([
      { kind: 'local', user: ue('a-ue-2') },
      { kind: 'constituent', group: 'sip:team@b.mcx.test', psi: 'sip:ncf@ic.b.mcx.test' },
      { kind: 'direct', user: ue('c-ue-1'), psi: 'sip:pf@ic.c.mcx.test' },
    ]);
    expect(directory.invitees(campaign, ue('c-ue-1')).map(({ kind }) => kind)).toEqual([
      'local',
      'local',
      'constituent',
    ]);
    expect(directory.invitees(team, ue('b-ue-1'))).toHaveLength(2);
  });

  test.each([
    ['a member here', ue('a-ue-1'), true],
    ['a user here who is none', ue('a-ue-3'), false],
    ['a user of a partner', ue('b-ue-9'), true],
    ['a function of a partner', 'sip:pf@ic.b.mcx.test', true],
    ['a stranger', 'sip:x@evil.test', false],
    ['a stranger whose domain ends alike', 'sip:x@evil-b.mcx.test', false],
  ])('%s may call: %s %s', (_, user, may) => {
    expect(directory.mayCall(campaign, user)).toBe(may);
  });
});
