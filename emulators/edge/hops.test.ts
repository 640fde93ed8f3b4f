import { expect, test } from 'vitest';
import { locateBy } from './hops.ts';

const asked: string[] = [];
const locate = locateBy({
  resolveUri: async (uri) => {
    asked.push(uri);
    return uri.includes('known')
      ? { targets: [{ host: '10.96.0.21', port: 5060 }] }
      : { targets: [], error: 'nxdomain' };
  },
});

test.each([
  ['sip:cf@10.244.0.6:5070;lr', { host: '10.244.0.6', port: 5070 }],
  ['sip:10.244.0.6', { host: '10.244.0.6', port: 5060 }],
])('%s needs nobody to be asked', async (uri, address) => {
  asked.length = 0;
  expect(await locate({ kind: 'uri', uri })).toEqual(address);
  expect(asked).toEqual([]);
});

test('names are resolved, and may have no answer', async () => {
  expect(await locate({ kind: 'uri', uri: 'sip:known.test' })).toEqual({ host: '10.96.0.21', port: 5060 });
  expect(await locate({ kind: 'uri', uri: 'sip:nobody.test' })).toBeUndefined();
});

test('an address is an address', async () => {
  expect(await locate({ kind: 'address', address: { host: '1.2.3.4', port: 5 } })).toEqual({
    host: '1.2.3.4',
    port: 5,
  });
});
