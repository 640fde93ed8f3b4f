import { LabError } from '../errors.ts';
import { serverBlocks } from './caddyfile.ts';

/** Where CoreDNS finds the zone: beside its Corefile, in the same ConfigMap. */
export function zoneFileName(origin: string): string {
  return `db.${origin}`;
}

/** What kubeadm installs, and so what a cluster has before anything is done to it. */
export function builtInCorefile(clusterDomain = 'cluster.local'): string {
  return `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success ${clusterDomain}
       disable denial ${clusterDomain}
    }
    loop
    reload
    loadbalance
}
`;
}

/** A block of its own: names of the zone never reach the cache, the forwarder or the search for Services. */
function zoneBlock(origin: string): string {
  return `${origin}:53 {
    errors
    file /etc/coredns/${zoneFileName(origin)} ${origin} {
        reload 5s
    }
}
`;
}

/**
 * Variant `cluster`: the cluster's own Corefile with a server block for the zone put before it, nothing else touched.
 * Given its own result it returns it unchanged. Where the zone is served otherwise already, a second block would end
 * in "cannot serve … it is already defined" and pods that never start, so that is refused.
 */
export function withZoneBlock(corefile: string, origin: string): string {
  const block = zoneBlock(origin);
  const served = blocksOf(corefile, origin);
  if (served.length === 0) return `${block}${corefile}`;
  if (served.length === 1 && served[0] === block.trimEnd()) return corefile;
  throw new LabError('dns/zone-served', `the cluster's Corefile serves ${origin} already, in another way`, {
    where: `ConfigMap kube-system/coredns: ${served[0]?.split('\n')[0] ?? ''}`,
    next: `take that block out, or choose another zone than ${origin}`,
    command: 'kubectl -n kube-system edit configmap coredns',
  });
}

/** The way back: the block that `withZoneBlock` put in is taken out, whatever has been changed around it since. */
export function withoutZoneBlock(corefile: string, origin: string): string {
  const block = zoneBlock(origin);
  const at = corefile.indexOf(block);
  return at === -1 ? corefile : corefile.slice(0, at) + corefile.slice(at + block.length);
}

/** `tls://example.org:853,`; a snippet is `(name)`. What else may stand there decides elsewhere which names it serves. */
const plainKey = /^(?:[a-z]+:\/\/)?(?:[A-Za-z0-9._*/-]+|\[[0-9a-f:]+\](?:\/\d+)?)(?::\d+)?,?$|^\([^\s()]+\)$/;

function blocksOf(corefile: string, origin: string): string[] {
  const blocks = serverBlocks(corefile);
  if (blocks === undefined) throw notUnderstood('its braces do not match, and CoreDNS would not start with it');
  for (const { words } of blocks) {
    const odd = words.find((word, index) => !plainKey.test(word) || (index === 0 && word === 'import'));
    if (odd !== undefined) throw notUnderstood(`nobody can tell from it which zones "${odd}" stands for`);
  }
  return blocks
    .filter(({ keys }) => keys.includes(`${origin.toLowerCase()}:53`))
    .map(({ start, end }) => corefile.slice(start, end));
}

function notUnderstood(why: string): LabError {
  return new LabError('dns/corefile', `the cluster's Corefile is not understood: ${why}`, {
    where: 'ConfigMap kube-system/coredns',
    next: 'mend it first, or use a separate CoreDNS, which leaves it alone (--variant separate)',
    command: 'kubectl -n kube-system edit configmap coredns',
  });
}

/**
 * Variant `separate`: a CoreDNS of one's own, needing no rights outside its namespace. It answers for the zone and
 * forwards the rest to whom /etc/resolv.conf of its pod names: the built-in one. Port 1053 needs no capability.
 */
export function separateCorefile(origin: string): string {
  return `.:1053 {
    errors
    ready :8181
    file /etc/coredns/${zoneFileName(origin)} ${origin} {
        reload 5s
    }
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
    reload 2s 1s
}
`;
}
