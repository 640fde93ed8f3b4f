import { expect, test } from 'vitest';
import { settingsOf } from './provenance.ts';

const find = (settings: ReturnType<typeof settingsOf>, key: string) => settings.find((one) => one.key === key);

test('without layers every value is the default of the working configuration', () => {
  const settings = settingsOf([]);
  expect(settings.length).toBeGreaterThan(15);
  expect(new Set(settings.map(({ from }) => from))).toEqual(new Set(['default']));
  expect(find(settings, 'edge.partners')).toEqual({ key: 'edge.partners', value: 'recognised', from: 'default' });
});

test('each key names the last layer that sets it, also where it sets the default anew', () => {
  const settings = settingsOf([
    { from: 'lab.yaml', layer: { nat: 'none', edge: { partners: 'unknown' }, cidr: 'overlap' } },
    { from: 'command line', layer: { nat: 'symmetric' } },
  ]);
  expect(find(settings, 'nat')).toEqual({ key: 'nat', value: 'symmetric', from: 'command line' });
  expect(find(settings, 'edge.partners')).toEqual({ key: 'edge.partners', value: 'unknown', from: 'lab.yaml' });
  expect(find(settings, 'cidr')?.from).toBe('lab.yaml');
  expect(find(settings, 'edge.rootMemory')?.from).toBe('default');
});
