import { Buffer } from 'node:buffer';
import type { XmlElement } from 'libxml2-wasm';
import type { Decoded } from '../fault.ts';
import { escapeXml } from './escape.ts';
import { childElements, readXml } from './xml.ts';

const namespace = 'urn:ietf:params:xml:ns:resource-lists';
export const resourceListsType = 'application/resource-lists+xml';

/** The URIs of all entries, lists in lists included (RFC 4826 3.2). */
export function decodeResourceLists(bytes: Uint8Array): Decoded<string[]> {
  return readXml(bytes, (root, faults) => {
    if (root.name === 'resource-lists') {
      if (root.namespaceUri !== namespace) faults.push(fault('namespace', `the namespace is ${root.namespaceUri}`));
      return entriesOf(root);
    }
    faults.push(fault('root', `the root element is ${root.name}`));
    return undefined;
  });
}

function entriesOf(parent: XmlElement): string[] {
  return childElements(parent).flatMap((child) => {
    if (child.name === 'list') return entriesOf(child);
    const uri = child.name === 'entry' ? child.attr('uri')?.value : undefined;
    return uri === undefined ? [] : [uri.trim()];
  });
}

/** One list with an entry for each URI (RFC 5366 4). */
export function encodeResourceLists(uris: readonly string[]): Uint8Array {
  const entries = uris.map((uri) => `<entry uri="${escapeXml(uri)}"/>`).join('');
  const text = `<?xml version="1.0" encoding="UTF-8"?>\r\n<resource-lists xmlns="${namespace}"><list>${entries}</list></resource-lists>\r\n`;
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

function fault(what: string, message: string) {
  return { code: `resource-lists/${what}`, offset: 0, message: message.slice(0, 200), clause: 'RFC 4826 3.2' };
}
