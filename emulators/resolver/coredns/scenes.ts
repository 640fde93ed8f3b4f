/** What CoreDNS and this program are both given, and what both are asked. */
export interface SceneQuestion {
  readonly name: string;
  readonly type: string;
  /** `do`: an OPT record with the DNSSEC bit. */
  readonly edns?: 'plain' | 'do' | 'version-1';
  /** Recursion is desired unless this says otherwise. */
  readonly recursion?: false;
}

export interface Scene {
  readonly name: string;
  readonly corefile: string;
  /** Zone files by name. */
  readonly files: Readonly<Record<string, string>>;
  /** `none`: nobody listens at the upstream's address. */
  readonly upstream: 'answers' | 'none';
  readonly questions: readonly SceneQuestion[];
}

export const services = [
  { name: 'server.mcx.svc.cluster.local', address: '10.96.0.21', ports: [port('sip', 'UDP', 5060)] },
  {
    name: 'edge.mcx.svc.cluster.local',
    address: '10.96.0.20',
    ports: [port('sip', 'UDP', 5060), port('tls', 'TCP', 5061)],
  },
  {
    name: 'kube-dns.kube-system.svc.cluster.local',
    address: '10.96.0.10',
    ports: [port('dns', 'UDP', 53), port('dns-tcp', 'TCP', 53), port('metrics', 'TCP', 9153)],
  },
  { name: 'kubernetes.default.svc.cluster.local', address: '10.96.0.1', ports: [port('https', 'TCP', 443)] },
];

function port(name: string, protocol: 'UDP' | 'TCP', number: number) {
  return { name, protocol, port: number };
}

const zone = `$ORIGIN mcx.test.
$TTL 5
@ IN SOA ns.mcx.test. hostmaster.mcx.test. ( 2026010101 60 30 600 5 )
@ IN NS ns.mcx.test.
ns.mcx.test. IN A 10.96.0.10
node-a.mcx.test. IN A 172.18.0.2
_sip._udp.a.mcx.test. IN SRV 10 50 30060 node-a.mcx.test.
ic.a.mcx.test. IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.ic.a.mcx.test.
_sip._udp.ic.a.mcx.test. IN SRV 10 50 30070 node-a.mcx.test.
node-b.mcx.test. IN A 172.18.0.3
_sip._udp.b.mcx.test. IN SRV 10 50 31060 node-b.mcx.test.
ic.b.mcx.test. IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.ic.b.mcx.test.
_sip._udp.ic.b.mcx.test. IN SRV 10 50 31070 node-b.mcx.test.
`;

/**
 * Everything else that the file plugin can be asked: aliases, wildcards, delegations, empty names, spellings of a
 * master file.
 */
const oddZone = `$TTL 1m
@ 10 IN SOA NS hostmaster ( 7 ; serial
        60 30 600 ; refresh, retry, expire
        5 )
  IN NS ns
ns IN A 10.96.0.10
Node-A 10 A 172.18.0.2
       AAAA 2001:db8::2
node-b IN 20 A 172.18.0.3
two A 172.18.0.2
two A 172.18.0.3
alias CNAME Node-A
alias2 CNAME alias
loop1 CNAME loop2
loop2 CNAME loop1
dangling CNAME nothing
tothewild CNAME any.wild
outside CNAME www.example.com.
gone CNAME gone.example.com.
broken CNAME servfail.example.com.
incluster CNAME server.mcx.svc.cluster.local.
*.wild A 172.18.0.9
*.wildservice SRV 1 2 5060 node-a
host.wild TXT "here" "and there"
below.host.wild A 172.18.0.8
deep.er.and.deeper A 172.18.0.7
both SRV 10 50 5060 node-a
both SRV 20 50 5061 NODE-B
both SRV 30 50 5062 node-b
away SRV 10 50 5060 node.example.com.
nowhere SRV 10 50 5060 no-such-host
toalias SRV 10 50 5060 alias
child NS ns.child
ns.child A 172.18.0.6
mail TXT "a;b"
`;

const kubeadm = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

const zoneBlock = (origin: string): string => `${origin}:53 {
    errors
    file /etc/coredns/db.${origin} ${origin} {
        reload 5s
    }
}
`;

const separate = `.:1053 {
    errors
    ready :8181
    file /etc/coredns/db.mcx.test mcx.test {
        reload 5s
    }
    forward . /etc/resolv.conf {
        max_concurrent 1000
    }
    reload 2s 1s
}
`;

/** `A node-a.mcx.test`, and after a bar what is special about the question. */
function questions(text: string): SceneQuestion[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [type = '', name = '', , special] = line.trim().split(/\s+/);
      if (special === 'no-recursion') return { name, type, recursion: false };
      return special === undefined ? { name, type } : { name, type, edns: special as 'plain' | 'do' | 'version-1' };
    });
}

