import { isIPv4 } from 'node:net';
import { parseDuration } from './duration.ts';
import { CorefileError, type Directive, parseCorefile } from './parse.ts';
import { checkPlugin } from './properties.ts';

/** A server block as it is served: one for each of its names. */
export interface ServerConfig {
  /** `mcx.test`, or `.` for everything. */
  readonly zone: string;
  readonly port: number;
  readonly files: readonly FileConfig[];
  readonly kubernetes: KubernetesConfig | undefined;
  readonly forward: ForwardConfig | undefined;
  readonly cache: CacheConfig | undefined;
  readonly loadbalance: boolean;
  readonly log: boolean;
}

export interface FileConfig {
  readonly path: string;
  readonly zones: readonly string[];
  /** 0: read once. */
  readonly reloadMs: number;
}

export interface KubernetesConfig {
  readonly zones: readonly string[];
  readonly ttl: number;
  readonly pods: 'disabled' | 'insecure';
  /** Zones whose unknown names go on to the next plugin. */
  readonly fallthrough: readonly string[];
}

export interface ForwardConfig {
  readonly from: string;
  /** Addresses with or without port, or the path of a resolv.conf. */
  readonly to: readonly string[];
  readonly except: readonly string[];
}

export interface CacheConfig {
  /** Seconds, for answers and for denials. */
  readonly ttl: number;
  readonly denialTtl: number;
  readonly zones: readonly string[];
  readonly noSuccess: readonly string[];
  readonly noDenial: readonly string[];
}

/** Reads a Corefile as CoreDNS does at its start; throws CorefileError where CoreDNS would not start. */
export function loadCorefile(text: string): ServerConfig[] {
  const servers: ServerConfig[] = [];
  for (const block of parseCorefile(text)) {
    for (const plugin of block.plugins) checkPlugin(plugin);
    const keys = block.keys.map((key) => ({ ...parseKey(key, block.line) }));
    for (const { zone, port } of keys) {
      if (servers.some((other) => other.zone === zone && other.port === port)) {
        throw new CorefileError(block.line, `cannot serve dns://${rooted(zone)}:${port} - it is already defined`);
      }
      servers.push({
        zone,
        port,
        ...plugins(
          block.plugins,
          keys.map((key) => key.zone),
        ),
      });
    }
  }
  return servers;
}

function parseKey(key: string, line: number): { zone: string; port: number } {
  const match = /^(?:dns:\/\/)?([^:/]*)(?::(\d{1,5}))?$/.exec(key);
  const port = Number(match?.[2] ?? 53);
  if (match === null || port > 65535) throw new CorefileError(line, `invalid server key '${key}'`);
  return { zone: zoneName(match[1] ?? ''), port };
}

function plugins(lines: readonly Directive[], zones: readonly string[]): Omit<ServerConfig, 'zone' | 'port'> {
  const one = (name: string): Directive | undefined => lines.find((line) => line.name === name);
  return {
    files: lines.filter(({ name }) => name === 'file').map((line) => fileConfig(line, zones)),
    kubernetes: ifThere(one('kubernetes'), (line) => kubernetesConfig(line, zones)),
    forward: ifThere(one('forward'), forwardConfig),
    cache: ifThere(one('cache'), (line) => cacheConfig(line, zones)),
    loadbalance: one('loadbalance') !== undefined,
    log: one('log') !== undefined,
  };
}

function ifThere<T>(line: Directive | undefined, make: (line: Directive) => T): T | undefined {
  return line === undefined ? undefined : make(line);
}

function fileConfig(line: Directive, serverZones: readonly string[]): FileConfig {
  const [path = '', ...zones] = line.args;
  const reload = property(line, 'reload')?.args[0];
  const reloadMs = reload === undefined ? 60_000 : parseDuration(reload);
  if (reloadMs === undefined) throw new CorefileError(line.line, `time: invalid duration "${reload}"`);
  return { path, zones: zones.length > 0 ? zones.map(zoneName) : serverZones, reloadMs };
}

function kubernetesConfig(line: Directive, serverZones: readonly string[]): KubernetesConfig {
  const ttl = Number(property(line, 'ttl')?.args[0] ?? 5);
  if (!Number.isInteger(ttl) || ttl < 0 || ttl > 3600) {
    throw new CorefileError(line.line, `ttl must be in range [0, 3600]: ${property(line, 'ttl')?.args[0]}`);
  }
  const pods = property(line, 'pods')?.args[0] ?? 'disabled';
  // `verified` watches the pods, which this program cannot: refused rather than answered wrongly.
  if (pods !== 'disabled' && pods !== 'insecure') throw new CorefileError(line.line, `wrong value for pods: ${pods}`);
  const through = property(line, 'fallthrough');
  return {
    zones: line.args.length > 0 ? line.args.map(zoneName) : serverZones,
    ttl,
    pods,
    fallthrough: through === undefined ? [] : through.args.length > 0 ? through.args.map(zoneName) : ['.'],
  };
}

function forwardConfig(line: Directive): ForwardConfig {
  const [from = '.', ...to] = line.args;
  for (const address of to) {
    if (!address.startsWith('/') && !isIPv4(address.replace(/:\d+$/, ''))) {
      throw new CorefileError(line.line, `not an IP address or file: "${address}"`);
    }
  }
  return { from: zoneName(from), to, except: (property(line, 'except')?.args ?? []).map(zoneName) };
}

function cacheConfig(line: Directive, serverZones: readonly string[]): CacheConfig {
  const [first, ...rest] = line.args;
  const ttl = first !== undefined && /^\d+$/.test(first) ? Number(first) : undefined;
  const zones = ttl === undefined ? line.args : rest;
  const disabled = (what: string): string[] => {
    const found = line.block.filter(({ name, args }) => name === 'disable' && args[0] === what);
    return found.flatMap(({ args }) => (args.length > 1 ? args.slice(1).map(zoneName) : ['.']));
  };
  return {
    ttl: ttl ?? 3600,
    denialTtl: ttl ?? 1800,
    zones: zones.length > 0 ? zones.map(zoneName) : serverZones,
    noSuccess: disabled('success'),
    noDenial: disabled('denial'),
  };
}

function property(line: Directive, name: string): Directive | undefined {
  return line.block.findLast((inner) => inner.name === name);
}

/** Lower case, no dot at the end but the root's own. */
function zoneName(text: string): string {
  const bare = text.toLowerCase().replace(/\.$/, '');
  return bare === '' ? '.' : bare;
}

function rooted(zone: string): string {
  return zone === '.' ? '.' : `${zone}.`;
}
