import type { Conversation } from '../fabric.ts';
import type { ProbeEvent, ProbeRequest } from './protocol.ts';

export interface Datagram {
  readonly address: string;
  readonly port: number;
  readonly text: string;
}

export interface ProbeSocket {
  readonly port: number;
  send(address: string, port: number, text: string): Promise<void>;
  connect(address: string, port: number): Promise<void>;
  /** The first datagram with this text that has come or comes within the time. */
  received(text: string, withinMs: number): Promise<Datagram | undefined>;
  /** Everything that has come so far. */
  readonly datagrams: readonly Datagram[];
  /** The first error of the socket that has come or comes within the time: `ECONNREFUSED` for ICMP 3/3. */
  failed(withinMs: number): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface Probe {
  open(port: number, address?: string): Promise<ProbeSocket>;
  close(): Promise<void>;
}

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never;

/** Speaks with a probe process through any conversation: nsenter here, exec on a cluster. */
export function probeClient(conversation: Conversation): Probe {
  const asked = new Map<number, (event: ProbeEvent) => void>();
  const inboxes = new Map<number, Inbox>();
  let ids = 0;
  conversation.onLine((line) => {
    const event = JSON.parse(line) as ProbeEvent;
    if (event.event === 'datagram') inboxOf(inboxes, event.socket).datagram(event);
    else if (event.event === 'error') inboxOf(inboxes, event.socket).error(event.error);
    else asked.get(event.id)?.(event);
  });
  const ask = async (request: Unnumbered<ProbeRequest>): Promise<Extract<ProbeEvent, { event: 'done' }>> => {
    const id = ++ids;
    const answer = new Promise<ProbeEvent>((resolve) => asked.set(id, resolve));
    conversation.send(JSON.stringify({ id, ...request }));
    const dead = conversation.ended.then(({ code, stderr }) => {
      throw new Error(`the probe in ${conversation.place} ended (${code}): ${stderr.trim()}`);
    });
    const event = await Promise.race([answer, dead]);
    asked.delete(id);
    if (event.event === 'done') return event;
    throw new Error(`${request.op} in ${conversation.place}: ${event.event === 'failed' ? event.error : event.event}`);
  };
  return {
    open: async (port, address = '0.0.0.0') => {
      const { socket, port: bound } = await ask({ op: 'open', address, port });
      const inbox = inboxOf(inboxes, socket);
      return {
        port: bound,
        datagrams: inbox.datagrams,
        send: async (to, at, text) => void (await ask({ op: 'send', socket, address: to, port: at, text })),
        connect: async (to, at) => void (await ask({ op: 'connect', socket, address: to, port: at })),
        received: (text, withinMs) => inbox.wait(() => inbox.datagrams.find((one) => one.text === text), withinMs),
        failed: (withinMs) => inbox.wait(() => inbox.errors[0], withinMs),
        close: async () => void (await ask({ op: 'close', socket })),
      };
    },
    close: () => conversation.close(),
  };
}

interface Inbox {
  readonly datagrams: Datagram[];
  readonly errors: string[];
  datagram(datagram: Datagram): void;
  error(error: string): void;
  wait<T>(look: () => T | undefined, withinMs: number): Promise<T | undefined>;
}

function inboxOf(inboxes: Map<number, Inbox>, socket: number): Inbox {
  const inbox = inboxes.get(socket) ?? newInbox();
  inboxes.set(socket, inbox);
  return inbox;
}

function newInbox(): Inbox {
  const datagrams: Datagram[] = [];
  const errors: string[] = [];
  const watchers = new Set<() => void>();
  const wake = (): void => {
    for (const watcher of watchers) watcher();
  };
  return {
    datagrams,
    errors,
    datagram: ({ address, port, text }) => {
      datagrams.push({ address, port, text });
      wake();
    },
    error: (error) => {
      errors.push(error);
      wake();
    },
    wait: (look, withinMs) => {
      const now = look();
      if (now !== undefined) return Promise.resolve(now);
      return new Promise((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          watchers.delete(check);
          resolve(look());
        };
        // What lies in the pipe already has come in time, however long this process itself was kept waiting.
        const timer = setTimeout(() => setImmediate(end), withinMs);
        const check = (): void => {
          if (look() !== undefined) end();
        };
        watchers.add(check);
      });
    },
  };
}
