import { AF_INET, attribute, ethernet, flags, ifinfomsg, inet, message, type Request, ROUTE, u32 } from './netlink.ts';
import type { Step } from './steps.ts';

/*
 * The language of `ip -batch`, as far as a place is furnished in it, as messages to the kernel: to start ip in each of 27 places
 * would cost more than all that it does there. Test: after the same lines, ip itself sees the same.
 *
 *   link set DEV up | master DEV | address MAC | type bridge fdb_flush
 *   address add ADDRESS/BITS dev DEV [noprefixroute]
 *   route add [blackhole] default|ADDRESS/BITS [via ADDRESS] [dev DEV] [scope host|link] [src ADDRESS]
 */

/** The index of an interface in the place. @throws RangeError when it has none of that name. */
export type IndexOf = (device: string) => number;

export const NEWLINK = 16;
const [NEWADDR, DELADDR, GETADDR] = [20, 21, 22];
const [NEWROUTE, DELROUTE, GETROUTE, DELNEIGH, GETNEIGH] = [24, 25, 26, 29, 30];
const MAIN_TABLE = 254;
const SCOPE = { universe: 0, link: 253, host: 254 } as const;

/** @throws RangeError when a line is not of the language. */
export function ip(lines: readonly string[], indexOf: IndexOf): Step {
  const requests = lines.map((line): Request => {
    const words = line.split(' ');
    const encode = { link, address, route }[words[0] ?? ''];
    const bytes = encode?.(words.slice(1), indexOf);
    if (bytes === undefined) throw new RangeError(`not understood: ${line}`);
    return { name: line, message: bytes };
  });
  return { verb: 'netlink', family: ROUTE, requests };
}

/** Away with all addresses but the loopback's own, the routes of the main table, and what was learned of neighbours. */
export const sweeps: readonly Step[] = [
  sweep('address flush', GETADDR, DELADDR, 8, { byte: 19, value: SCOPE.host, is: false }),
  sweep('route flush table main', GETROUTE, DELROUTE, 12, { byte: 20, value: MAIN_TABLE, is: true }),
  // NUD_NOARP: those of loopback and multicasts are not learned.
  sweep('neighbour flush', GETNEIGH, DELNEIGH, 12, { byte: 24, value: 0x40, is: false }),
];

function sweep(
  name: string,
  get: number,
  kind: number,
  fixed: number,
  only: Extract<Step, { verb: 'sweep' }>['only'],
): Step {
  const all = Buffer.alloc(fixed);
  all[0] = AF_INET;
  return { verb: 'sweep', dump: { name, message: message(get, flags.dump, all) }, kind, only };
}

const IFF_UP = 1;
export const IFLA = { ADDRESS: 1, MASTER: 10, LINKINFO: 18 } as const;
export const INFO = { KIND: 1, DATA: 2 } as const;
const BR_FDB_FLUSH = 21;

/** ifinfomsg: family u8, 0, type u16, index i32, flags u32, which of them to change u32. */
function link(words: readonly string[], indexOf: IndexOf): Uint8Array | undefined {
  const [set, device = '', what, value = ''] = words;
  if (set !== 'set') return undefined;
  const up = what === 'up' ? IFF_UP : 0;
  const fixed = ifinfomsg(indexOf(device), up);
  const changed = (...attributes: Uint8Array[]) => message(NEWLINK, flags.change, fixed, attributes);
  switch (words.slice(2).join(' ')) {
    case 'up':
      return changed();
    case `master ${value}`:
      return changed(attribute(IFLA.MASTER, u32(indexOf(value))));
    case `address ${value}`:
      return changed(attribute(IFLA.ADDRESS, ethernet(value)));
    case 'type bridge fdb_flush': {
      const data = attribute(INFO.DATA, attribute(BR_FDB_FLUSH, new Uint8Array()));
      const kind = attribute(INFO.KIND, Buffer.from('bridge'));
      return changed(attribute(IFLA.LINKINFO, Buffer.concat([kind, data])));
    }
    default:
      return undefined;
  }
}

const IFA = { ADDRESS: 1, LOCAL: 2, FLAGS: 8 } as const;
const IFA_F_NOPREFIXROUTE = 0x200;

/** ifaddrmsg: family u8, bits u8, flags u8, scope u8, index u32. */
function address(words: readonly string[], indexOf: IndexOf): Uint8Array | undefined {
  const [add, cidr = '', dev, device = '', ...more] = words;
  const { value, bits } = parsed(cidr);
  if (add !== 'add' || dev !== 'dev' || !['', 'noprefixroute'].includes(more.join(' '))) return undefined;
  const fixed = Buffer.concat([Uint8Array.of(AF_INET, bits, 0, SCOPE.universe), u32(indexOf(device))]);
  return message(NEWADDR, flags.create, fixed, [
    attribute(IFA.LOCAL, value),
    attribute(IFA.ADDRESS, value),
    ...(more.length > 0 ? [attribute(IFA.FLAGS, u32(IFA_F_NOPREFIXROUTE))] : []),
  ]);
}

const RTA = { DST: 1, OIF: 4, GATEWAY: 5, PREFSRC: 7 } as const;
const RTN = { UNICAST: 1, BLACKHOLE: 6 } as const;
const PROTOCOL_BOOT = 3;

/** rtmsg: family u8, bits of the destination u8, of the source u8, tos u8, table u8, protocol u8, scope u8, type u8, flags u32. */
function route(words: readonly string[], indexOf: IndexOf): Uint8Array | undefined {
  const blackhole = words[1] === 'blackhole';
  const [add, to = '', ...options] = words.toSpliced(1, blackhole ? 1 : 0);
  if (add !== 'add' || options.length % 2 !== 0) return undefined;
  const { value, bits } = to === 'default' ? { value: undefined, bits: 0 } : parsed(to);
  const attributes = value === undefined ? [] : [attribute(RTA.DST, value)];
  // What no gateway carries on is on the link.
  let scope: number = blackhole || options.includes('via') ? SCOPE.universe : SCOPE.link;
  for (let at = 0; at < options.length; at += 2) {
    const [key, word = ''] = options.slice(at, at + 2);
    if (key === 'via') attributes.push(attribute(RTA.GATEWAY, inet(word)));
    else if (key === 'dev') attributes.push(attribute(RTA.OIF, u32(indexOf(word))));
    else if (key === 'src') attributes.push(attribute(RTA.PREFSRC, inet(word)));
    else if (key === 'scope' && (word === 'host' || word === 'link')) scope = SCOPE[word];
    else return undefined;
  }
  const type = blackhole ? RTN.BLACKHOLE : RTN.UNICAST;
  const fixed = Uint8Array.of(AF_INET, bits, 0, 0, MAIN_TABLE, PROTOCOL_BOOT, scope, type, 0, 0, 0, 0);
  return message(NEWROUTE, flags.create, fixed, attributes);
}

function parsed(cidr: string): { readonly value: Uint8Array; readonly bits: number } {
  const [address = '', bits] = cidr.split('/');
  return { value: inet(address), bits: Number(bits) };
}
