/** The names that an MCPTT function shows of its service (TS 24.379 6.3.3.1.2, RFC 6050, RFC 3840, RFC 3841). */
export const mcpttService = 'urn:urn-7:3gpp-service.ims.icsi.mcptt';

const icsiRef = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.mcptt"';

/** Parameters of every Contact that a function writes; a focus adds `isfocus` (RFC 4579 5.2). */
export const contactFeatures = `+g.3gpp.mcptt;${icsiRef}`;

/** Two header lines: a receiver has to meet both (TS 24.379 6.2.3.1.1). */
export const acceptContacts: readonly string[] = ['*;+g.3gpp.mcptt;require;explicit', `*;${icsiRef};require;explicit`];

export const allowedMethods = 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, REGISTER';

/** Option tags that a Require of a peer may name here (RFC 3261 8.2.2.3). */
export const supportedExtensions: readonly string[] = ['timer', 'path', 'outbound', 'gruu', 'tdialog', 'norefersub'];

export const sdpType = 'application/sdp';
export const mcpttInfoType = 'application/vnd.3gpp.mcptt-info+xml';

/** Added to a controlling function's 200 (TS 24.379 6.3.3.2.3.2; RFC 4538, RFC 4488, RFC 7614). */
export const focusSupports = 'timer, tdialog, norefersub, explicitsub, nosub';
