import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { apiOver, type KubeApi } from './api.ts';

const access = { name: 'a', context: 'prod' };
const pod = (name: string, more: object = {}) => ({ metadata: { name, ...more } });

type Answer = (response: ServerResponse, request: IncomingMessage, body: string) => void;

/** What an API server would say, over the socket that a proxy would hold. */
let answers: Answer[] = [];
let asked: string[] = [];
let server: Server;
let folder: string;
let api: KubeApi;

beforeEach(async () => {
  answers = [];
  asked = [];
  folder = await mkdtemp(join(tmpdir(), 'mcx-api-'));
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request.setEncoding('utf8')) body += part;
    const type = request.headers['content-type'];
    asked.push([request.method, request.url, ...(type === undefined ? [] : [type, body])].join(' '));
    answers.shift()?.(response, request, body);
  });
  const socket = join(folder, 'api');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  api = apiOver(access, { socket, close: async () => {} });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const says =
  (status: number, body: unknown): Answer =>
  (response) => {
    response.statusCode = status;
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** A watch: each event when the one before has been sent. */
const streams =
  (...events: readonly object[]): Answer =>
  (response) => {
    for (const event of events) response.write(`${JSON.stringify(event)}\n`);
  };

describe('what is asked of an API server', () => {
  test('a list, by its labels', async () => {
    answers = [says(200, { items: [pod('one')] })];
    expect(await api.list('/api/v1/pods', 'a=b,c')).toEqual([pod('one')]);
    expect(asked).toEqual(['GET /api/v1/pods?labelSelector=a%3Db%2Cc']);
  });

  test('objects are applied one after the other, whole, and the fields are the lab’s', async () => {
    const config = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'edge', namespace: 'mcx' } };
    const policy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'n' } };
    answers = [says(201, config), says(200, policy)];
    expect(await api.apply([config, policy])).toEqual([config, policy]);
    const how = '?fieldManager=mcx-lab&force=true application/apply-patch+yaml';
    expect(asked).toEqual([
      `PATCH /api/v1/namespaces/mcx/configmaps/edge${how} ${JSON.stringify(config)}`,
      `PATCH /apis/networking.k8s.io/v1/networkpolicies/n${how} ${JSON.stringify(policy)}`,
    ]);
  });

  test('what is gone already is gone, and a body of DELETE does not become the next request', async () => {
    answers = [says(404, { message: 'pods "x" not found' }), says(200, {}), says(200, { items: [] })];
    await api.remove('/api/v1/pods/x', 1);
    await api.remove('/api/v1/pods/y');
    await api.list('/api/v1/pods');
    expect(asked).toEqual([
      'DELETE /api/v1/pods/x application/json {"gracePeriodSeconds":1}',
      'DELETE /api/v1/pods/y application/json {}',
      'GET /api/v1/pods',
    ]);
  });

  test.each([
    [403, { message: 'nodes is forbidden: User "x" cannot list resource "nodes"' }, 'kube-forbidden'],
    [401, { message: 'Unauthorized' }, 'kube-unauthorized'],
    [422, { message: 'Service "edge" is invalid: provided port is already allocated' }, 'kube-node-port-taken'],
    [502, 'dial tcp 127.0.0.1:6443: connect: connection refused', 'kube-unreachable'],
    [500, '', 'kube-failed'],
  ])('%i is told as kubectl’s words are', async (status, body, code) => {
    answers = [says(status, body)];
    await expect(api.list('/api/v1/nodes', 'x')).rejects.toMatchObject({
      code,
      exitCode: 3,
      where: 'cluster a, context prod',
    });
  });

  test('and the command to paste asks the same', async () => {
    answers = [says(500, { message: 'etcdserver: request timed out' })];
    await expect(api.list('/api/v1/nodes', 'x')).rejects.toMatchObject({
      message: 'etcdserver: request timed out',
      command: "kubectl --context prod get --raw '/api/v1/nodes'",
    });
  });

  test('a proxy that is not there any more', async () => {
    const gone = apiOver(access, { socket: join(folder, 'none'), close: async () => {} });
    await expect(gone.list('/api/v1/nodes')).rejects.toMatchObject({ code: 'kube-failed' });
  });
});

describe('waiting for a collection', () => {
  const names = (items: readonly { metadata: { name: string } }[]) => items.map(({ metadata }) => metadata.name).join();
  const seen: string[] = [];
  const untilIs = (wanted: string, patienceMs = 5000) => {
    seen.length = 0;
    return api.until(
      '/api/v1/pods',
      'a',
      (items: readonly { metadata: { name: string } }[]) => {
        seen.push(names(items));
        return names(items) === wanted ? wanted : undefined;
      },
      patienceMs,
    );
  };
  const list = (resourceVersion: string, ...all: readonly string[]) =>
    says(200, { metadata: { resourceVersion }, items: all.map((name) => pod(name)) });

  test('that is as wanted: one question', async () => {
    answers = [list('7', 'x')];
    expect(await untilIs('x')).toBe('x');
    expect(asked).toEqual(['GET /api/v1/pods?labelSelector=a']);
  });

  test('that becomes so: each change is looked at, from where the list was', async () => {
    const added = { type: 'ADDED', object: pod('y') };
    const mark = { type: 'BOOKMARK', object: pod('') };
    answers = [list('7', 'x'), streams(added, mark, { type: 'DELETED', object: pod('x') })];
    expect(await untilIs('y')).toBe('y');
    expect(seen).toEqual(['x', 'x,y', 'y']);
    expect(asked[1]).toBe('GET /api/v1/pods?labelSelector=a&watch=1&resourceVersion=7');
  });

  test('whose watch ends, or is too old: the next list says all', async () => {
    const expired = { type: 'ERROR', object: { code: 410, message: 'too old resource version' } };
    answers = [list('7'), (response) => response.end(), list('8'), streams(expired), list('9', 'z')];
    expect(await untilIs('z')).toBe('z');
    expect(asked.map((line) => line.includes('watch'))).toEqual([false, true, false, true, false]);
  });

  test('that may be listed and not watched: it is listed again', async () => {
    const refused = says(403, { kind: 'Status', message: 'pods is forbidden: cannot watch resource' });
    answers = [list('7'), refused, list('8', 'x')];
    expect(await untilIs('x')).toBe('x');
  });

  test('that does not become so in time', async () => {
    answers = [list('7'), streams({ type: 'ADDED', object: pod('other') }), list('8', 'other')];
    expect(await untilIs('x', 200)).toBeUndefined();
  });

  test('what the look throws ends the wait', async () => {
    answers = [list('7'), streams({ type: 'ADDED', object: pod('x') })];
    const hopeless = api.until(
      '/api/v1/pods',
      undefined,
      (items: readonly { metadata: { name: string } }[]) => {
        if (items.length > 0) throw new RangeError('hopeless');
        return undefined;
      },
      5000,
    );
    await expect(hopeless).rejects.toThrow('hopeless');
  });
});
