import { readFileSync } from 'node:fs';
import { every } from '../kit/clock.ts';
import type { Emulator, Kit } from '../kit/start/start.ts';
import type { ResolverConfig } from './config.ts';
import { reloadInterval } from './corefile/reload.ts';
import { ResolverServer } from './server.ts';
import { type Listener, listenTcp, listenUdp } from './sockets.ts';

/**
 * Opens every port of the Corefile, by UDP and TCP, and looks at the Corefile again where its reload plugin says so.
 */
export async function buildResolver(config: ResolverConfig, kit: Kit): Promise<Emulator> {
  const { clock, log } = kit;
  const { corefile: path, services, resolvConfNameservers } = config;
  const load = (corefile: string): ResolverServer => {
    return new ResolverServer({ corefile, path, services, resolvConfNameservers, clock, log });
  };
  let text = readFileSync(path, 'utf8');
  let server = load(text);
  const listeners = new Map<number, Listener[]>();
  const open = async (ports: readonly number[]): Promise<void> => {
    for (const port of ports.filter((port) => !listeners.has(port))) {
      const serving = (): ResolverServer => server;
      listeners.set(port, [
        await listenUdp(config.address, port, serving, log),
        await listenTcp(config.address, port, serving, log),
      ]);
    }
  };
  await open(server.ports);

  /** A Corefile that cannot be loaded is not tried again until it changes; the old one goes on. */
  const reload = async (): Promise<void> => {
    const now = readFileSync(path, 'utf8');
    if (now === text) return;
    text = now;
    const next = load(now);
    await open(next.ports);
    server.close();
    server = next;
    log.info('Corefile reloaded');
  };
  const intervalMs = reloadInterval(text, () => kit.ids.below(0x10000) / 0x10000);
  const stop =
    intervalMs === undefined
      ? () => {}
      : every(clock, intervalMs, () => {
          reload().catch((error: unknown) => log.warn('Corefile changed but reload failed', { error: String(error) }));
        });
  return {
    control: { describe: () => ({ ports: [...listeners.keys()] }) },
    close: async () => {
      stop();
      server.close();
      await Promise.all([...listeners.values()].flat().map((listener) => listener.close()));
    },
  };
}
