import type { SipEndpoint, SipEndpointOptions } from './sip-endpoint.ts';

export function createSipEndpoint(options: SipEndpointOptions): Promise<SipEndpoint> {
  throw new Error(`not yet: ${options.address}`);
}
