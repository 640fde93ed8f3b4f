import { Buffer } from 'node:buffer';
import { type InfoElement, infoElements, type McpttInfo } from './elements.ts';
import { escapeXml } from './escape.ts';

export const mcpttInfoNamespace = 'urn:3gpp:ns:mcpttInfo:1.0';
export const mcpttInfoType = 'application/vnd.3gpp.mcptt-info+xml';

/** Writes the schema's form in the schema's order. `encrypted` is not written: ciphers are another room's. */
export function encodeMcpttInfo(info: McpttInfo): Uint8Array {
  const lines = infoElements.flatMap((element) => elementText(element, info[element.key]));
  const extensions = (info.extensions ?? [])
    .filter(({ name }) => /^[A-Za-z_][\w.-]*$/.test(name))
    .map(({ name, value }) => `<${name}>${escapeXml(value)}</${name}>`);
  if (extensions.length > 0) lines.push(`<anyExt>${extensions.join('')}</anyExt>`);
  const text = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<mcpttinfo xmlns="${mcpttInfoNamespace}">`,
    '<mcptt-Params>',
    ...lines,
    '</mcptt-Params>',
    '</mcpttinfo>',
    '',
  ].join('\r\n');
  return new Uint8Array(Buffer.from(text, 'utf8'));
}

const wrappers = { uri: 'mcpttURI', string: 'mcpttString', boolean: 'mcpttBoolean' };

function elementText(element: InfoElement, value: string | boolean | undefined): string[] {
  if (value === undefined) return [];
  const text = escapeXml(String(value));
  if (element.kind === 'plain' || element.kind === 'plain-boolean')
    return [`<${element.name}>${text}</${element.name}>`];
  const wrapper = wrappers[element.kind];
  return [`<${element.name} type="Normal"><${wrapper}>${text}</${wrapper}></${element.name}>`];
}
