import { describe, expect, test } from 'vitest';
import { explain } from './explain.ts';

const access = { name: 'a', context: 'prod' };
const said = (text: string, more = {}) =>
  explain({ access, said: text, command: 'kubectl --context prod get x', ...more });

describe('what kubectl says, as the lab tells it', () => {
  test.each([
    [
      'Error in configuration: context was not found for specified context: prod',
      'kube-context-unknown',
      2,
      'kubectl config get-contexts',
    ],
    ['error: context "prod" does not exist', 'kube-context-unknown', 2, 'kubectl config get-contexts'],
    ['error: no context exists with the name: "prod"', 'kube-context-unknown', 2, 'kubectl config get-contexts'],
    [
      'error: You must be logged in to the server (Unauthorized)',
      'kube-unauthorized',
      3,
      'kubectl --context prod auth whoami',
    ],
    [
      'Error from server (Forbidden): nodes is forbidden: User "x" cannot list resource "nodes" in API group ""',
      'kube-forbidden',
      3,
      'kubectl --context prod auth can-i --list',
    ],
    [
      'The Service "edge" is invalid: spec.ports[0].nodePort: Invalid value: 30060: provided port is already allocated',
      'kube-node-port-taken',
      3,
      'kubectl --context prod get services --all-namespaces',
    ],
    [
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
      'kube-unreachable',
      3,
      'kubectl --context prod cluster-info',
    ],
    [
      'Unable to connect to the server: net/http: TLS handshake timeout',
      'kube-unreachable',
      3,
      'kubectl --context prod cluster-info',
    ],
    ['something else', 'kube-failed', 3, 'kubectl --context prod get x'],
  ])('%s', (text, code, exitCode, command) => {
    const error = said(`Warning: first\n${text}`);
    expect(error).toMatchObject({ code, exitCode, command, where: 'cluster a, context prod' });
    expect(error.message).toBe(text);
  });

  test('a kubeconfig of its own is part of what to paste', () => {
    const error = explain({
      access: { ...access, kubeconfig: '/k' },
      said: 'error: context "prod" does not exist',
      command: '',
    });
    expect(error.command).toBe('kubectl --kubeconfig /k config get-contexts');
  });

  test('no kubectl, and none that ends', () => {
    expect(said('', { missing: true })).toMatchObject({ code: 'kubectl-missing', exitCode: 3 });
    expect(said('Command timed out', { timedOut: true })).toMatchObject({ code: 'kube-timeout', exitCode: 3 });
  });
});
