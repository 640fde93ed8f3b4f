import { describe, expect, test } from 'vitest';
import { warningValue } from './warnings.ts';

describe('Warning', () => {
  test('warn-code 399, the host of the server, code and text in quotes', () => {
    expect(warningValue('ic.a.mcx.test', 104)).toBe('399 ic.a.mcx.test "104 isfocus not assigned"');
  });
});
