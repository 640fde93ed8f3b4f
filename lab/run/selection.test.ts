import { expect, test } from 'vitest';
import { selectionOn } from './run.ts';

test('scenarios of two nodes run on clusters where they are asked for, and elsewhere with everything', () => {
  const on = (name: 'netns' | 'kind' | 'kube') => ({ name, reason: '' });
  expect(selectionOn(on('netns'), {})).toEqual({});
  expect(selectionOn(on('kind'), {})).toEqual({ tags: 'not @nodes' });
  expect(selectionOn(on('kube'), { tags: '@nodes' })).toEqual({ tags: '@nodes' });
  expect(selectionOn(on('kind'), { name: 'drained' })).toEqual({ name: 'drained' });
});
