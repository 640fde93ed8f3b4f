import { type ErrorDetail, XmlDocument, XmlElement, XmlParseError } from 'libxml2-wasm';
import type { Decoded, Fault } from '../fault.ts';

/** No body of a call is larger; libxml2 keeps entities and depth within bounds by itself. */
const maxBytes = 256 * 1024;

/**
 * Parses a body and hands its root to `read`; the document is freed whatever happens. A document type declaration is
 * refused: no MC body has one, and it is where entities and files come in.
 */
export function readXml<T>(bytes: Uint8Array, read: (root: XmlElement, faults: Fault[]) => T | undefined): Decoded<T> {
  if (bytes.length > maxBytes) return unreadable('mcx-info/too-large', maxBytes, `more than ${maxBytes} bytes`);
  let document: XmlDocument;
  try {
    document = XmlDocument.fromBuffer(bytes);
  } catch (error) {
    if (!(error instanceof XmlParseError)) return unreadable('mcx-info/xml', 0, 'the XML parser gave up');
    const [detail] = error.details;
    return unreadable('mcx-info/xml', offsetOf(bytes, detail), detail?.message.trim() ?? 'not well-formed');
  }
  try {
    if (document.dtd !== null) return unreadable('mcx-info/doctype', 0, 'a document type declaration');
    const faults: Fault[] = [];
    return { value: read(document.root, faults), faults };
  } finally {
    document.dispose();
  }
}

function unreadable<T>(code: string, offset: number, message: string): Decoded<T> {
  return { value: undefined, faults: [{ code, offset, message }] };
}

/** libxml2 counts lines and columns from 1. */
function offsetOf(bytes: Uint8Array, detail: ErrorDetail | undefined): number {
  if (detail === undefined) return 0;
  let at = 0;
  for (let line = 1; line < detail.line; line++) {
    const next = bytes.indexOf(0x0a, at);
    if (next === -1) break;
    at = next + 1;
  }
  return Math.min(bytes.length, at + Math.max(0, detail.col - 1));
}

export function childElements(parent: XmlElement): XmlElement[] {
  const elements: XmlElement[] = [];
  for (let node = parent.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) elements.push(node);
  }
  return elements;
}
