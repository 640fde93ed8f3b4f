import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Clock, every } from '../../kit/clock.ts';
import type { Log } from '../../kit/log.ts';
import type { FileConfig } from '../corefile/load.ts';
import { parseMasterFile } from './master-file.ts';
import { buildZone, type Zone } from './zone.ts';

/** The zones of one `file` line. `undefined` for a zone whose file is not there: it is served, with SERVFAIL. */
export interface ZoneFile {
  readonly zones: ReadonlyMap<string, Zone | undefined>;
  /** Ends the reading again. */
  stop(): void;
}

/**
 * Reads a zone file and reads it again every `reload`. A file that is missing at the start is waited for; one that
 * cannot be parsed then is an error of the whole Corefile (this throws); later a bad one is ignored. A changed file
 * counts only with another serial.
 */
export function openZoneFile(config: FileConfig, corefile: string, clock: Clock, log: Log): ZoneFile {
  // A pod mounts the ConfigMap at the path that the Corefile names; outside of one, the files stand beside each other.
  const path = join(dirname(corefile), basename(config.path));
  const zones = new Map<string, Zone | undefined>(config.zones.map((zone) => [zone, undefined]));
  const text = readText(path);
  if (text === undefined) {
    if (config.reloadMs === 0) throw new Error(`plugin/file: open ${config.path}: no such file`);
    log.warn('zone file not there, trying again', { path, everyMs: config.reloadMs });
  } else {
    for (const zone of config.zones) zones.set(zone, buildZone(parseMasterFile(text, zone), zone));
  }
  const stop = config.reloadMs === 0 ? () => {} : every(clock, config.reloadMs, () => reread(path, zones, log));
  return { zones, stop };
}

function reread(path: string, zones: Map<string, Zone | undefined>, log: Log): void {
  const text = readText(path);
  if (text === undefined) return;
  for (const [origin, before] of zones) {
    try {
      const zone = buildZone(parseMasterFile(text, origin), origin);
      if (before?.soa.serial === zone.soa.serial) continue;
      zones.set(origin, zone);
      log.info('zone read', { origin, serial: zone.soa.serial });
    } catch (error) {
      log.warn('zone file not taken', { path, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
