import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeNode } from './cluster.ts';
import { addressAt, offsetOf, rangeOf } from './pod-plan.ts';

/** Where the CNI plugin host-local keeps its reservations: a file for each address, and the one that was last. */
const FOLDERS = ['/proc/1/root/run/cni-ipam-state', '/proc/1/root/var/lib/cni/networks'];
const LAST = 'last_reserved_ip.0';
const PATIENCE_MS = 20_000;

/**
 * The node's hand in giving out addresses. Kubernetes has no way to ask for one; host-local takes the next free one after the
 * last, and which one was last is in a file.
 */
export interface Ipam {
  reserved(): Promise<readonly string[]>;
  /** The next pod of this node gets this address, if it is free. */
  next(address: string): Promise<void>;
  /** Until a pod has the address. */
  waitFor(address: string): Promise<void>;
  /** Until the pod that had it, and is on its way out, has given it back. */
  waitForRelease(address: string): Promise<void>;
}

/** Undefined where another plugin gives out addresses: there a pod gets what it gets. */
export async function findIpam({ attendant, podRange }: KubeNode): Promise<Ipam | undefined> {
  for (const root of FOLDERS) {
    for (const network of await attendant.list(root).catch(() => [])) {
      const folder = `${root}/${network}`;
      const names = await attendant.list(folder).catch((): readonly string[] => []);
      if (!names.includes(LAST) || rangeOf((await attendant.read(`${folder}/${LAST}`)).trim()) !== podRange) continue;
      const reserved = async (): Promise<readonly string[]> =>
        (await attendant.list(folder)).filter((name) => /^\d+\.\d+\.\d+\.\d+$/.test(name));
      return {
        reserved,
        next: (address) => attendant.writeFile(`${folder}/${LAST}`, addressAt(podRange, offsetOf(address) - 1)),
        // A pod that gets none, or another one, is told of by Kubernetes, not here.
        waitFor: (address) => until(async () => (await reserved()).includes(address)),
        waitForRelease: (address) => until(async () => !(await reserved()).includes(address)),
      };
    }
  }
  return undefined;
}

async function until(come: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline && !(await come())) await sleep(20);
}
