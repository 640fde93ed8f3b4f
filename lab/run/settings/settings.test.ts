import { describe, expect, test } from 'vitest';
import { LabError } from '../../errors.ts';
import { compileCatalogue } from '../scenario/catalogue.ts';
import { configurationOf, mergeLayers, parseConfig } from './settings.ts';

const feature = (text: string) => compileCatalogue([{ uri: 'features/x.feature', text, sha256: '' }]);

function thrown(work: () => unknown): LabError {
  try {
    work();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('lab.yaml', () => {
  test('an unknown key is named with file and line', () => {
    const error = thrown(() => parseConfig('timers: fast\nborder:\n  path: edge\n  paht: server\n', 'lab.yaml'));
    expect(error).toMatchObject({ code: 'CONFIG-KEY', where: 'lab.yaml:4', message: 'unknown key border.paht' });
    expect(error.exitCode).toBe(2);
  });

  test('a wrong value is named with file and line', () => {
    const error = thrown(() => parseConfig('nat: preserve\n\ntimers: slow\n', 'lab.yaml'));
    expect(error).toMatchObject({ code: 'CONFIG-KEY', where: 'lab.yaml:3' });
    expect(error.message).toContain('timers');
  });

  test.each(['2', '0', '"1"', 'new'])('version %s is not read, and its line is told before any key', (version) => {
    const error = thrown(() => parseConfig(`nat: never heard of\nversion: ${version}\n`, 'lab.yaml'));
    expect(error).toMatchObject({ code: 'CONFIG-VERSION', where: 'lab.yaml:2', exitCode: 2 });
    expect(error.next).toContain('version 1');
  });

  test('its version is no key of the configuration', () => {
    expect(parseConfig('version: 1\nnat: none\n', 'lab.yaml')).toEqual({ nat: 'none' });
    expect(parseConfig('version: 1\n', 'lab.yaml')).toEqual({});
  });

  test.each([
    ['a peer list that names itself', 'edge:\n  peers:\n    b: [a]\n    a: [b, a]\n', 'lab.yaml:4', 'names itself'],
    ['a peer twice', 'edge:\n  peers:\n    a: [b, b]\n', 'lab.yaml:3', 'agency b twice'],
    ['a peer that no lab has', 'edge:\n  peers:\n    a: [z]\n', 'lab.yaml:3', 'edge.peers.a'],
    ['no port at all', 'edge:\n  mediaPorts: 0\n', 'lab.yaml:2', 'edge.mediaPorts'],
    [
      'a zone that CoreDNS would refuse',
      'dns:\n  origin: mcx..test\n',
      'lab.yaml:2',
      'dns.origin: "mcx..test" is no domain',
    ],
    ['a zone of an empty name', 'dns:\n  origin: ""\n', 'lab.yaml:2', 'is no domain name'],
    ['an agency whose name is no name', 'dns:\n  names:\n    a: po lice\n', 'lab.yaml:3', 'label "po lice"'],
    [
      'an agency whose services would have too long names',
      `dns:\n  names:\n    b: ${'x.'.repeat(116)}x\n`,
      'lab.yaml:3',
      'is no domain name: 1 to 253',
    ],
    [
      'two agencies with one name',
      'dns:\n  names:\n    a: police\n    b: Police\n',
      'lab.yaml:4',
      'agencies a and b would both have the name police.mcx.test',
    ],
    ['an agency with the name of another', 'dns:\n  names:\n    a: b\n', 'lab.yaml:2', 'the name b.mcx.test'],
    ['an agency where the partners of another look', 'dns:\n  names:\n    b: ic.a\n', 'lab.yaml:3', 'ic.a.mcx.test'],
    ['two peer lists of one agency', 'edge:\n  peers:\n    a: [b]\n    a: [c]\n', 'lab.yaml:4', 'unique'],
  ])('%s is refused with file and line', (_, text, where, what) => {
    const error = thrown(() => parseConfig(text, 'lab.yaml'));
    expect(error).toMatchObject({ where, exitCode: 2 });
    expect(error.message).toContain(what);
  });

  test('broken YAML is named with its line', () => {
    const error = thrown(() => parseConfig('timers: fast\n  nat: [\n', 'lab.yaml'));
    expect(error.code).toBe('CONFIG-SYNTAX');
    expect(error.where).toMatch(/^lab\.yaml:\d+$/);
  });

  test('an empty file changes nothing', () => {
    expect(parseConfig('', 'lab.yaml')).toEqual({});
  });
});

describe('layers of a configuration', () => {
  test('later layers win key by key, and neighbours stay', () => {
    const merged = mergeLayers(
      { edge: { partners: 'unknown', peerMedia: 'latch' } },
      { edge: { partners: 'recognised' } },
    );
    expect(merged).toEqual({ edge: { partners: 'recognised', peerMedia: 'latch' } });
  });

  const [scenario] = feature(
    [
      'Feature: f',
      '  Scenario: s',
      '    Given the working configuration, changed in',
      '      | border.path | server |',
      '      | agencies    | 3      |',
    ].join('\n'),
  );

  test('defaults, then lab.yaml, then the command line, then the scenario itself', () => {
    if (!scenario) throw new Error('no scenario');
    const made = configurationOf(
      scenario,
      { nat: 'none', cidr: 'distinct', border: { path: 'edge' } },
      { nat: 'symmetric' },
    );
    expect(made).toMatchObject({
      nat: 'symmetric',
      cidr: 'distinct',
      border: { path: 'server' },
      agencies: 3,
      timers: 'fast',
    });
  });

  test('where a scenario allows several values, the run has the choice among them', () => {
    const [one] = feature(
      'Feature: f\n  Scenario: s\n    Given the working configuration, changed in\n      | nat | preserve or symmetric |\n',
    );
    if (!one) throw new Error('no scenario');
    expect(configurationOf(one, {}, {}).nat).toBe('preserve');
    expect(configurationOf(one, { nat: 'symmetric' }, {}).nat).toBe('symmetric');
    expect(configurationOf(one, { nat: 'symmetric' }, { nat: 'none' }).nat).toBe('preserve');
  });

  test('a key that a scenario misspells is named with its feature', () => {
    const [wrong] = feature(
      'Feature: f\n  Scenario: s\n    Given the working configuration, changed in\n      | border.road | x |\n',
    );
    const error = thrown(() => wrong && configurationOf(wrong, {}, {}));
    expect(error).toMatchObject({ code: 'SCENARIO-KEY', where: 'features/x.feature:2' });
  });
});
