/** A DNS message (RFC 1035 4). Names have no dot at the end; the root is `.`. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  /** 0 is a standard query. */
  readonly opcode: number;
  /** 0 NOERROR, 2 SERVFAIL, 3 NXDOMAIN, …: `rcodeName`. */
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: string;
  /** `A`, `SRV`, …; `TYPE64` (RFC 3597) for a number that has no name here. */
  readonly type: string;
}

interface RecordHead {
  readonly name: string;
  /** Seconds. */
  readonly ttl: number;
}

export type DnsRecord = RecordHead &
  (
    | { readonly type: 'A'; readonly address: string }
    | { readonly type: 'AAAA'; readonly address: string }
    | { readonly type: 'NS'; readonly target: string }
    | { readonly type: 'CNAME'; readonly target: string }
    /** RFC 2782. */
    | {
        readonly type: 'SRV';
        readonly priority: number;
        readonly weight: number;
        readonly port: number;
        readonly target: string;
      }
    /** RFC 3403 4.1; `flags` is `s`, `a`, `u`, `p` or empty. */
    | {
        readonly type: 'NAPTR';
        readonly order: number;
        readonly preference: number;
        readonly flags: string;
        readonly services: string;
        readonly regexp: string;
        readonly replacement: string;
      }
    | {
        readonly type: 'SOA';
        readonly mname: string;
        readonly rname: string;
        readonly serial: number;
        readonly refresh: number;
        readonly retry: number;
        readonly expire: number;
        readonly minimum: number;
      }
    /** A record that this codec knows no better: number, class and data as they stand (OPT among them). */
    | { readonly type: 'other'; readonly number: number; readonly class: number; readonly data: Uint8Array }
  );

const numbers = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, NAPTR: 35, ANY: 255 };
const byName: ReadonlyMap<string, number> = new Map(Object.entries(numbers));
const byNumber: ReadonlyMap<number, string> = new Map(Object.entries(numbers).map(([name, number]) => [number, name]));

export function typeName(number: number): string {
  return byNumber.get(number) ?? `TYPE${number}`;
}

export function typeNumber(name: string): number | undefined {
  const known = byName.get(name.toUpperCase());
  if (known !== undefined) return known;
  const match = /^TYPE(\d{1,5})$/i.exec(name);
  return match === null || Number(match[1]) > 0xffff ? undefined : Number(match[1]);
}

const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export function rcodeName(rcode: number): string {
  return rcodes[rcode] ?? `RCODE${rcode}`;
}

/** RFC 4343: names compare without case. */
export function sameName(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

function bare(name: string): string {
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}
