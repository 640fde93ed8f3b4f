/** What the contract says to a probe, one JSON document a line; every request is answered with its `id`. */
export type ProbeRequest =
  | { readonly id: number; readonly op: 'open'; readonly address: string; readonly port: number }
  | {
      readonly id: number;
      readonly op: 'send';
      readonly socket: number;
      readonly address: string;
      readonly port: number;
      readonly text: string;
    }
  /** A connected socket hears of ICMP errors. */
  | {
      readonly id: number;
      readonly op: 'connect';
      readonly socket: number;
      readonly address: string;
      readonly port: number;
    }
  | { readonly id: number; readonly op: 'close'; readonly socket: number };

export type ProbeEvent =
  | { readonly event: 'done'; readonly id: number; readonly socket: number; readonly port: number }
  | { readonly event: 'failed'; readonly id: number; readonly error: string }
  | {
      readonly event: 'datagram';
      readonly socket: number;
      readonly address: string;
      readonly port: number;
      readonly text: string;
    }
  | { readonly event: 'error'; readonly socket: number; readonly error: string };
