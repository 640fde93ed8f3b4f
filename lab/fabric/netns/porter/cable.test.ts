import { describe, expect, test } from 'vitest';
import { lay } from './cable.ts';
import { itemsOf } from './steps.ts';

const veth =
  'link add name v-a index 101 netns zz1 type veth peer name eth0 index 50 address 0a:58:0a:f4:00:05 netns zz2';
const bridge = 'link add name br0 index 50 address 02:42:ac:12:00:01 netns zz1 type bridge';

function told(line: string) {
  const [verb, name, message, far, near] = itemsOf(lay([line]));
  expect([verb, name]).toEqual(['lay', line]);
  return { hex: Buffer.from(message as Uint8Array).toString('hex'), far, near };
}

/** Attributes of a length, whatever their order: strace(1) shows ip's, which puts the namespace elsewhere. */
const parts = {
  newlink: '10000506',
  index: (hex: string) => `00000000${hex}0000000000000000`,
  namespace: '08001c0000000000',
};

describe('cables, as messages', () => {
  test('a veth pair: what strace shows of ip, with room for two descriptors', () => {
    const { hex, far, near } = told(veth);
    expect([far, near]).toEqual(['zz1', 'zz2']);
    expect(hex).toBe(
      [
        ...['74000000', parts.newlink, '0000000000000000', parts.index('65000000')],
        ...[parts.namespace, '08000300762d6100'],
        ...['44001200', '0800010076657468', '38000200', '34000100', parts.index('32000000')],
        ...['090003006574683000000000', '0a0001000a580af400050000', parts.namespace],
      ].join(''),
    );
    expect(hex.slice(2 * 36, 2 * 40)).toBe('00000000');
  });

  test('a bridge is in one namespace', () => {
    const { hex, far, near } = told(bridge);
    expect([far, near]).toEqual(['zz1', '']);
    expect(hex).toBe(
      [
        ...['4c000000', parts.newlink, '0000000000000000', parts.index('32000000')],
        ...[parts.namespace, '0800030062723000', '0a0001000242ac1200010000'],
        ...['10001200', '0a000100627269646765', '0000'],
      ].join(''),
    );
  });

  test.each([
    '',
    'link add name x index 1 type bridge',
    'link add name x index 1 netns y type dummy',
    `${bridge} up`,
    veth.replace(' netns zz2', ''),
    veth.replace('index 50', 'index x'),
  ])('%j is refused', (line) => {
    expect(() => lay([line])).toThrow(RangeError);
  });
});
