import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LookupStatus, searchNames } from './search.ts';

const search = ['mcx.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];

/** Walks the list against a table of answers (nxdomain where it has none) and tells the queries in order. */
async function walk(name: string, ndots: number, table: Record<string, LookupStatus> = {}, suffixes = search) {
  const asked: string[] = [];
  const result = await searchNames(name, { search: suffixes, ndots }, (absolute) => {
    asked.push(absolute);
    return Promise.resolve({ status: table[absolute] ?? 'nxdomain', absolute } as const);
  });
  return { asked, result };
}

describe('search list of resolv.conf', () => {
  test('a name with enough dots is asked as it is first, and alone when it is there', async () => {
    const { asked, result } = await walk('node-b.mcx.test', 2, { 'node-b.mcx.test': 'answer' });
    expect(asked).toEqual(['node-b.mcx.test']);
    expect(result.status).toBe('answer');
  });

  test("kubelet's ndots 5 asks the suffixes first", async () => {
    const { asked } = await walk('node-b.mcx.test', 5, { 'node-b.mcx.test': 'answer' });
    expect(asked).toEqual([
      'node-b.mcx.test.mcx.svc.cluster.local',
      'node-b.mcx.test.svc.cluster.local',
      'node-b.mcx.test.cluster.local',
      'node-b.mcx.test',
    ]);
  });

  test('a name that is not there is asked with every suffix after it, and the first answer is told', async () => {
    const { asked, result } = await walk('b.mcx.test', 2);
    expect(asked[0]).toBe('b.mcx.test');
    expect(asked).toHaveLength(4);
    expect(result.absolute).toBe('b.mcx.test');
  });

  test('a trailing dot means absolute: no suffix whatever the answer', async () => {
    expect((await walk('edge.', 2)).asked).toEqual(['edge']);
  });

  test('a short name is found under its suffix', async () => {
    const { asked, result } = await walk('edge', 2, { 'edge.svc.cluster.local': 'answer' });
    expect(asked).toEqual(['edge.mcx.svc.cluster.local', 'edge.svc.cluster.local']);
    expect(result.absolute).toBe('edge.svc.cluster.local');
  });

  test('an empty answer under a suffix is told rather than the last NXDOMAIN', async () => {
    const { result } = await walk('edge', 2, { 'edge.svc.cluster.local': 'nodata' });
    expect(result.status).toBe('nodata');
  });

  test('SERVFAIL goes on to the next suffix, silence does not', async () => {
    const servfail = await walk('edge', 1, { 'edge.mcx.svc.cluster.local': 'servfail' });
    expect(servfail.asked).toHaveLength(4);
    expect(servfail.result.status).toBe('servfail');
    const silent = await walk('edge', 1, { 'edge.mcx.svc.cluster.local': 'unreachable' });
    expect(silent.asked).toEqual(['edge.mcx.svc.cluster.local', 'edge']);
  });

  test('without a search list every name is absolute', async () => {
    expect((await walk('edge', 5, {}, [])).asked).toEqual(['edge']);
  });

  test('no name is asked twice, and at most once per suffix and as it is', async () => {
    const label = fc.stringMatching(/^[a-z]{1,8}$/);
    const names = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
    const status = fc.constantFrom<LookupStatus>('answer', 'nodata', 'nxdomain', 'servfail', 'unreachable');
    await fc.assert(
      fc.asyncProperty(
        names,
        fc.nat(5),
        fc.array(status, { minLength: 4, maxLength: 4 }),
        async (name, ndots, given) => {
          const asked: string[] = [];
          const result = await searchNames(name, { search, ndots }, (absolute) => {
            asked.push(absolute);
            return Promise.resolve({ status: given[asked.length - 1] ?? 'nxdomain', absolute });
          });
          expect(new Set(asked).size).toBe(asked.length);
          expect(asked.length).toBeLessThanOrEqual(search.length + 1);
          const found = given.slice(0, asked.length).indexOf('answer');
          expect(result.status === 'answer').toBe(found !== -1);
        },
      ),
    );
  });
});
