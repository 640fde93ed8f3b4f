import { CorefileError, type Directive } from './parse.ts';

/** How many words a line takes: at least, at most. */
type Words = readonly [number, number];
const any: Words = [0, Number.POSITIVE_INFINITY];

interface PluginShape {
  readonly args: Words;
  readonly properties: Readonly<Record<string, Words>>;
}

/**
 * The plugins of a cluster's Corefile with the properties that CoreDNS 1.11 knows; later ones (`fallthrough` of file
 * among them) are an error there, and so here. Plugins that stand here are modelled or, like prometheus, can be left
 * out without a change to any answer.
 */
const shapes: Readonly<Record<string, PluginShape>> = {
  errors: { args: [0, 0], properties: { stacktrace: [0, 0], consolidate: [2, 3] } },
  log: { args: any, properties: { class: [1, 5] } },
  health: { args: [0, 1], properties: { lameduck: [1, 1] } },
  ready: { args: [0, 1], properties: {} },
  prometheus: { args: [0, 1], properties: {} },
  kubernetes: {
    args: any,
    properties: {
      endpoint: [1, 1],
      tls: [3, 3],
      kubeconfig: [1, 2],
      namespaces: [1, Number.POSITIVE_INFINITY],
      labels: [1, Number.POSITIVE_INFINITY],
      namespace_labels: [1, Number.POSITIVE_INFINITY],
      pods: [1, 1],
      endpoint_pod_names: [0, 0],
      ttl: [1, 1],
      noendpoints: [0, 0],
      fallthrough: any,
      ignore: [1, 1],
    },
  },
  file: { args: [1, Number.POSITIVE_INFINITY], properties: { reload: [1, 1], upstream: any } },
  forward: {
    args: [2, 16],
    properties: {
      except: [1, Number.POSITIVE_INFINITY],
      force_tcp: [0, 0],
      prefer_udp: [0, 0],
      expire: [1, 1],
      max_fails: [1, 1],
      tls: [0, 3],
      tls_servername: [1, 1],
      policy: [1, 1],
      health_check: [1, 4],
      max_concurrent: [1, 1],
      next: any,
    },
  },
  cache: {
    args: any,
    properties: {
      success: [1, 3],
      denial: [1, 3],
      prefetch: [1, 3],
      serve_stale: [0, 2],
      servfail: [1, 1],
      disable: [1, Number.POSITIVE_INFINITY],
      keepttl: [0, 0],
    },
  },
  loop: { args: [0, 0], properties: {} },
  reload: { args: [0, 2], properties: {} },
  loadbalance: { args: [0, 2], properties: {} },
};

/** Throws where CoreDNS would not load this line, or this program does not model it. */
export function checkPlugin(line: Directive): void {
  const shape = Object.hasOwn(shapes, line.name) ? shapes[line.name] : undefined;
  if (shape === undefined) throw new CorefileError(line.line, `Unknown directive '${line.name}'`);
  checkWords(line, shape.args);
  for (const property of line.block) {
    const words = Object.hasOwn(shape.properties, property.name) ? shape.properties[property.name] : undefined;
    if (words === undefined) {
      throw new CorefileError(property.line, `plugin/${line.name}: unknown property '${property.name}'`);
    }
    checkWords(property, words);
  }
}

function checkWords({ name, args, line }: Directive, [least, most]: Words): void {
  if (args.length >= least && args.length <= most) return;
  const after = args.at(-1) ?? name;
  throw new CorefileError(line, `Wrong argument count or unexpected line ending after '${after}'`);
}
