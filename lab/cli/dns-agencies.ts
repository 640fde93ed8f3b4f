import { join } from 'node:path';
import type { DnsAgency } from '../dns/agency-zone.ts';
import { nodeAddress } from '../dns/nodes.ts';
import { type PatchRequest, patchTools } from '../dns/patch.ts';
import { LabError } from '../errors.ts';
import { blueprintOf } from '../run/blueprint/blueprint.ts';
import { configurationSchema } from '../run/settings/configuration.ts';
import { readConfigFile } from '../run/settings/settings.ts';
import type { DnsFlags } from './dns-flags.ts';

/** A request and the agency whose cluster it is for. */
export interface ClusterRequest extends PatchRequest {
  readonly agency: string;
}

/** `a=kind-a b=kind-b` */
export function pairs(flag: string, words: readonly string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const word of words) {
    const [, agency, value] = /^([a-d])=(.+)$/.exec(word) ?? [];
    if (agency === undefined || value === undefined || found.has(agency)) {
      throw new LabError('dns/flag', `--${flag} ${word}: wanted is an agency, a to d, each once, and a value`, {
        next: 'as in:',
        command: `npm run lab -- dns apply --${flag} a=…`,
      });
    }
    found.set(agency, value);
  }
  return found;
}

/**
 * The agencies whose names the zones hold: those that a context or a node is given for, or those of the configuration
 * where none is. Each zone holds all of them; each cluster gets one.
 */
export async function agenciesOf(
  flags: DnsFlags,
  contexts: ReadonlyMap<string, string>,
  folder: string,
): Promise<ClusterRequest[]> {
  const nodes = pairs('node', flags.node ?? []);
  const layer = flags.config === undefined ? {} : await readConfigFile(flags.config);
  const named = [...new Set([...contexts.keys(), ...nodes.keys()])].sort();
  const last = named.at(-1) ?? 'b';
  const agencies = Math.max(2, last.charCodeAt(0) - 'a'.charCodeAt(0) + 1);
  const configuration = configurationSchema.parse({ ...layer, ...(named.length === 0 ? {} : { agencies }) });
  const all = blueprintOf(configuration, 0).topology.agencies;
  const chosen = named.length === 0 ? all : all.filter(({ name }) => named.includes(name));
  const zone = await Promise.all(
    chosen.map(async (agency): Promise<DnsAgency> => {
      const context = contexts.get(agency.name);
      const given = nodes.get(agency.name) ?? (context === undefined ? agency.node : undefined);
      return { ...agency, node: given ?? (await nodeAddress(patchTools.run, agency.name, { context })) };
    }),
  );
  const request = { variant: flags.variant, agencies: zone };
  const { origin } = configuration.dns;
  const options = { namespace: flags.namespace, origin, ...(flags.image === undefined ? {} : { image: flags.image }) };
  if (contexts.size === 0) {
    if (folder !== '') throw noContext();
    return [{ ...request, agency: 'a', options, folder }];
  }
  return [...contexts].map(([agency, context]) => ({
    ...request,
    agency,
    options: { ...options, context },
    folder: join(folder, agency),
  }));
}

function noContext(): LabError {
  return new LabError('dns/no-context', 'no cluster is named', {
    next: 'name the kubeconfig context of each agency’s cluster; which there are:',
    command: 'kubectl config get-contexts -o name',
  });
}
