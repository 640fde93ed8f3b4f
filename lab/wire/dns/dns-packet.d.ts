/** The part of dns-packet that the codec uses: names and the data of records, each with the count of its last run. */
declare module 'dns-packet' {
  import type { Buffer } from 'node:buffer';

  interface Part<T> {
    encode: ((value: T, buffer: Buffer, offset: number) => Buffer) & { bytes: number };
    decode: ((buffer: Buffer, offset: number) => T) & { bytes: number };
  }

  export const name: Part<string>;
  export const a: Part<string>;
  export const aaaa: Part<string>;
  export const srv: Part<{ priority: number; weight: number; port: number; target: string }>;
  export const naptr: Part<{
    order: number;
    preference: number;
    flags: string;
    services: string;
    regexp: string;
    replacement: string;
  }>;
  export const soa: Part<{
    mname: string;
    rname: string;
    serial: number;
    refresh: number;
    retry: number;
    expire: number;
    minimum: number;
  }>;
}
