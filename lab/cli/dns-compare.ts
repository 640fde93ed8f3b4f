import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../emulators/kit/clock.ts';
import { silentLog } from '../../emulators/kit/log.ts';
import { openUdp } from '../../emulators/kit/udp.ts';
import { inWords, queryOf, type RecordedAnswer } from '../../emulators/resolver/coredns/ask.ts';
import type { SceneQuestion } from '../../emulators/resolver/coredns/scenes.ts';
import { ResolverServer } from '../../emulators/resolver/server.ts';
import { exchangeByTcp } from '../dns/ask.ts';
import { forwardPorts } from '../dns/forward.ts';
import { patchTools } from '../dns/patch.ts';
import { kubectl } from '../dns/step.ts';
import { serving } from '../dns/verify.ts';
import { decodeDns, encodeDns } from '../wire/dns/codec.ts';
import type { ClusterRequest } from './dns-agencies.ts';
import type { Outcome } from './dns-clusters.ts';
import { namesOf, questionsFor, type ServiceNames } from './dns-questions.ts';

interface Compared {
  readonly pod: string;
  readonly question: string;
  readonly coredns: RecordedAnswer;
  readonly resolver: RecordedAnswer;
  readonly same: boolean;
}

/**
 * Asks every CoreDNS pod of a cluster, and the resolver of the embedded fabric given the very Corefile, zone and Services of
 * that cluster: each flag, code, section and TTL must be the same.
 */
export async function compareAll(requests: readonly ClusterRequest[]): Promise<Outcome> {
  const clusters: { readonly agency: string; readonly answers: readonly Compared[] }[] = [];
  for (const request of requests) clusters.push({ agency: request.agency, answers: await compare(request) });
  const lines = clusters.flatMap(({ agency, answers }) => [
    ...answers
      .filter(({ same }) => !same)
      .map(
        (one) =>
          `differs: ${agency} ${one.pod} ${one.question}\n  CoreDNS  ${words(one.coredns)}\n  resolver ${words(one.resolver)}`,
      ),
    `${agency}: ${answers.filter(({ same }) => same).length} of ${answers.length} answers are the same`,
  ]);
  const good = clusters.every(({ answers }) => answers.length > 0 && answers.every(({ same }) => same));
  return { good, text: `${lines.join('\n')}\n`, document: { clusters } };
}

const words = (answer: RecordedAnswer): string => JSON.stringify(answer);

async function compare(request: ClusterRequest): Promise<Compared[]> {
  const at = serving(request.variant, request.options.namespace ?? 'mcx');
  const kube = (...more: string[]): string[] => kubectl(request.options, ...more);
  const get = async <T>(...more: string[]): Promise<T> =>
    JSON.parse(await patchTools.run(kube('get', ...more, '-o', 'json')));
  const builtIn = await get<{ data: Record<string, string> }>('configmap', 'coredns', '-n', 'kube-system');
  const services = namesOf(await get('services', '-A'), await get('endpointslices', '-A'), await get('namespaces'));
  const pods = await get<{ items: { metadata: { name: string; deletionTimestamp?: string } }[] }>(
    ...['pods', '-n', at.namespace, '-l', at.selector],
  );
  const below = await ownResolver(builtIn.data, services, []);
  const own =
    request.variant === 'cluster'
      ? below
      : await ownResolver(
          (await get<{ data: Record<string, string> }>('configmap', 'mcx-dns', '-n', at.namespace)).data,
          services,
          [`127.0.0.1:${below.port}`],
        );
  const answers: Compared[] = [];
  try {
    const questions = questionsFor(services, own.zones);
    for (const { metadata } of pods.items.filter((pod) => pod.metadata.deletionTimestamp === undefined)) {
      const pod = { ...request.options, namespace: at.namespace, pod: metadata.name, ports: [at.port] };
      const ask = async (portOf: (port: number) => number): Promise<void> => {
        for (const question of questions) {
          const query = queryOf(question, answers.length);
          const coredns = comparable(inWords(await exchangeByTcp(portOf(at.port), query, 15_000)));
          const resolver = comparable(await own.answer(question));
          const same = JSON.stringify(coredns) === JSON.stringify(resolver);
          answers.push({ pod: metadata.name, question: `${question.type} ${question.name}`, coredns, resolver, same });
        }
      };
      await forwardPorts(pod, ask);
    }
  } finally {
    await Promise.all([...new Set([own, below])].map((one) => one.close()));
  }
  return answers;
}

/** Reverse names come from the cache, where a TTL counts down from the first time that anybody asked. */
function comparable(answer: RecordedAnswer): RecordedAnswer {
  const answers = answer.answers.map((line) => line.replace(/^(\S+in-addr\.arpa) \d+ /, '$1 TTL '));
  return { ...answer, answers };
}

/** The resolver of the embedded fabric with a cluster's files, on a port of the loopback. */
async function ownResolver(
  files: Readonly<Record<string, string>>,
  services: ServiceNames,
  resolvConfNameservers: string[],
) {
  const folder = await mkdtemp(join(tmpdir(), 'mcx-compare-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const corefile = files.Corefile ?? '';
  const path = join(folder, 'Corefile');
  const given = {
    corefile,
    path,
    services: services.services,
    resolvConfNameservers,
    clock: systemClock,
    log: silentLog,
  };
  const server = new ResolverServer(given);
  const [port = 53] = server.ports;
  const socket = await openUdp({
    address: '127.0.0.1',
    port: 0,
    log: silentLog,
    onDatagram: (bytes, source) => {
      const query = decodeDns(bytes).value;
      if (query === undefined) return;
      void server.answer(query, port).then((answer) => answer && socket.send(encodeDns(answer), source));
    },
  });
  return {
    port: socket.local.port,
    zones: Object.keys(files).flatMap((name) => (name.startsWith('db.') ? [name.slice(3)] : [])),
    answer: async (question: SceneQuestion): Promise<RecordedAnswer> => {
      const query = decodeDns(encodeDns(queryOf(question, 1))).value;
      const answer = query === undefined ? undefined : await server.answer(query, port);
      const read = answer === undefined ? undefined : decodeDns(encodeDns(answer)).value;
      return read === undefined
        ? { header: 'no answer', answers: [], authorities: [], additionals: [] }
        : inWords(read);
    },
    close: async (): Promise<void> => {
      server.close();
      await socket.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
