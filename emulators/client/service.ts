/** The names that an MCPTT client shows of its service (TS 24.379 10.1.1.2.1.1, RFC 6050, RFC 3840, RFC 3841). */
import type { SipHeader } from '../../lab/wire/sip/message.ts';
import { parseSipUri } from '../../lab/wire/sip/uri.ts';
import type { ClientConfig } from './config.ts';

export const mcpttService = 'urn:urn-7:3gpp-service.ims.icsi.mcptt';
export const mcpttInfoPackage = 'g.3gpp.mcptt-info';

const icsiRef = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt"';

/** Methods that a request may come with. */
export const allowedMethods: readonly string[] = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE'];

/** Option tags that a Require may name (RFC 3261 8.2.2.3). */
export const supportedExtensions: readonly string[] = ['timer'];

export const allow: SipHeader = { name: 'Allow', value: allowedMethods.join(', ') };
export const supported: SipHeader = { name: 'Supported', value: supportedExtensions.join(', ') };

/** Two lines, so that a receiver has to meet both. */
export const acceptContacts: readonly SipHeader[] = [
  { name: 'Accept-Contact', value: '*;+g.3gpp.mcptt;require;explicit' },
  { name: 'Accept-Contact', value: `*;${icsiRef};require;explicit` },
];

/** Contact as it stands in every request and answer of the UE: its own address, which is behind the access NAT. */
export function contact(config: ClientConfig): string {
  const user = parseSipUri(config.mcpttId)?.user ?? 'ue';
  return `<sip:${user}@${config.address}:${config.sipPort}>;+g.3gpp.mcptt;${icsiRef}`;
}

/** The Contact of a REGISTER also says which device it is (RFC 5626 4.1). */
export function registeredContact(config: ClientConfig): string {
  return `${contact(config)};+sip.instance="<${config.clientId}>"`;
}
