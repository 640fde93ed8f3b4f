import { describe, expect, test } from 'vitest';
import { newPlaces, rootConfig } from './bench/config.ts';
import { shownAt } from './context.ts';

describe('where this server says that it is', () => {
  const places = newPlaces();
  const own = `${places.server}:5060`;
  const at = (nextHop: 'edge' | 'direct', advertisedSip: string | null, far: 'client' | 'partner') =>
    shownAt(rootConfig(places, { interconnect: { nextHop, advertisedSip, partners: [] } }), far);

  test('its own address behind its edge and to its clients, the advertised one to partners past it', () => {
    expect(at('edge', '1.2.3.4:30061', 'partner')).toBe(own);
    expect(at('direct', '1.2.3.4:30061', 'client')).toBe(own);
    expect(at('direct', '1.2.3.4:30061', 'partner')).toBe('1.2.3.4:30061');
    expect(at('direct', null, 'partner')).toBe(own);
  });
});
