import type { Timeline } from '../../capture/timeline.ts';
import type { Topology } from '../../verdict/topology.ts';
import { encodeDns } from '../../wire/dns/encode.ts';
import { queryOf } from '../../wire/dns/query.ts';
import type { CastAct } from './director.ts';
import { sending, strangerMediaPort } from './forgery/words.ts';

/** A pod asks for a partner's SRV whom its agency's server has asked, as `kubectl exec POD -- dig` would. */
export function lookup(topology: Topology, pod: string, partner: string): (seen: Timeline) => readonly CastAct[] {
  return (seen) => {
    const to = topology.agencies.find(({ name }) => name === partner);
    const own = topology.agencies.find(({ name }) => pod.startsWith(`${name}-`));
    const asked = seen.sightings.find(
      ({ content, src }) => content.protocol === 'dns' && !content.message.response && src === own?.server,
    );
    if (to === undefined || asked === undefined) return [];
    const bytes = encodeDns(queryOf(4711, `_sip._udp.${to.interconnectDomain}`, 'SRV'));
    return [sending(pod, { fromPort: strangerMediaPort, to: { host: asked.dst, port: asked.dstPort }, bytes })];
  };
}
