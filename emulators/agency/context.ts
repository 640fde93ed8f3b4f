import type { Clock } from '../kit/clock.ts';
import type { Ids } from '../kit/ids.ts';
import type { Log } from '../kit/log.ts';
import type { SipEndpoint } from '../kit/sip/endpoint.ts';
import type { AgencyConfig } from './config.ts';
import type { GroupDirectory } from './groups.ts';
import type { DialogTable } from './legs/dialog-table.ts';
import type { MediaPorts } from './legs/media-ports.ts';
import type { Registrar } from './registrar.ts';
import type { Router } from './routing.ts';

/** What every leg and session of this server stands on. */
export interface AgencyContext {
  readonly config: AgencyConfig;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly endpoint: SipEndpoint;
  readonly router: Router;
  readonly registrar: Registrar;
  readonly groups: GroupDirectory;
  readonly dialogs: DialogTable;
  readonly mediaPorts: MediaPorts;
}

/** Who stands at the other end of a leg: a client of this agency, or a server of a partner. */
export type Far = 'client' | 'partner';

/** `host:port` of this server in a Contact (RFC 3261 8.1.1.8): behind its edge its own, past it the advertised one. */
export function shownAt(config: AgencyConfig, far: Far): string {
  const { nextHop, advertisedSip } = config.interconnect;
  if (far === 'partner' && nextHop === 'direct' && advertisedSip !== null) return advertisedSip;
  return `${config.address}:${config.sipPort}`;
}
