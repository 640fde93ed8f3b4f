import { readFile } from 'node:fs/promises';
import type { Check } from './check.ts';
import { canIsolate, type Isolation } from './outer.ts';

/** Settings by which distributions keep ordinary users from making namespaces, and the value that does. */
const fences = [
  { sysctl: 'kernel.apparmor_restrict_unprivileged_userns', forbids: '1', allow: '0' },
  { sysctl: 'kernel.unprivileged_userns_clone', forbids: '0', allow: '1' },
  { sysctl: 'user.max_user_namespaces', forbids: '0', allow: '10000' },
] as const;

export async function isolationCheck(): Promise<Check> {
  const values = await Promise.all(fences.map(({ sysctl }) => readSysctl(sysctl)));
  return isolationLine(await canIsolate(), values, process.getuid?.() === 0);
}

/** `values` in the order of `fences`; undefined where the kernel has no such setting. */
export function isolationLine(isolation: Isolation, values: readonly (string | undefined)[], root: boolean): Check {
  const base = { name: 'isolation', neededFor: 'the netns fabric', essential: true };
  if (isolation.how !== 'no') {
    const found = isolation.how === 'root' ? 'root' : 'user namespaces';
    return { ...base, ok: true, found, mend: undefined };
  }
  const found = isolation.why ?? 'namespaces cannot be made';
  // Root is kept from it by a container's capabilities, which no command inside mends.
  if (root) return { ...base, ok: false, found, mend: undefined };
  const fence = fences.find(({ forbids }, index) => values[index] === forbids);
  const mend = fence === undefined ? 'sudo npm run lab' : `sudo sysctl -w ${fence.sysctl}=${fence.allow}`;
  return {
    ...base,
    ok: false,
    found: fence === undefined ? found : `${fence.sysctl}=${fence.forbids}: ${found}`,
    mend,
  };
}

async function readSysctl(name: string): Promise<string | undefined> {
  const text = await readFile(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8').catch(() => undefined);
  return text?.trim();
}
