import type { SipTimers } from '../../../../emulators/kit/config.ts';
import type { Configuration } from '../../settings/configuration.ts';
import type { AgencyAddresses } from '../addresses.ts';

export interface CastPaths {
  /** Folder of the control sockets; short, because a socket's path may have 107 bytes. */
  readonly sockets: string;
  /** Folder that holds `<place>/Corefile` and zones. */
  readonly files: string;
  /** Mixed into every seed: no two scenarios of a run share a Call-ID or an SSRC. */
  readonly scenario: string;
}

/** What every member of the cast is made from. */
export interface CastStage {
  readonly configuration: Configuration;
  readonly agencies: readonly AgencyAddresses[];
  readonly seed: number;
  readonly sipTimers: SipTimers;
  readonly paths: CastPaths;
}

export function processOf({ paths, seed }: CastStage, name: string) {
  const own = [...`${paths.scenario}/${name}`].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) | 0, seed);
  return { name, control: `${paths.sockets}/${name}`, seed: own };
}
