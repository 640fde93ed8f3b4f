import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { canIsolate, outerCommand } from '../fabric/netns/outer.ts';
import { enterCommand, namespacesOf } from './enter.ts';

const names = ['f1.bridge', 'f1.a-mcx-lo', 'f1.a-mcx', 'f1.b-mcx'];

test('the namespace is named with the number of its fabric', () => {
  expect(enterCommand({ inside: 4711 }, names, 'a-mcx', true)).toBe(
    'nsenter -t 4711 -m -p nsenter --net=/run/netns/f1.a-mcx -- bash',
  );
});

test('without a number, as a fabric of its own names it', () => {
  expect(enterCommand({ inside: 1 }, ['a-mcx'], 'a-mcx', true)).toContain('--net=/run/netns/a-mcx ');
});

test('a place that is not there has no command, and neither has a name that only ends alike', () => {
  expect(enterCommand({ inside: 1 }, ['f1.xa-mcx', 'xf1.a-mcx'], 'a-mcx', true)).toBeUndefined();
  expect(enterCommand({ inside: 1 }, [], 'a-mcx', true)).toBeUndefined();
  expect(enterCommand({ inside: 1 }, ['f1.a-mcx'], 'a.mcx', true)).toBeUndefined();
});

test('without root the user namespace is entered too', () => {
  expect(enterCommand({ inside: 1 }, names, 'b-mcx', false)).toBe(
    'nsenter -t 1 -U --preserve-credentials -m -p nsenter --net=/run/netns/f1.b-mcx -- bash',
  );
});

test('a process that is gone has no namespaces', async () => {
  expect(await namespacesOf(2 ** 22 + 1)).toEqual([]);
});

const { how } = await canIsolate();

test.skipIf(how === 'no')('the command leads into the place of that name', async () => {
  const script =
    'ip netns add f1.a-mcx && ip -n f1.a-mcx link add here type veth peer name there && echo ready && exec sleep 60';
  const [command = '', ...args] = outerCommand(['sh', '-c', script]).slice(3);
  const outer = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(outer.stdout, 'data');
    const inside = Number(execFileSync('cat', [`/proc/${outer.pid}/task/${outer.pid}/children`], { encoding: 'utf8' }));
    const entered = enterCommand({ inside }, await namespacesOf(inside), 'a-mcx') ?? '';
    const seen = execFileSync('sh', ['-c', `${entered} -c 'ip -o link show'`], { encoding: 'utf8' });
    expect(seen).toContain('here');
  } finally {
    outer.kill('SIGKILL');
  }
});
