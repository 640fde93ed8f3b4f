import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { lineCutter } from '../../lines.ts';
import type { Access } from '../cluster-access.ts';
import { explain } from '../explain.ts';
import { command } from '../kubectl.ts';

const ANSWER_MS = 60_000;

/** A body, and what it is. */
export interface Sent {
  readonly type: string;
  readonly body: object;
}

/** HTTP with a cluster's API, over the proxy's socket. What goes wrong is told as kubectl would tell it. */
export class Talk {
  readonly #access: Access;
  readonly #socket: string;

  constructor(access: Access, socket: string) {
    this.#access = access;
    this.#socket = socket;
  }

  async json<T>(method: string, path: string, sent?: Sent, borne: readonly number[] = []): Promise<T> {
    const { status, text } = await this.#exchange(method, path, sent);
    if (status < 400 || borne.includes(status)) return JSON.parse(text) as T;
    throw this.#explained(path, saidBy(text, status));
  }

  /** @returns undefined when the watch has ended, or its time. */
  async watch<T, R>(
    path: string,
    timeMs: number,
    see: (type: string, item: T) => R | undefined,
  ): Promise<R | undefined> {
    const answer = Promise.withResolvers<R | undefined>();
    const asked = this.#request('GET', path, AbortSignal.timeout(timeMs));
    const { take } = lineCutter((line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: T };
      // Too old to go on from (410), or a mark in the stream: the next list says all.
      if (type === 'ERROR') answer.resolve(undefined);
      else if (type !== 'BOOKMARK') {
        const found = see(type, object);
        if (found !== undefined) answer.resolve(found);
      }
    });
    asked.on('error', () => answer.resolve(undefined));
    asked.on('response', (response) => {
      response.on('error', () => {});
      // No stream of events, but why not: the next list says it too, or there is none to be had and lists have to do.
      if (response.statusCode !== 200) return answer.resolve(undefined);
      response.setEncoding('utf8');
      response.on('close', () => answer.resolve(undefined));
      // What `see` throws is for whoever waits.
      response.on('data', (text: string) => {
        try {
          take(text);
        } catch (error) {
          answer.reject(error);
        }
      });
    });
    asked.end();
    try {
      return await answer.promise;
    } finally {
      asked.destroy();
    }
  }

  async #exchange(method: string, path: string, sent?: Sent): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const body = sent === undefined ? '' : JSON.stringify(sent.body);
    const asked = this.#request(method, path, signal, sent && headersOf(sent.type, body));
    asked.end(body);
    try {
      const response = await responseTo(asked);
      let text = '';
      for await (const part of response.setEncoding('utf8')) text += part;
      return { status: response.statusCode ?? 0, text };
    } catch (error) {
      const { name, message } = error as Error;
      throw this.#explained(path, name === 'AbortError' ? `i/o timeout: no answer in ${ANSWER_MS / 1000} s` : message);
    }
  }

  #request(method: string, path: string, signal: AbortSignal, more: Record<string, string> = {}): ClientRequest {
    const headers = { host: 'localhost', accept: 'application/json', ...more };
    return request({ socketPath: this.#socket, method, path, signal, headers });
  }

  #explained(path: string, said: string): Error {
    return explain({
      access: this.#access,
      said,
      command: command(this.#access, ['get', '--raw', `'${path.split('?', 1)[0]}'`]).join(' '),
    });
  }
}

/** Node frames the body of a DELETE by itself no more than that of a GET. */
function headersOf(type: string, body: string): Record<string, string> {
  return { 'content-type': type, 'content-length': String(Buffer.byteLength(body)) };
}

function responseTo(asked: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    asked.on('response', resolve);
    asked.on('error', reject);
  });
}

/** The API says what is wrong in a Status; the proxy, where it does not reach the API, in words. */
function saidBy(text: string, status: number): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    if (typeof message === 'string' && message !== '') return message;
  } catch {
    // Not JSON: as it stands.
  }
  return text.trim() === '' ? `the API answers ${status}` : text.trim();
}
