import type { KubeObject } from '../objects.ts';

/** `/api/v1/namespaces/mcx/pods`, or of all namespaces, or of what is in none. */
export function collectionPath(apiVersion: string, plural: string, namespace?: string): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return namespace === undefined ? `${group}/${plural}` : `${group}/namespaces/${namespace}/${plural}`;
}

export function objectPath({ apiVersion, kind, metadata }: KubeObject): string {
  return `${collectionPath(apiVersion, pluralOf(kind), metadata.namespace)}/${metadata.name}`;
}

/** Kinds are named in the plural there, by the rules of English. */
function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(?:s|x|ch)$/.test(word) ? `${word}es` : `${word}s`;
}
