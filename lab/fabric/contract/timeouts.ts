import { setTimeout as sleep } from 'node:timers/promises';
import type { PlaceName } from '../fabric.ts';
import type { ProbeSocket } from '../probe/client.ts';
import { arrival } from './egress.ts';
import type { ProbeGroup } from './probe.ts';
import type { Site } from './site.ts';

/** Node `c` is nobody else's: its lifetimes are shortened to 3 and 6 seconds, the kernel's own are 30 and 120. */
const NODE = 'c-node';
const POD = 'c-one';
const SHORT = { unrepliedS: 3, assuredS: 6 } as const;

/** Lifetimes of translations; takes ten seconds beside the other groups. */
export const timeouts: ProbeGroup = {
  name: 'timeouts',
  egress: 'preserve',
  aside: true,
  probes: () => [
    {
      id: 'udp-timeout-30/120',
      expected: '30/120',
      source: 'kind-measured 1, probe 14',
      measure: async (site) => {
        const names = ['nf_conntrack_udp_timeout', 'nf_conntrack_udp_timeout_stream'];
        const values = await Promise.all(names.map((name) => sysctl(site, NODE, name)));
        return values.join('/');
      },
    },
    {
      id: 'conntrack-table-is-large',
      expected: 'at least 65536',
      source: 'kind-measured 1, probe 15: 262144, by the memory of the machine',
      measure: async (site) => {
        const size = await sysctl(site, NODE, 'nf_conntrack_max');
        return Number(size) >= 65536 ? 'at least 65536' : size;
      },
    },
    {
      id: 'udp-timeout-in-force',
      expected:
        'unanswered after 2 s: arrives, after 4.2 s: nothing, ' +
        'answered late after 4.5 s: arrives, after 7 s: nothing',
      source:
        'kind-measured 1, probe 14: assured by the first packet 2 s after the first; 3 s works, only in that node',
      needs: 'setUdpTimeouts',
      measure: async (site) => {
        await site.running.nat.setUdpTimeouts?.(NODE, SHORT);
        const far = await site.socket('a-node', 7400);
        const [one, two, three, four] = await Promise.all([
          unanswered(site, far, 8001, 2000),
          unanswered(site, far, 8002, 4200),
          assured(site, far, 8003, 4500),
          assured(site, far, 8004, 7000),
        ]);
        await site.running.nat.setUdpTimeouts?.(NODE, { unrepliedS: 30, assuredS: 120 });
        return `unanswered after 2 s: ${one}, after 4.2 s: ${two}, answered late after 4.5 s: ${three}, after 7 s: ${four}`;
      },
    },
  ],
};

async function unanswered(site: Site, far: ProbeSocket, port: number, silenceMs: number): Promise<string> {
  const pod = await site.socket(POD, port);
  const seen = await site.carry(pod, [site.address('a-node'), 7400], far);
  if (seen === undefined) return 'never came';
  await sleep(silenceMs);
  return arrival(await site.carry(far, [seen.address, seen.port], pod, 'quiet'));
}

async function assured(site: Site, far: ProbeSocket, port: number, silenceMs: number): Promise<string> {
  const pod = await site.socket(POD, port);
  for (const pause of [0, 2300]) {
    await sleep(pause);
    const seen = await site.carry(pod, [site.address('a-node'), 7400], far);
    if (seen === undefined || (await site.carry(far, [seen.address, seen.port], pod)) === undefined)
      return 'never came';
  }
  await sleep(silenceMs);
  return arrival(await site.carry(far, [site.address(NODE), port], pod, 'quiet'));
}

async function sysctl(site: Site, place: PlaceName, name: string): Promise<string> {
  const cat = await site.running.converse(place, ['cat', `/proc/sys/net/netfilter/${name}`]);
  const line = new Promise<string>((resolve) => cat.onLine(resolve));
  // The line may be delivered a moment after the end of the process is.
  const silence = cat.ended.then(({ code, stderr }) => sleep(100).then(() => stderr.trim() || `exit ${code}`));
  return Promise.race([line, silence]);
}
