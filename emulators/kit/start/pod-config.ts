import type { ResolvConf } from '../config.ts';

/** What a pod knows only once it runs. */
export interface PodSurroundings {
  /** The downward API's variables among them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readText: (path: string) => string;
}

/**
 * A configuration file as a ConfigMap can hold it, made whole: `$(POD_IP)` in any string is that variable of the
 * environment (spelt as Kubernetes spells it), and where the addresses of resolvers stand, the path of a resolv.conf
 * may. Throws where a variable is not set: half an address would be a riddle in the first packet.
 */
export function configOfPod(value: unknown, pod: PodSurroundings): unknown {
  const whole = withVariables(value, pod.environment);
  if (typeof whole !== 'object' || whole === null) return whole;
  const { resolvConf, resolvConfNameservers } = whole as Record<string, unknown>;
  return {
    ...whole,
    ...(typeof resolvConf === 'string' ? { resolvConf: readResolvConf(pod.readText(resolvConf)) } : {}),
    ...(typeof resolvConfNameservers === 'string'
      ? { resolvConfNameservers: readResolvConf(pod.readText(resolvConfNameservers)).nameservers }
      : {}),
  };
}

function withVariables(value: unknown, environment: PodSurroundings['environment']): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\((\w+)\)/g, (_, name: string) => {
      const found = environment[name];
      if (found === undefined || found === '') throw new Error(`the environment has no ${name}`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((one) => withVariables(one, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withVariables(one, environment)]));
}

/** resolv.conf(5): the last `search` counts, options add up, and what is not said has glibc's default. */
export function readResolvConf(text: string): ResolvConf {
  const nameservers: string[] = [];
  let search: string[] = [];
  const options = { ndots: 1, timeout: 5, attempts: 2 };
  for (const line of text.split('\n')) {
    const [word, ...rest] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/);
    if (word === 'nameserver') nameservers.push(...rest.slice(0, 1));
    if (word === 'search' || word === 'domain') search = rest.filter((suffix) => suffix !== '.');
    if (word !== 'options') continue;
    for (const option of rest) {
      const [, name, number] = /^(ndots|timeout|attempts):(\d+)$/.exec(option) ?? [];
      if (name === 'ndots' || name === 'timeout' || name === 'attempts') options[name] = Number(number);
    }
  }
  return {
    nameservers,
    search,
    ndots: options.ndots,
    timeoutMs: Math.max(1, options.timeout) * 1000,
    attempts: Math.max(1, options.attempts),
  };
}
