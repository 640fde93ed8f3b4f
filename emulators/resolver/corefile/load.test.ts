import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from './duration.ts';
import { loadCorefile } from './load.ts';
import { CorefileError, parseCorefile } from './parse.ts';
import { reloadInterval } from './reload.ts';

describe('what is served', () => {
  test('a block of each name, with its port', () => {
    const servers = loadCorefile('a.test, dns://B.test.:54,\n. {\n errors\n}\n');
    expect(servers.map(({ zone, port }) => `${zone}:${port}`)).toEqual(['a.test:53', 'b.test:54', '.:53']);
  });

  test('zones of a plugin are those of its block where it names none', () => {
    const [server] = loadCorefile('mcx.test {\n file db\n cache 7\n kubernetes\n}\n');
    expect(server?.files).toEqual([{ path: 'db', zones: ['mcx.test'], reloadMs: 60_000 }]);
    expect(server?.cache).toEqual({ ttl: 7, denialTtl: 7, zones: ['mcx.test'], noSuccess: [], noDenial: [] });
    expect(server?.kubernetes).toEqual({ zones: ['mcx.test'], ttl: 5, pods: 'disabled', fallthrough: [] });
  });

  test('properties are read', () => {
    const [server] = loadCorefile(`.:1053 {
      file /etc/coredns/db.x X.test. y.test { # two zones
        reload 1m30s
      }
      forward . 10.0.0.1 10.0.0.2:5353 {
        except a.test b.test
        max_concurrent 1000
      }
      cache {
        disable success
        disable denial c.test
      }
      loadbalance
    }`);
    expect(server).toMatchObject({
      port: 1053,
      files: [{ path: '/etc/coredns/db.x', zones: ['x.test', 'y.test'], reloadMs: 90_000 }],
      forward: { from: '.', to: ['10.0.0.1', '10.0.0.2:5353'], except: ['a.test', 'b.test'] },
      cache: { ttl: 3600, denialTtl: 1800, zones: ['.'], noSuccess: ['.'], noDenial: ['c.test'] },
      loadbalance: true,
      log: false,
    });
  });

  test('quotes and comments', () => {
    const blocks = parseCorefile('# . {\n. { # }\n log . "{remote} said \\"{name}\\"\n" {\n  class all#no\n }\n}\n');
    expect(blocks).toMatchObject([
      {
        keys: ['.'],
        plugins: [{ name: 'log', args: ['.', '{remote} said "{name}"\n'], block: [{ name: 'class', args: ['all'] }] }],
      },
    ]);
  });
});

describe('what CoreDNS would not load is not loaded', () => {
  test.each([
    ['. {\n bogus\n}', "Corefile:2 - Error during parsing: Unknown directive 'bogus'"],
    ['. {\n constructor\n}', "Unknown directive 'constructor'"],
    [
      '. {\n file db {\n  fallthroughx\n }\n}',
      "Corefile:3 - Error during parsing: plugin/file: unknown property 'fallthroughx'",
    ],
    ['. {\n file db {\n  toString\n }\n}', "unknown property 'toString'"],
    ['. {\n file\n}', "Wrong argument count or unexpected line ending after 'file'"],
    ['. {\n forward .\n}', 'Wrong argument count'],
    ['. {\n forward . upstream.test\n}', 'not an IP address or file: "upstream.test"'],
    ['. {\n loop 3\n}', "unexpected line ending after '3'"],
    ['. {\n file db {\n reload soon\n }\n}', 'invalid duration "soon"'],
    ['. {\n file db {\n reload 30\n }\n}', 'invalid duration "30"'],
    ['. {\n kubernetes {\n ttl 3601\n }\n}', 'ttl must be in range [0, 3600]: 3601'],
    ['. {\n kubernetes {\n pods verified\n }\n}', 'wrong value for pods: verified'],
    ['a.test {\n}\na.test:53 {\n}', 'cannot serve dns://a.test.:53 - it is already defined'],
    ['a.test:99999 {\n}', "invalid server key 'a.test:99999'"],
    ['. {\n errors\n', "expecting '}'"],
    ['. {\n errors\n}\n}', "expected '{', not 'end of file'"],
    ['. ', "expected '{'"],
    ['. {\n {\n }\n}', "Unexpected token '{'"],
  ])('%j', (text, problem) => {
    expect(() => loadCorefile(text)).toThrow(CorefileError);
    expect(() => loadCorefile(text)).toThrow(problem);
  });

  test('the empty file serves nothing', () => expect(loadCorefile('# nothing\n')).toEqual([]));

  test('any text is loaded or refused, never anything else', () => {
    const words = fc.constantFrom(
      '.',
      '{',
      '}',
      '\n',
      '"',
      '#',
      ',',
      'file',
      'db',
      'reload',
      '5s',
      'cache',
      '30',
      'a.test:1',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (list) => {
        try {
          for (const { port } of loadCorefile(list.join(' '))) expect(port).toBeLessThan(65536);
        } catch (error) {
          expect(error).toBeInstanceOf(CorefileError);
        }
      }),
    );
  });

  test('ten thousand nested braces are no danger', () => {
    expect(() => loadCorefile(`. {\n${'log {\n'.repeat(10_000)}`)).toThrow("expecting '}'");
  });
});

test('durations are Go’s', () => {
  expect(parseDuration('1m30s')).toBe(90_000);
  expect(parseDuration('1.5h')).toBe(5_400_000);
  expect(parseDuration('250ms')).toBe(250);
  expect(parseDuration('0')).toBe(0);
  for (const text of ['', '5', '5 s', 's', '-5s', '5d', '5s5']) expect(parseDuration(text)).toBeUndefined();
});

describe('how often the Corefile is read again', () => {
  const corefile = (line: string): string => `. {\n ${line}\n}\n`;
  test('not at all without the plugin', () => expect(reloadInterval(corefile('errors'), () => 0)).toBeUndefined());

  test('30 s, and up to 7.5 s to either side', () => {
    expect(reloadInterval(corefile('reload'), () => 0)).toBe(22_500);
    expect(reloadInterval(corefile('reload'), () => 0.5)).toBe(30_000);
    expect(reloadInterval(corefile('reload 2s 1s'), () => 1)).toBe(2500);
  });

  test('the jitter is at most half of the interval', () => {
    expect(reloadInterval(corefile('reload 2s 60s'), () => 0)).toBe(1500);
  });

  test('not under 2 s', () => {
    expect(() => reloadInterval(corefile('reload 1s'), () => 0)).toThrow('greater or equal to 2s');
    expect(() => reloadInterval(corefile('reload often'), () => 0)).toThrow('invalid duration');
  });
});
