import { parseDuration } from './duration.ts';
import { CorefileError, parseCorefile } from './parse.ts';

/**
 * How often the Corefile is looked at: `reload [INTERVAL] [JITTER]`, 30 s and 15 s, the jitter drawn once and around
 * zero. undefined without the plugin. The bounds are CoreDNS's: at least 2 s, and the jitter at most half of that.
 */
export function reloadInterval(corefile: string, random: () => number): number | undefined {
  const line = parseCorefile(corefile)
    .flatMap(({ plugins }) => plugins)
    .find(({ name }) => name === 'reload');
  if (line === undefined) return undefined;
  const [interval = '30s', jitter = '15s'] = line.args;
  const intervalMs = parseDuration(interval);
  const jitterMs = parseDuration(jitter);
  if (intervalMs === undefined || jitterMs === undefined) {
    throw new CorefileError(line.line, `plugin/reload: invalid duration "${line.args.join(' ')}"`);
  }
  if (intervalMs < 2000)
    throw new CorefileError(line.line, 'plugin/reload: interval value must be greater or equal to 2s');
  const most = Math.min(jitterMs, intervalMs / 2);
  return intervalMs + (random() - 0.5) * most;
}
