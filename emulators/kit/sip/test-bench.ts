import { createSocket, type Socket } from 'node:dgram';
import { newRequest } from '../../../lab/machines/sip/request.ts';
import type { SipHeader, SipRequest, SipResponse } from '../../../lab/wire/sip/message.ts';
import { fromBytes } from '../../../lab/wire/sip/text.ts';
import type { SipTimers } from '../config.ts';
import { seededIds } from '../ids.ts';
import { openLog } from '../log.ts';
import type { Peer } from '../udp.ts';
import {
  type ClientHandlers,
  type ClientTransaction,
  type IncomingRequest,
  openSipEndpoint,
  type SipEndpoint,
  type SipEndpointOptions,
} from './endpoint.ts';

/** What the tests of the kit stand on: endpoints and a lossy relay on the loopback. */
export const quick: SipTimers = { t1Ms: 20, t2Ms: 160, t4Ms: 100 };

export interface Bench {
  endpoint(name: string, more?: Partial<SipEndpointOptions>): Promise<Recorded>;
  relay(to: Peer, drop: (text: string, count: number) => boolean): Promise<LossyRelay>;
  raw(): Promise<RawSocket>;
  close(): Promise<void>;
}

export interface Recorded {
  readonly sip: SipEndpoint;
  readonly incoming: IncomingRequest[];
  readonly faults: () => number;
}

export interface LossyRelay {
  readonly at: Peer;
  /** Start lines of what went through and what did not, `> ` towards the server. */
  readonly passed: string[];
  readonly dropped: string[];
}

export interface RawSocket {
  readonly at: Peer;
  readonly received: string[];
  send(text: string | Uint8Array, to: Peer): void;
}

export function openBench(): Bench {
  const closers: (() => Promise<void>)[] = [];
  const bind = async (): Promise<Socket> => {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => {
      socket.bind(0, '127.0.0.1', resolve);
    });
    closers.push(() => new Promise((resolve) => void socket.close(resolve)));
    return socket;
  };
  const place = (socket: Socket): Peer => ({ host: '127.0.0.1', port: socket.address().port });
  return {
    endpoint: async (name, more = {}) => {
      const incoming: IncomingRequest[] = [];
      const log = openLog(name, () => {});
      const sip = await openSipEndpoint({
        address: '127.0.0.1',
        port: 0,
        timers: quick,
        ids: seededIds(7, name),
        log,
        ...more,
        onRequest: (request) => {
          incoming.push(request);
          more.onRequest?.(request);
        },
      });
      closers.push(sip.close);
      return { sip, incoming, faults: () => log.faults };
    },
    relay: async (to, drop) => {
      const front = await bind();
      const back = await bind();
      const passed: string[] = [];
      const dropped: string[] = [];
      let client: Peer | undefined;
      const carry = (mark: string, bytes: Buffer, by: Socket, target: Peer | undefined) => {
        const line = `${mark} ${fromBytes(bytes).split('\r\n')[0]}`;
        const count = [...passed, ...dropped].filter((seen) => seen === line).length;
        const lost = drop(line, count);
        (lost ? dropped : passed).push(line);
        if (!lost && target !== undefined) by.send(bytes, target.port, target.host);
      };
      front.on('message', (bytes, from) => {
        client = { host: from.address, port: from.port };
        carry('>', bytes, back, to);
      });
      back.on('message', (bytes) => carry('<', bytes, front, client));
      return { at: place(front), passed, dropped };
    },
    raw: async () => {
      const socket = await bind();
      const received: string[] = [];
      socket.on('message', (bytes) => received.push(fromBytes(bytes)));
      return {
        at: place(socket),
        received,
        send: (text, to) => socket.send(text, to.port, to.host),
      };
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

/** A request with the usual headers. */
export function someRequest(method: string, more: { cseq?: number; headers?: SipHeader[] } = {}): SipRequest {
  return newRequest({
    method,
    uri: 'sip:pf@a.mcx.test',
    from: '<sip:a-ue-1@a.mcx.test>;tag=caller',
    to: '<sip:pf@a.mcx.test>',
    callId: 'call-1',
    cseq: more.cseq ?? 1,
    headers: more.headers ?? [],
  });
}

/** Everything that a client transaction told its user, in order: statuses, `timeout`, `error`, `end`. */
export function listen(start: (handlers: ClientHandlers) => ClientTransaction) {
  const told: (number | string)[] = [];
  const responses: SipResponse[] = [];
  const transaction = start({
    onResponse: (response) => {
      told.push(response.status);
      responses.push(response);
    },
    onTimeout: () => told.push('timeout'),
    onTransportError: () => told.push('error'),
    onEnd: () => told.push('end'),
  });
  return { told, responses, transaction };
}
