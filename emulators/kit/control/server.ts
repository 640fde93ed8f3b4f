import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Log } from '../log.ts';
import type { ControlAct, ControlLog, ControlReply, ControlRequest } from './control.ts';
import { lineReader } from './line-reader.ts';

/**
 * What an emulator does for each act; what it returns (or promises) becomes `state` of the reply, what it throws its
 * `error`. An act without a handler is refused, except `ready`, which the open socket itself answers.
 */
export type ControlHandlers = {
  readonly [Do in Exclude<ControlAct['do'], 'configure'>]?: (act: Extract<ControlAct, { readonly do: Do }>) => unknown;
} & { readonly configure?: (act: ConfigureAct, asker: Asker) => unknown };

export type ConfigureAct = Extract<ControlAct, { readonly do: 'configure' }>;

/** Whoever is at the other end of a connection. */
export interface Asker {
  /** Passes on a line of the log; false: nobody is there any more. */
  tell(line: string): boolean;
}

export interface ControlServer {
  close(): Promise<void>;
}

/** Opens the control channel; call it when the emulator's sockets are open. `handlers` are asked for at every act. */
export async function serveControl(path: string, handlers: () => ControlHandlers, log: Log): Promise<ControlServer> {
  // A process that was killed leaves its socket file; the name is ours.
  rmSync(path, { force: true });
  const connections = new Set<Socket>();
  const server = createServer((connection) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', (error) => log.warn('control connection', { error: error.message }));
    const write = (text: string): boolean => {
      if (connection.writable) connection.write(`${text}\n`);
      return connection.writable;
    };
    const asker: Asker = { tell: (line) => write(JSON.stringify({ log: line } satisfies ControlLog)) };
    connection.on(
      'data',
      lineReader((line) => void reply(line, handlers(), asker, log).then(write)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.destroy();
        server.close(() => resolve());
      }),
  };
}

async function reply(line: string, handlers: ControlHandlers, asker: Asker, log: Log): Promise<string> {
  const answer = await perform(line, handlers, asker);
  if (!answer.ok) log.warn('act refused', { line: line.slice(0, 200), error: answer.error });
  try {
    return JSON.stringify(answer);
  } catch (error) {
    log.fault('state cannot be written as JSON', error);
    return JSON.stringify({ id: answer.id, ok: false, error: 'the state cannot be written as JSON' });
  }
}

async function perform(line: string, handlers: ControlHandlers, asker: Asker): Promise<ControlReply> {
  const request = readRequest(line);
  if (typeof request === 'string') return { id: -1, ok: false, error: request };
  try {
    const state = await handle(request, handlers, asker);
    return { id: request.id, ok: true, ...(state === undefined ? {} : { state }) };
  } catch (error) {
    return { id: request.id, ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function readRequest(line: string): ControlRequest | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'not JSON';
  }
  return isRequest(value) ? value : 'not a request: {"id": number, "do": act, …}';
}

/** Enough to answer it: who may open this socket started the process, and the schemas would slow every start. */
function isRequest(value: unknown): value is ControlRequest {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('do' in value)) return false;
  return typeof value.id === 'number' && typeof value.do === 'string';
}

function handle(request: ControlRequest, handlers: ControlHandlers, asker: Asker): unknown {
  // The handler of an act takes that act: the type of the record says so, but not in a way that TypeScript can follow.
  const handler = handlers[request.do] as ((act: ControlAct, asker: Asker) => unknown) | undefined;
  if (handler !== undefined) return handler(request, asker);
  if (request.do === 'ready') return undefined;
  throw new Error(`${request.do}: not an act of this emulator`);
}
