import { describe, expect, test } from 'vitest';
import { LabError } from '../../errors.ts';
import { compileCatalogue, selectScenarios } from './catalogue.ts';

const text = `@ladder
Feature: f
  @F2
  Scenario Outline: leaks for <who>
    Given the working configuration
    Examples:
      | who    |
      | a-ue-1 |
      | b-ue-1 |

  @R2
  Scenario: healthy
    Given the working configuration
`;
const catalogue = compileCatalogue([{ uri: 'features/ladder/f2.feature', text, sha256: '' }]);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LabError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('catalogue', () => {
  test('each row of an outline is a scenario with an id and a line of its own', () => {
    expect(catalogue.map(({ id, line }) => ({ id, line }))).toEqual([
      { id: 'ladder-f2-leaks-for-a-ue-1', line: 8 },
      { id: 'ladder-f2-leaks-for-b-ue-1', line: 9 },
      { id: 'ladder-f2-healthy', line: 12 },
    ]);
  });

  test('two scenarios that cannot be told apart are refused', () => {
    const twice = `Feature: f\n  Scenario: s\n    Given x\n  Scenario: s\n    Given x\n`;
    expect(codeOf(() => compileCatalogue([{ uri: 'features/t.feature', text: twice, sha256: '' }]))).toBe(
      'FEATURE-DUPLICATE',
    );
  });

  test('broken Gherkin is an error with a line', () => {
    expect(
      codeOf(() => compileCatalogue([{ uri: 'features/t.feature', text: 'Feature: f\nnonsense\n  x', sha256: '' }])),
    ).toBe('nothing thrown');
    expect(codeOf(() => compileCatalogue([{ uri: 'features/t.feature', text: 'Scenario: s', sha256: '' }]))).toBe(
      'FEATURE-SYNTAX',
    );
  });
});

describe('selection', () => {
  test('by tag expression', () => {
    expect(selectScenarios(catalogue, { tags: '@ladder and not @F2' }).map((one) => one.name)).toEqual(['healthy']);
  });

  test('by part of the name, whatever its case', () => {
    expect(selectScenarios(catalogue, { name: 'LEAKS' })).toHaveLength(2);
  });

  test.each([
    [{ tags: '@F9' }, 'TAG-UNKNOWN'],
    [{ tags: '@F2 and (' }, 'TAG-SYNTAX'],
    [{ tags: '@F2 and @R2' }, 'NOTHING-SELECTED'],
    [{ name: 'no such name' }, 'NOTHING-SELECTED'],
  ])('%o is refused as %s', (selection, code) => {
    expect(codeOf(() => selectScenarios(catalogue, selection))).toBe(code);
  });
});
