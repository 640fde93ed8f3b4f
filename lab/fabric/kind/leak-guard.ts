import { Attendant } from '../kube/attendant/client.ts';
import { start } from '../kube/place.ts';
import { CLUSTERS_NETWORK, CONTAINER_LABEL } from './access-networks.ts';

/**
 * Packets for pods of another cluster leave the nodes by their default route, which leads to this machine and from there
 * to wherever it sends private addresses. They are dropped behind the bridge, where every tap has seen them.
 */
export class LeakGuard {
  readonly #name: string;
  #standing: { readonly rules: string; close(): Promise<void> } | undefined;

  constructor(instance: string) {
    this.#name = `mcx-lab-${instance}-guard`;
  }

  /** Keeps in what is addressed to these ranges. */
  async keepIn(ranges: readonly string[], image: string): Promise<void> {
    const { GenericContainer, getContainerRuntimeClient } = await import('testcontainers');
    const { container: client } = await getContainerRuntimeClient();
    const { Id } = await client.dockerode.getNetwork(CLUSTERS_NETWORK).inspect();
    const rules = guardRules(`br-${String(Id).slice(0, 12)}`, ranges, process.pid);
    if (this.#standing?.rules === rules) return;
    await this.close();
    const container = await new GenericContainer(image)
      .withName(this.#name)
      .withLabels({ [CONTAINER_LABEL]: this.#name })
      .withNetworkMode('host')
      .withPrivilegedMode()
      .withUser('0')
      .withCommand(['sleep', 'infinity'])
      .start();
    const attendant = await Attendant.open('bridge', ['docker', 'exec', '-i', '-u', '0', container.getId()]);
    const close = async (): Promise<void> => {
      await attendant.close();
      await container.stop({ timeout: 0 });
    };
    this.#standing = { rules, close };
    // The table is the process's own: the kernel removes it with the process, and that goes with the lab.
    const nft = await start(attendant, 'bridge', { argv: ['nft', '-i'], stdin: 'pipe' });
    nft.write(rules);
  }

  async close(): Promise<void> {
    const standing = this.#standing;
    this.#standing = undefined;
    await standing?.close();
  }
}

/** For `nft -i`, a command a line. */
export function guardRules(bridge: string, ranges: readonly string[], lab: number): string {
  const table = `mcx_lab_guard_${lab}`;
  const set = `{ ${[...new Set(ranges)].join(', ')} }`;
  return [
    `add table ip ${table} { flags owner; }`,
    `add chain ip ${table} forward { type filter hook forward priority filter - 10; }`,
    `add rule ip ${table} forward iifname "${bridge}" oifname != "${bridge}" ip daddr ${set} counter drop`,
    '',
  ].join('\n');
}
