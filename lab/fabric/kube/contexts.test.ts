import { describe, expect, test } from 'vitest';
import { parseContexts } from './contexts.ts';

describe('contexts of clusters', () => {
  test('by letter; a context may have any name', () => {
    const contexts = parseContexts(['a=kind-one', 'b=arn:aws:eks:x=y/z', 'c=admin@c']);
    expect([...contexts]).toEqual([
      ['a', 'kind-one'],
      ['b', 'arn:aws:eks:x=y/z'],
      ['c', 'admin@c'],
    ]);
  });

  test.each([
    [['kind-one', 'b=two'], '--context kind-one does not say which cluster is which context'],
    [['a=', 'b=two'], '--context a= does not say'],
    [['A=one', 'b=two'], '--context A=one does not say'],
    [['a=one', 'a=two'], 'cluster a has two contexts'],
    [['a=one', 'b=one'], 'one context stands for two clusters'],
    [['a=one'], '1 contexts are given'],
    [[], '0 contexts are given'],
  ])('%j is refused', (words, message) => {
    expect(() => parseContexts(words)).toThrow(expect.objectContaining({ code: 'kube-contexts', exitCode: 2 }));
    expect(() => parseContexts(words)).toThrow(message);
  });
});
