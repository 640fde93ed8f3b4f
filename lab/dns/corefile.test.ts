import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { serverBlocks } from './caddyfile.ts';
import { builtInCorefile, separateCorefile, withoutZoneBlock, withZoneBlock } from './corefile.ts';

const builtIn = builtInCorefile();

describe("the zone in the cluster's own Corefile", () => {
  const patched = withZoneBlock(builtIn, 'mcx.test');

  test('a block of its own stands first, the rest is untouched', () => {
    expect(patched).toBe(`mcx.test:53 {
    errors
    file /etc/coredns/db.mcx.test mcx.test {
        reload 5s
    }
}
${builtIn}`);
  });

  test('patching twice changes nothing', () => expect(withZoneBlock(patched, 'mcx.test')).toBe(patched));

  test('and back', () => {
    expect(withoutZoneBlock(patched, 'mcx.test')).toBe(builtIn);
    expect(withoutZoneBlock(builtIn, 'mcx.test')).toBe(builtIn);
  });

  test('what others changed around the block stays', () => {
    const later = patched.replace('ttl 30', 'ttl 10');
    expect(withoutZoneBlock(later, 'mcx.test')).toBe(builtIn.replace('ttl 30', 'ttl 10'));
  });

  test.each([
    'mcx.test {\n    forward . 10.0.0.1\n}\n',
    'MCX.test.:53 {\n    errors\n}\n',
    'dns://mcx.test:53, other.test:53 {\n    errors\n}\n',
  ])('a zone that is served otherwise is refused: %j', (block) => {
    expect(() => withZoneBlock(block + builtIn, 'mcx.test')).toThrow(
      expect.objectContaining({ code: 'dns/zone-served', command: expect.stringContaining('kubectl') }),
    );
  });

  test.each(['(snippet) {\n errors\n}\n', 'tls://mcx.test:853 {\n}\n', '10.0.0.0/24 [fd00::]/8 *.x.test {\n}\n'])(
    'understood: %j',
    (block) => expect(withZoneBlock(block + builtIn, 'mcx.test')).toContain('db.mcx.test'),
  );

  test('another port, another zone and a comment are no obstacle', () => {
    const others = 'mcx.test:5353 {\n}\nx.mcx.test:53 {\n}\n# mcx.test:53 {\n';
    expect(withZoneBlock(others + builtIn, 'mcx.test')).toContain('db.mcx.test');
  });

  test.each([
    ...['.:53 {\n', '.:53 {\n}\n}\n', '{\n}\n', '.:53\n'],
    ...['import other\n.:53 {\n}\n', '{$ZONE}:53 {\n}\n', '{%ZONE%} {\n}\n', '"a b" {\n}\n', 'a;b {\n}\n'],
  ])('a Corefile that is broken, or hides what it serves, is refused: %j', (broken) => {
    expect(() => withZoneBlock(broken, 'mcx.test')).toThrow(expect.objectContaining({ code: 'dns/corefile' }));
  });
});

test('the separate Corefile needs no privileged port and forwards the rest', () => {
  const text = separateCorefile('mcx.test');
  expect(serverBlocks(text)?.map(({ keys }) => keys)).toEqual([['.:1053']]);
  for (const line of ['file /etc/coredns/db.mcx.test mcx.test {', 'forward . /etc/resolv.conf {', 'reload 2s 1s']) {
    expect(text).toContain(`    ${line}\n`);
  }
});

describe('server blocks', () => {
  test('keys, ports and places', () => {
    const text = 'a.test b.test:54,\n. {\n  file x { reload 1s\n }\n}\n"c.test" { }\n';
    const blocks = serverBlocks('a.test b.test:54,\n. {\n  file x {\n }\n}\n');
    expect(blocks?.[0]?.keys).toEqual(['a.test:53', 'b.test:54', '.:53']);
    expect(serverBlocks(text)?.map(({ start, end }) => text.slice(start, end).at(-1))).toEqual(['}', '}']);
  });

  test('braces in quotes and comments do not count', () => {
    expect(serverBlocks('. {\n log . "{common} {" # }\n}\n')).toHaveLength(1);
  });

  test('any text gives an answer, and blocks lie in order', () => {
    const text = fc.string({ unit: fc.constantFrom('{', '}', '#', '"', '\\', '\n', ' ', 'a', ':', '.') });
    fc.assert(
      fc.property(text, (corefile) => {
        const blocks = serverBlocks(corefile) ?? [];
        let at = 0;
        for (const { start, end } of blocks) {
          expect(start).toBeGreaterThanOrEqual(at);
          expect(corefile[end - 1]).toBe('}');
          at = end;
        }
      }),
    );
  });
});
