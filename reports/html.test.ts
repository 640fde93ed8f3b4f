import { XmlDocument } from 'libxml2-wasm';
import { describe, expect, test } from 'vitest';
import type { Plan, RunResult, ScenarioResult } from '../lab/run/record/manifest.ts';
import { configurationSchema } from '../lab/run/settings/configuration.ts';
import type { Evidence } from '../lab/verdict/question.ts';
import { renderReport } from './html.ts';
import { renderJunit } from './junit.ts';
import { frameRuns } from './page/evidence.ts';
import { topology } from './sample.test-data.ts';
import { markup } from './text.ts';

const evidence = [
  { tap: 'a-edge', frame: 12 },
  { tap: 'b-edge', frame: 7 },
];
const scenario = (over: Partial<ScenarioResult> = {}): ScenarioResult => ({
  id: 'ladder-f5',
  name: 'The ACK is discarded',
  tags: ['@F5'],
  verdict: 'pass',
  reason: '',
  durationMs: 6543,
  symptom: null,
  consequences: [],
  captures: [{ tap: 'a-edge', path: 'captures/ladder-f5/a-edge.pcapng', drops: 0 }],
  assertions: [{ text: 'the ACK stops', verdict: 'pass', clause: 'RFC 3261 17', because: 'last seen there', evidence }],
  waits: [{ text: 'the 200 repeats', clause: 'RFC 3261 13.3.1.4', ms: 6400, floorMs: 6400 }],
  ...over,
});
const run = (...scenarios: ScenarioResult[]): RunResult => ({
  version: 1,
  lab: '0.1.0',
  runId: 'r1',
  seed: 4711,
  verdict: 'fail',
  interrupted: false,
  fabric: { name: 'netns', reason: 'no engine answers', versions: { node: 'v26' } },
  phases: [{ name: 'scenarios', ms: 7000 }],
  memory: [{ process: 'a-edge', maxResidentBytes: 50 * 2 ** 20 }],
  scenarios,
});
const plan = (configuration: object): Plan => ({
  version: 1,
  lab: '0.1.0',
  runId: 'r1',
  startedAt: '2026-01-01T00:00:00Z',
  seed: 4711,
  fabric: { name: 'netns', reason: '' },
  parameters: { tags: '@ladder', name: null },
  features: [],
  scenarios: [
    {
      id: 'ladder-f5',
      uri: 'features/ladder/f5.feature',
      line: 1,
      name: '',
      tags: [],
      shift: 0,
      configuration: configurationSchema.parse(configuration),
      topology,
    },
  ],
});
const page = (...scenarios: ScenarioResult[]): string => renderReport(run(...scenarios), { drawings: new Map() });

