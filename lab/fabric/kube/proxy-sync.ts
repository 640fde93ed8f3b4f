import { setTimeout as sleep } from 'node:timers/promises';
import type { Attendant } from './attendant/client.ts';

/** kube-proxy's own account of its work, on its default address of every node. */
const METRICS = 'http://127.0.0.1:10249/metrics';
/** Without an account: its shortest period between two synchronisations, and time for one. */
const BLIND_MS = 1500;
const PATIENCE_MS = 10_000;
const POLL_MS = 30;
/** The watch brings a change within this time, or there was none for this node. */
const NOTICE_MS = 1000;

export interface SyncState {
  /** When kube-proxy last heard of a change, and when it last had put all in force, in seconds. */
  readonly queued: number;
  readonly synced: number;
}

export function syncState(metrics: string): SyncState | undefined {
  const value = (name: string): number | undefined => {
    const lines = metrics.matchAll(new RegExp(`^kubeproxy_sync_proxy_rules_${name}(\\{[^}]*\\})? (\\S+)$`, 'gm'));
    const ipv4 = [...lines].filter(([, labels = '']) => !labels.includes('IPv6'));
    return ipv4[0]?.[2] === undefined ? undefined : Number(ipv4[0][2]);
  };
  const queued = value('last_queued_timestamp_seconds');
  const synced = value('last_timestamp_seconds');
  return queued === undefined || synced === undefined ? undefined : { queued, synced };
}

/** Makes a change of Services and waits until kube-proxy of every node has put it in force. */
export async function synchronised(
  attendants: readonly Pick<Attendant, 'get'>[],
  change: () => Promise<void>,
): Promise<void> {
  const states = () => Promise.all(attendants.map(stateOf));
  const before = await states();
  await change();
  const changed = Date.now();
  if (before.some((state) => state === undefined)) return sleep(BLIND_MS);
  // One event may follow another: done is when nothing has been queued for two looks in a row.
  for (let calm = 0; calm < 2 && Date.now() - changed < PATIENCE_MS; ) {
    await sleep(POLL_MS);
    const now = await states();
    const settled = now.every((state, index) => {
      if (state === undefined) return true;
      const heard = state.queued > (before[index]?.queued ?? 0) || Date.now() - changed > NOTICE_MS;
      return heard && state.synced > state.queued;
    });
    calm = settled ? calm + 1 : 0;
  }
}

async function stateOf(attendant: Pick<Attendant, 'get'>): Promise<SyncState | undefined> {
  return syncState(await attendant.get(METRICS).catch(() => ''));
}
