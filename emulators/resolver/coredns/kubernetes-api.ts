import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { services } from './scenes.ts';

type Services = typeof services;

/** As much of a Kubernetes API server as CoreDNS's kubernetes plugin wants: lists and watches that never change. */
export async function startKubernetesApi(names: Services): Promise<{ readonly url: string; close(): void }> {
  const lists = resources(names);
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://api');
    const list = lists.get(url.pathname);
    response.setHeader('content-type', 'application/json');
    if (list === undefined) {
      response.statusCode = 404;
      response.end('{}');
    } else if (url.searchParams.get('watch') === null) {
      const { apiVersion, kind, items } = list;
      response.end(JSON.stringify({ apiVersion, kind: `${kind}List`, metadata: { resourceVersion: '1' }, items }));
    } else {
      watch(response, list, url.searchParams.get('sendInitialEvents') === 'true');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly items: readonly object[];
}

/** A streaming list ends with a bookmark; afterwards nothing ever happens. */
function watch(response: ServerResponse, { apiVersion, kind, items }: Resource, initial: boolean): void {
  response.flushHeaders();
  if (!initial) return;
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  const bookmark = { apiVersion, kind, metadata: { resourceVersion: '1', annotations } };
  for (const object of items) response.write(`${JSON.stringify({ type: 'ADDED', object })}\n`);
  response.write(`${JSON.stringify({ type: 'BOOKMARK', object: bookmark })}\n`);
}

function resources(names: Services): Map<string, Resource> {
  const created = '2026-01-01T00:00:00Z';
  const metadata = (name: string, namespace?: string): object => {
    return {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid: name,
      resourceVersion: '1',
      creationTimestamp: created,
    };
  };
  const split = names.map((service) => ({ ...service, labels: service.name.split('.') }));
  const namespaces = [...new Set(split.map(({ labels }) => labels[1] ?? ''))];
  return new Map([
    [
      '/api/v1/namespaces',
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        items: namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: metadata(name) })),
      },
    ],
    [
      '/api/v1/services',
      {
        apiVersion: 'v1',
        kind: 'Service',
        items: split.map(({ labels, address, ports }) => ({
          apiVersion: 'v1',
          kind: 'Service',
          metadata: metadata(labels[0] ?? '', labels[1]),
          spec: { clusterIP: address, clusterIPs: [address], type: 'ClusterIP', ports },
        })),
      },
    ],
    [
      '/apis/discovery.k8s.io/v1/endpointslices',
      { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', items: [] },
    ],
  ]);
}
