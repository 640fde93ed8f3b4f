/**
 * What is wrong with a domain name: RFC 1035 2.3.4 for the lengths, letters, digits and hyphens for the characters,
 * and the underscore of service labels (RFC 2782). With `origin`, the name must also lie in that zone.
 */
export function nameProblem(name: string, origin?: string): string | undefined {
  const shown = JSON.stringify(name);
  // One length byte for each label and the root's: 255 bytes on the wire hold 253 characters of text.
  if (name.length === 0 || name.length > 253) return `${shown} is no domain name: 1 to 253 characters`;
  for (const label of name.split('.')) {
    if (label.length === 0 || label.length > 63) return `${shown} is no domain name: a label has 1 to 63 characters`;
    if (!/^_?[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(label)) {
      return `${shown} is no domain name: label ${JSON.stringify(label)}`;
    }
  }
  if (origin !== undefined && !`.${name}`.toLowerCase().endsWith(`.${origin}`.toLowerCase())) {
    return `${shown} lies outside of ${origin}`;
  }
  return undefined;
}