const ladderQuestions = `
  NAPTR ic.b.mcx.test
  SRV _sip._udp.ic.b.mcx.test
  A node-b.mcx.test
  AAAA node-b.mcx.test
  NAPTR ic.z.mcx.test
  SRV _sip._udp.ic.z.mcx.test
  A ic.z.mcx.test
  A _udp.ic.b.mcx.test
  A NODE-B.mcx.TEST
  A node-b.mcx.test | no-recursion
  SRV _sip._udp.b.mcx.test | plain
  SRV _sip._udp.b.mcx.test | do
  SRV _sip._udp.z.mcx.test | plain
  A node-b.mcx.test | version-1
  SOA mcx.test
  NS mcx.test
  A mcx.test
  A ns.mcx.test
  NAPTR ic.b.mcx.test.mcx.svc.cluster.local
  A node-b.mcx.test.svc.cluster.local
  A node-b.mcx.test.cluster.local
  A edge.mcx.svc.cluster.local
  A kubernetes.default.svc.cluster.local`;

export const scenes: readonly Scene[] = [
  {
    name: "the zone in the cluster's own CoreDNS",
    corefile: zoneBlock('mcx.test') + kubeadm,
    files: { 'db.mcx.test': zone },
    upstream: 'answers',
    questions: questions(`${ladderQuestions}
  A SERVER.mcx.svc.cluster.local
  AAAA server.mcx.svc.cluster.local
  NAPTR server.mcx.svc.cluster.local
  SRV server.mcx.svc.cluster.local
  SRV edge.mcx.svc.cluster.local
  SRV kube-dns.kube-system.svc.cluster.local
  SRV _sip._udp.server.mcx.svc.cluster.local
  SRV _tls._tcp.edge.mcx.svc.cluster.local
  A _sip._udp.server.mcx.svc.cluster.local
  SRV _sip._tcp.server.mcx.svc.cluster.local
  A pod.server.mcx.svc.cluster.local
  A nope.mcx.svc.cluster.local
  A mcx.svc.cluster.local
  A nope.svc.cluster.local
  A svc.cluster.local
  A cluster.local
  SOA cluster.local
  A nope.cluster.local
  A 10-244-0-6.mcx.pod.cluster.local
  A 10-244-0-300.mcx.pod.cluster.local
  AAAA 10-244-0-6.mcx.pod.cluster.local
  A 10-244-0-6.nope.pod.cluster.local
  A mcx.pod.cluster.local
  PTR 21.0.96.10.in-addr.arpa
  A 21.0.96.10.in-addr.arpa
  PTR 6.0.244.10.in-addr.arpa
  A www.example.com
  A www.example.com
  A gone.example.com
  A gone.example.com
  A gone.example.com | plain
  A servfail.example.com
  A servfail.example.com
  A refused.example.org
  A mcx.testx`),
  },
  {
    name: 'a cluster as kubeadm leaves it',
    corefile: kubeadm,
    files: {},
    upstream: 'none',
    questions: questions(`${ladderQuestions}
  A www.example.com | plain`),
  },
  {
    name: 'the Corefile patched, the volume item forgotten',
    corefile: zoneBlock('mcx.test') + kubeadm,
    files: {},
    upstream: 'answers',
    questions: questions(ladderQuestions),
  },
  {
    name: 'a separate CoreDNS that forwards the rest',
    corefile: separate,
    files: { 'db.mcx.test': zone },
    upstream: 'answers',
    questions: questions(`${ladderQuestions}
  A www.example.com
  A gone.example.com
  A servfail.example.com`),
  },
  {
    name: 'the file plugin in its corners',
    corefile: zoneBlock('odd.test') + kubeadm,
    files: { 'db.odd.test': oddZone },
    upstream: 'answers',
    questions: questions(`
  SOA odd.test
  NS odd.test
  A node-a.odd.test
  AAAA NODE-A.odd.test
  A node-b.odd.test
  A two.odd.test
  A alias.odd.test
  CNAME alias.odd.test
  SRV alias.odd.test
  A alias2.odd.test
  AAAA alias2.odd.test
  A loop1.odd.test
  A dangling.odd.test
  A tothewild.odd.test
  A outside.odd.test
  AAAA outside.odd.test
  A gone.odd.test
  A broken.odd.test
  A incluster.odd.test
  SRV incluster.odd.test
  A x.wild.odd.test
  A x.y.wild.odd.test
  AAAA x.wild.odd.test
  A host.wild.odd.test
  A other.host.wild.odd.test
  TXT host.wild.odd.test
  A wild.odd.test
  A *.wild.odd.test
  SRV x.wildservice.odd.test
  A and.deeper.odd.test
  A x.and.deeper.odd.test
  A deep.er.and.deeper.odd.test
  SRV both.odd.test
  SRV away.odd.test
  SRV nowhere.odd.test
  SRV toalias.odd.test
  A child.odd.test
  A x.child.odd.test
  NS child.odd.test
  TXT mail.odd.test
  ANY odd.test
  ANY node-a.odd.test
  TYPE252 odd.test
  TYPE65 node-a.odd.test`),
  },
];
