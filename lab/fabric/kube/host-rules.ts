/** The machine's own table for UEs; one lab's table and lines carry its number. */
export interface HostLines {
  readonly lab: string;
  /** Addresses of UEs. */
  readonly ues: readonly string[];
}

/** `mue1234x0`: the machine's end of a UE's line. */
export function lineDevice(lab: string, index: number): string {
  return `mue${lab}x${index}`;
}

/**
 * For `nft -i`: the table is owned by that process, and the kernel removes it with the process, however it ends.
 */
export function hostRules({ lab, ues }: HostLines): string {
  const set = `{ ${ues.join(', ')} }`;
  const lines = `"mue${lab}x*"`;
  // nft reads commands line by line from a terminal, so each rule is a command.
  const table = `mcx_lab_${lab}`;
  return [
    `add table ip ${table} { flags owner; }`,
    `add chain ip ${table} postrouting { type nat hook postrouting priority srcnat - 10; }`,
    `add rule ip ${table} postrouting ip saddr ${set} oifname != ${lines} masquerade`,
    `add chain ip ${table} forward { type filter hook forward priority filter; }`,
    `add rule ip ${table} forward ct state invalid oifname ${lines} drop`,
    `add rule ip ${table} forward iifname != ${lines} oifname ${lines} ct state new drop`,
    '',
  ].join('\n');
}

const dockerComment = 'mcx-lab-process-';

/**
 * Docker refuses to forward what is not its own, but asks this chain first. No process owns a rule there, so each says whose
 * it is.
 */
export function dockerRules(lab: string, process: number, act: '-I' | '-D'): string[] {
  const whose = `-m comment --comment ${dockerComment}${process}`;
  return ['-i', '-o'].map((side) => `iptables ${act} DOCKER-USER ${side} mue${lab}x+ ${whose} -j ACCEPT`);
}

/** What takes out the rules of labs that were killed, of the chain as `iptables -S` prints it. */
export function forgottenRules(listing: string, lives: (process: number) => boolean): string[] {
  return listing.split('\n').flatMap((line) => {
    const [, process] = new RegExp(`^-A DOCKER-USER .*--comment "?${dockerComment}(\\d+)`).exec(line) ?? [];
    return process === undefined || lives(Number(process)) ? [] : [line.replace(/^-A/, 'iptables -D')];
  });
}

/** The machine's side of one line: the way to the UE, and no belief in a source that is not the UE's. */
export function hostSide(device: string, gateway: string, ue: string): string[] {
  return [
    `ip address add ${gateway}/32 dev ${device}`,
    `ip link set ${device} up`,
    `ip route add ${ue}/32 dev ${device} scope link`,
    `echo 1 > /proc/sys/net/ipv4/conf/${device}/rp_filter`,
    `echo 1 > /proc/sys/net/ipv4/conf/${device}/forwarding`,
  ];
}

export function ueSide(gateway: string, ue: string, extraAddresses: readonly string[]): string[] {
  return [
    'ip link set lo up',
    `ip address add ${ue}/24 dev eth0 noprefixroute`,
    'ip link set eth0 up',
    `ip route add ${gateway}/32 dev eth0 scope link`,
    `ip route add default via ${gateway} src ${ue}`,
    ...extraAddresses.map((extra) => `ip address add ${extra}/32 dev lo`),
  ];
}

/** `172.18.0.2 dev br-1 src 172.18.0.1 uid 0`: by which interface, and as whom, this machine reaches a node. */
export function wayTo(routeGet: string): { readonly device: string; readonly source: string } | undefined {
  const [, device] = /\bdev (\S+)/.exec(routeGet) ?? [];
  const [, source] = /\bsrc (\S+)/.exec(routeGet) ?? [];
  return device === undefined || source === undefined ? undefined : { device, source };
}
