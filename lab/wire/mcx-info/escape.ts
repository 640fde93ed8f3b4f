const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Text for an element or a quoted attribute; characters that XML 1.0 (2.2) has not become U+FFFD. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, (c) => (/[\t\n\r\x7f-\x9f]/.test(c) ? c : '\ufffd'))
    .replace(/[&<>"\r]/g, (c) => entities[c] ?? c);
}
