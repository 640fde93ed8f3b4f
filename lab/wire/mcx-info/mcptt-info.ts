import type { XmlElement } from 'libxml2-wasm';
import type { Decoded, Fault } from '../fault.ts';
import { type InfoElement, infoElements, isFlag, type McpttInfo } from './elements.ts';
import { mcpttInfoNamespace } from './mcptt-info-write.ts';
import { childElements, readXml } from './xml.ts';

export type { McpttInfo } from './elements.ts';

type Draft = { -readonly [K in keyof McpttInfo]: McpttInfo[K] };

/** Reads an mcptt-info body (TS 24.379 F.1): the schema's form, and values that stand directly as text of the element. */
export function decodeMcpttInfo(bytes: Uint8Array): Decoded<McpttInfo> {
  return readXml(bytes, (root, faults) => {
    if (root.name !== 'mcpttinfo') {
      faults.push(fault('root', `the root element is ${root.name}`));
      return undefined;
    }
    if (root.namespaceUri !== mcpttInfoNamespace)
      faults.push(fault('namespace', `the namespace is ${root.namespaceUri}`));
    const params = childElements(root).find((child) => child.name === 'mcptt-Params');
    if (params === undefined) {
      faults.push(fault('params', 'no mcptt-Params'));
      return {};
    }
    return readParams(params, faults);
  });
}

function readParams(params: XmlElement, faults: Fault[]): McpttInfo {
  const info: Draft = {};
  let last = -1;
  for (const child of childElements(params)) {
    if (child.name === 'anyExt') {
      const found = childElements(child).map((element) => ({ name: element.name, value: textOf(element) }));
      info.extensions = [...(info.extensions ?? []), ...found];
      continue;
    }
    const place = infoElements.findIndex((element) => element.name === child.name);
    const element = infoElements[place];
    if (element === undefined) {
      faults.push(fault('element', `${child.name} is not of mcptt-Params`));
      continue;
    }
    // TS 24.379 F.1.2: the schema is a sequence.
    if (place <= last) faults.push(fault('order', `${child.name} is not in its place`));
    last = Math.max(last, place);
    setElement(info, element, child, faults);
  }
  return info;
}

function setElement(info: Draft, element: InfoElement, child: XmlElement, faults: Fault[]): void {
  if (child.attr('type')?.value === 'Encrypted') {
    info.encrypted = [...(info.encrypted ?? []), element.name];
    return;
  }
  const value = textOf(child);
  if (!isFlag(element)) {
    info[element.key] = value;
  } else if (/^(true|1|false|0)$/.test(value)) {
    info[element.key] = value === 'true' || value === '1';
  } else {
    faults.push(fault('boolean', `${element.name} is neither true nor false`));
  }
}

/** The text of the one child of contentType, or of the element itself. */
function textOf(element: XmlElement): string {
  return (childElements(element)[0] ?? element).content.trim();
}

function fault(what: string, message: string): Fault {
  return { code: `mcptt-info/${what}`, offset: 0, message: message.slice(0, 200), clause: 'TS 24.379 F.1' };
}
