import type { Clock } from '../kit/clock.ts';
import type { Ids } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { SipEndpoint } from '../kit/sip/endpoint.ts';
import type { Peer } from '../kit/udp.ts';
import type { ClientConfig } from './config.ts';

/** What every part of the UE works with. */
export interface UserAgent {
  readonly config: ClientConfig;
  readonly endpoint: SipEndpoint;
  /** The outbound proxy: every request goes there (RFC 3261 8.1.2). */
  readonly proxy: Peer;
  readonly ids: Ids;
  readonly log: Log;
  readonly clock: Clock;
}
