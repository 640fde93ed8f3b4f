import { readdir } from 'node:fs/promises';

/** The network namespaces that the outer namespace of a held lab knows, by their names in its /run/netns. */
export async function namespacesOf(inside: number): Promise<string[]> {
  return readdir(`/proc/${inside}/root/run/netns`).catch(() => []);
}

/**
 * What a person types to get into a place of a held lab. A fabric numbers its namespaces (`f1.a-mcx`), because several
 * fabrics may share one outer namespace, so the name is looked up, not made up; undefined where there is no such place.
 * `nsenter` and not `ip netns exec`: that one mounts /sys anew, which only real root may.
 */
export function enterCommand(
  lab: { readonly inside: number },
  namespaces: readonly string[],
  place: string,
  root: boolean = process.getuid?.() === 0,
): string | undefined {
  const name = namespaces.find((candidate) => candidate.replace(/^f\d+\./, '') === place);
  if (name === undefined) return undefined;
  const outer = root ? '' : ' -U --preserve-credentials';
  return `nsenter -t ${lab.inside}${outer} -m -p nsenter --net=/run/netns/${name} -- bash`;
}
