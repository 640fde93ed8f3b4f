import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decodeDns, encodeDns } from '../../../lab/wire/dns/codec.ts';
import type { DnsMessage } from '../../../lab/wire/dns/message.ts';
import { inWords, queryOf, type RecordedAnswer } from './ask.ts';
import { startKubernetesApi } from './kubernetes-api.ts';
import { type Scene, type SceneQuestion, scenes, services } from './scenes.ts';
import { startUpstream } from './upstream.ts';

/**
 * Asks a real CoreDNS everything that the scenes hold and writes its answers down: `node
 * emulators/resolver/coredns/record.ts COREDNS` with the path of its program. All of it on the loopback.
 */
const [, , program = 'coredns'] = process.argv;
const output = new URL('answers.json', import.meta.url);

const port = 15_353;

/** The scene's Corefile for the loopback: other ports, files in a folder, an API server and an upstream of our own. */
function onLoopback(scene: Scene, folder: string, api: string, upstream: string): string {
  return scene.corefile
    .replace(/^(\S+?):(?:53|1053) \{$/gm, `$1:${port} {\n    bind 127.0.0.1`)
    .replaceAll('/etc/coredns/', `${folder}/`)
    .replaceAll('/etc/resolv.conf', upstream)
    .replace(/^( *)pods insecure$/m, `$1endpoint ${api}\n$1pods insecure`)
    .replace(/^ *health \{\n[^}]*\}\n/m, '')
    .replace(/^ *(?:ready|prometheus)\b.*\n/gm, '');
}

async function ask(question: SceneQuestion): Promise<DnsMessage> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer: ${question.type} ${question.name}`)), 10_000);
      socket.on('message', (bytes) => {
        clearTimeout(late);
        const answer = decodeDns(bytes).value;
        if (answer === undefined) reject(new Error('no DNS message'));
        else resolve(answer);
      });
      socket.on('error', reject);
      socket.connect(port, '127.0.0.1', () => socket.send(encodeDns(queryOf(question, 4711))));
    });
  } finally {
    socket.close();
  }
}

async function record(scene: Scene, api: string): Promise<RecordedAnswer[]> {
  const folder = mkdtempSync(join(tmpdir(), 'coredns-'));
  const upstream = await startUpstream();
  // Nobody listens on port 9 of the loopback.
  const address = scene.upstream === 'none' ? '127.0.0.1:9' : `127.0.0.1:${upstream.port}`;
  for (const [name, text] of Object.entries(scene.files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'Corefile'), onLoopback(scene, folder, api, address));
  const server = spawn(program, ['-conf', join(folder, 'Corefile')], { stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    // Its kubernetes plugin looks every 100 ms whether it has seen all Services.
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const answers: RecordedAnswer[] = [];
    for (const question of scene.questions) answers.push(inWords(await ask(question)));
    return answers;
  } finally {
    server.kill('SIGTERM');
    await ended;
    upstream.close();
    rmSync(folder, { recursive: true });
  }
}

const { stdout } = await promisify(execFile)(program, ['-version']);
const api = await startKubernetesApi(services);
const recorded: Record<string, { question: string; answer: RecordedAnswer }[]> = {};
for (const scene of scenes) {
  const answers = await record(scene, api.url);
  recorded[scene.name] = scene.questions.flatMap((question, i) => {
    const answer = answers[i];
    return answer === undefined ? [] : [{ question: `${question.type} ${question.name}`, answer }];
  });
}
api.close();
writeFileSync(output, `${JSON.stringify({ version: stdout.split('\n')[0], scenes: recorded }, undefined, 2)}\n`);
