import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { decodeDns, encodeDns } from '../../lab/wire/dns/codec.ts';
import { systemClock } from '../kit/clock.ts';
import { silentLog } from '../kit/log.ts';
import { inWords, queryOf } from './coredns/ask.ts';
import { scenes, services } from './coredns/scenes.ts';
import { startUpstream } from './coredns/upstream.ts';
import { ResolverServer } from './server.ts';

const lines = z.array(z.string());
const answerSchema = z.object({ header: z.string(), answers: lines, authorities: lines, additionals: lines });
const fixture = z
  .object({
    /** `CoreDNS-1.14.7` */
    version: z.string(),
    scenes: z.record(z.string(), z.array(z.object({ question: z.string(), answer: answerSchema }))),
  })
  .parse(JSON.parse(readFileSync(new URL('coredns/answers.json', import.meta.url), 'utf8')));

describe.each(scenes)(`as ${fixture.version} answers: $name`, (scene) => {
  const folder = mkdtempSync(join(tmpdir(), 'resolver-'));
  const recorded = fixture.scenes[scene.name] ?? [];
  let server: ResolverServer;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;

  beforeAll(async () => {
    upstream = await startUpstream();
    for (const [name, text] of Object.entries(scene.files)) writeFileSync(join(folder, name), text);
    server = new ResolverServer({
      corefile: scene.corefile,
      path: join(folder, 'Corefile'),
      services,
      resolvConfNameservers: [scene.upstream === 'none' ? '127.0.0.1:9' : `127.0.0.1:${upstream.port}`],
      clock: systemClock,
      log: silentLog,
    });
  });
  afterAll(() => {
    server.close();
    upstream.close();
    rmSync(folder, { recursive: true });
  });

  test('every question was recorded', () => {
    expect(recorded.map(({ question }) => question)).toEqual(
      scene.questions.map(({ type, name }) => `${type} ${name}`),
    );
  });

  test.each(scene.questions.map((question, i) => ({ ...question, i, special: question.edns ?? '' })))(
    '$type $name $special',
    async ({ i, special: _, ...question }) => {
      const [port] = server.ports;
      const query = decodeDns(encodeDns(queryOf(question, 1))).value;
      const answer = query === undefined ? undefined : await server.answer(query, port ?? 0);
      expect(answer?.questions).toEqual([{ name: question.name, type: question.type }]);
      // Through the codec and back: what a client reads.
      const read = answer === undefined ? undefined : decodeDns(encodeDns(answer));
      expect(read?.faults).toEqual([]);
      expect(read?.value && inWords(read.value)).toEqual(recorded[i]?.answer);
    },
  );
});
