/** What the tests need of the package, which brings no types. */
declare module 'pcap-parser' {
  import type { EventEmitter } from 'node:events';
  import type { Readable } from 'node:stream';

  export function parse(input: Readable | string): EventEmitter;
}
