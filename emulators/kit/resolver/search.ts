import type { ResolvConf } from '../config.ts';

/** How one query for one absolute name ended. `unreachable`: no nameserver gave any answer in all attempts. */
export type LookupStatus = 'answer' | 'nodata' | 'nxdomain' | 'servfail' | 'unreachable';

/**
 * The search list, walked as glibc's res_nsearch does: a name with at least `ndots` dots is tried as it is first,
 * others last; NXDOMAIN, an empty answer and SERVFAIL go on to the next suffix, silence ends the walk.
 */
export async function searchNames<T extends { readonly status: LookupStatus }>(
  name: string,
  conf: Pick<ResolvConf, 'search' | 'ndots'>,
  query: (absolute: string) => Promise<T>,
): Promise<T> {
  const rooted = name.endsWith('.');
  const bare = rooted ? name.slice(0, -1) : name;
  const dots = bare.split('.').length - 1;
  let asIs: T | undefined;
  if (rooted || dots >= conf.ndots || conf.search.length === 0) {
    asIs = await query(bare);
    if (asIs.status === 'answer' || rooted) return asIs;
  }
  let empty: T | undefined;
  let failed: T | undefined;
  let last: T | undefined;
  for (const suffix of conf.search) {
    last = await query(`${bare}.${suffix.replace(/\.$/, '')}`);
    if (last.status === 'answer') return last;
    if (last.status === 'nodata') empty ??= last;
    if (last.status === 'servfail') failed ??= last;
    if (last.status === 'unreachable') break;
  }
  if (asIs === undefined) {
    const late = await query(bare);
    if (late.status === 'answer') return late;
    last = late;
  }
  // The answer to the name as it was written says most about it.
  return asIs ?? empty ?? failed ?? (last as T);
}