describe('the page', () => {
  test('loads nothing and runs nothing', () => {
    const html = page(scenario());
    expect(html).not.toMatch(/<script|<link|<iframe|<img|@import|url\(|https?:\/\//);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
  });

  test('head: verdict, totals, fabric and why, versions, phases, memory', () => {
    const html = page(scenario(), scenario({ verdict: 'fail' }), scenario({ verdict: 'inconclusive' }));
    for (const text of [
      '1 passed',
      '1 failed',
      '1 inconclusive',
      'netns: no engine answers',
      'v26',
      '4711',
      'scenarios 7.0 s',
      '50 MiB',
    ]) {
      expect(html).toContain(text);
    }
  });

  test('an assertion: clause, evidence, and the command that shows it', () => {
    const html = page(scenario());
    expect(html).toContain('RFC 3261 17');
    expect(html).toContain('a-edge: 12');
    expect(html).toContain('tshark -r captures/ladder-f5/a-edge.pcapng -Y frame.number==12 -V');
    // A tap without a capture in the list has one at the place where it would be.
    expect(html).toContain('tshark -r captures/ladder-f5/b-edge.pcapng -Y frame.number==7 -V');
  });

  test('a path that a shell would read is quoted', () => {
    const captures = [{ tap: 'a-edge', path: "captures/it's $(x)/a-edge.pcapng", drops: 0 }];
    const command = /tshark -r .*? -Y/.exec(page(scenario({ captures })))?.[0];
    expect(command).toBe('tshark -r &#39;captures/it&#39;\\&#39;&#39;s $(x)/a-edge.pcapng&#39; -Y');
  });

  test('symptom and remedy; an expected one is not shown as a failure', () => {
    const symptom = { name: 'ack-discarded', evidence, remedy: 'anchor the path' };
    expect(page(scenario({ symptom }))).toContain('class="symptom expected"');
    const failed = page(
      scenario({ symptom, verdict: 'fail', reason: 'no ACK', consequences: [{ ...symptom, name: 'half-dead' }] }),
    );
    expect(failed).toContain('class="symptom"');
    expect(failed).toContain('Remedy: anchor the path');
    expect(failed).toContain('half-dead');
    expect(failed).toContain('no ACK');
  });

  test('what the scenario changes in the configuration', () => {
    const extras = { plan: plan({ edge: { rootMemory: 'transactions' } }), drawings: new Map() };
    expect(renderReport(run(scenario()), extras)).toContain('edge.rootMemory transactions (else dialogs)');
    expect(renderReport(run(scenario()), { ...extras, plan: plan({}) })).toContain('every remedy on');
  });

  test('drops are told, and so is that they are unknown', () => {
    const captures = [{ tap: 'a', path: 'p', drops: null }];
    expect(page(scenario({ captures }))).toContain('1 with drops or without a count');
    expect(page(scenario())).toContain('none dropped a packet');
  });

  const ladder = {
    html: markup`<figure>L</figure>`,
    rowIds: new Map([['a-edge 12', 'row-3']]),
    excerpt: (frames: readonly Evidence[]) =>
      markup`<figure>${frames.map(({ tap, frame }) => `${tap} ${frame};`)}</figure>`,
  };

  test('evidence leads to its row of the ladder, and the rows of the symptom are marked', () => {
    const symptom = { name: 'ack-discarded', evidence, remedy: '' };
    const drawings = new Map([['ladder-f5', { ladder, floor: markup``, ways: markup`` }]]);
    const html = renderReport(run(scenario({ symptom })), { drawings });
    expect(html).toContain('a-edge: <a href="#row-3">12</a>');
    expect(html).toContain('b-edge: 7');
    expect(html).toContain('#row-3 .ground { fill');
    expect(html).toContain(`<figure>${evidence.map(({ tap, frame }) => `${tap} ${frame};`).join('')}</figure>`);
  });

  test('drawings are there, open where something went wrong', () => {
    const drawings = new Map([
      ['ladder-f5', { ladder, floor: markup`<figure>F</figure>`, ways: markup`<figure>W</figure>` }],
    ]);
    const many = ['x', 'y', 'z'].map((id) => scenario({ id }));
    expect(renderReport(run(scenario(), ...many), { drawings })).toContain(
      '<details><summary>the ladder</summary><figure>L',
    );
    const failed = renderReport(run(scenario({ verdict: 'fail' }), ...many), { drawings });
    expect(failed).toContain('<h3>One packet of speech, hop by hop</h3><figure>W');
    expect(failed).toContain('<details open><summary>the ladder</summary><figure>L');
  });

  test('what was interrupted says so', () => {
    expect(renderReport({ ...run(scenario()), interrupted: true }, { drawings: new Map() })).toContain('Interrupted');
  });

  test('ids lead to their sections', () => {
    const html = page(scenario({ id: 'a b"c' }));
    const anchor = /href="#([^"]+)"/.exec(html)?.[1];
    expect(anchor).toBe('s-a-b-c');
    expect(html).toContain(`id="${anchor}"`);
  });

  test('text from captures works nowhere', () => {
    const bad = '"><script>alert(1)</script>';
    const html = page(
      scenario({ name: bad, reason: bad, tags: [bad], symptom: { name: bad, remedy: bad, evidence: [] } }),
    );
    expect(html).not.toContain('<script');
  });
});

describe('junit.xml', () => {
  const parse = (...scenarios: ScenarioResult[]): XmlDocument =>
    XmlDocument.fromString(renderJunit(run(...scenarios), plan({})));

  test('a case a scenario; failed is a failure, inconclusive an error', () => {
    const document = parse(
      scenario(),
      scenario({ id: 'x', verdict: 'fail', reason: 'no ACK', symptom: { name: 's', remedy: 'r', evidence } }),
      scenario({ id: 'y', verdict: 'inconclusive', reason: 'drops' }),
    );
    const attribute = (path: string): string | undefined => document.root.get(path)?.content;
    expect(attribute('@tests')).toBe('3');
    expect(attribute('@failures')).toBe('1');
    expect(attribute('@errors')).toBe('1');
    expect(attribute('testsuite/@name')).toBe('features/ladder/f5.feature');
    expect(attribute('//testcase[@name="x"]/failure/@message')).toBe('no ACK');
    expect(attribute('//testcase[@name="x"]/failure/@type')).toBe('s');
    expect(attribute('//testcase[@name="y"]/error/@message')).toBe('drops');
    expect(attribute('//testcase[@name="ladder-f5"]/@time')).toBe('6.543');
    expect(attribute('//testcase[@name="ladder-f5"]/failure')).toBeUndefined();
    document.dispose();
  });

  test('any text can stand in it', () => {
    const document = parse(scenario({ id: '\u0000<&"\u001b', reason: ']]>\uD800', verdict: 'fail' }));
    expect(document.root.get('//failure/@message')?.content).toBe(']]>\uFFFD');
    document.dispose();
  });
});

test('frames that follow each other are one text', () => {
  const texts = (frames: number[]): string[] => frameRuns(frames).map(({ text }) => text);
  expect(texts([3, 1, 2, 7, 8, 10, 2])).toEqual(['1 to 3', '7 to 8', '10']);
  expect(texts(Array.from({ length: 30 }, (_, i) => 2 * i)).slice(-2)).toEqual(['22', '…']);
});
