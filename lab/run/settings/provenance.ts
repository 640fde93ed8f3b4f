import { type Configuration, configurationSchema } from './configuration.ts';
import { type Layer, mergeLayers } from './settings.ts';

export interface Setting {
  /** `edge.partners`. */
  readonly key: string;
  readonly value: unknown;
  /** `default`, or the name of the layer that sets it. */
  readonly from: string;
}

/** The effective configuration, key by key, with where each value comes from; later layers win. */
export function settingsOf(layers: readonly { readonly from: string; readonly layer: Layer }[]): Setting[] {
  const effective = configurationSchema.parse(mergeLayers(...layers.map(({ layer }) => layer)));
  return keysOf(effective).map(([key, value]) => {
    const setter = layers.findLast(({ layer }) => keysOf(layer).some(([known]) => known === key));
    return { key, value, from: setter?.from ?? 'default' };
  });
}

function keysOf(layer: Layer | Configuration, prefix = ''): [key: string, value: unknown][] {
  return Object.entries(layer).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? keysOf(value as Layer, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value] satisfies [string, unknown]],
  );
}
