import { describe, expect, test } from 'vitest';
import { rootConfig } from './bench/config.ts';
import { agencyConfigSchema } from './config.ts';

const places = { dns: '127.0.0.2', server: '127.0.0.3', edge: '127.0.0.4' };
const partner = (name: string) => ({ domain: `${name}.mcx.test`, interconnectDomain: `ic.${name}.mcx.test` });

describe('agencies that a server tells apart', () => {
  test.each([
    ['a partner called as this agency', ['b', 'A']],
    ['two partners of one name', ['b', 'c', 'b']],
  ])('%s: refused by its place', (_, names) => {
    const config = rootConfig(places as Parameters<typeof rootConfig>[0]);
    const interconnect = { ...config.interconnect, partners: names.map(partner) };
    const issue = agencyConfigSchema.safeParse({ ...config, interconnect }).error?.issues[0];
    expect(issue?.path).toEqual(['interconnect', 'partners', names.length - 1]);
    expect(issue?.message).toContain('two agencies are called');
  });

  test('others are none of its business', () => {
    const config = rootConfig(places as Parameters<typeof rootConfig>[0]);
    const interconnect = { ...config.interconnect, partners: ['b', 'c'].map(partner) };
    expect(agencyConfigSchema.safeParse({ ...config, interconnect }).success).toBe(true);
  });
});
