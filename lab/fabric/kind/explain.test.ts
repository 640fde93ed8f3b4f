import { describe, expect, test } from 'vitest';
import { explainKind } from './explain.ts';

const args = ['create', 'cluster', '--name', 'mcx-lab-a-1'];

describe('what kind says, as the lab tells it', () => {
  test.each([
    [
      'ERROR: failed to list clusters: command "docker ps" failed with error: exit status 1\nCommand Output: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
      'kind-engine',
    ],
    [
      'Ensuring node image (x:1)\nERROR: failed to create cluster: failed to pull image "x:1": command "docker pull x:1" failed',
      'kind-node-image',
    ],
    ['ERROR: failed to create cluster: failed to init node with kubeadm: exit status 1', 'kind-failed'],
    ['', 'kind-failed'],
  ])('%j decides nothing about the system', (said, code) => {
    expect(explainKind({ args, said })).toMatchObject({ code, exitCode: 3 });
  });

  test('the image that is missing is named, and where to look', () => {
    const error = explainKind({
      args,
      said: 'ERROR: failed to create cluster: failed to pull image "lab/node:v1": no',
    });
    expect(error.message).toBe('the node image lab/node:v1 is not here and cannot be pulled');
    expect(error.command).toBe('docker image ls');
  });

  test('what is not understood comes with its own words and the command to see it again', () => {
    const error = explainKind({
      args,
      said: ' • Writing configuration\nERROR: failed to create cluster: boom\nStack Trace:',
    });
    expect(error.message).toBe('kind create cluster failed: failed to create cluster: boom');
    expect(error.command).toBe('kind create cluster --name mcx-lab-a-1');
  });

  test('no kind at all', () => {
    expect(explainKind({ args, said: '', missing: true })).toMatchObject({
      code: 'kind-missing',
      command: 'npm run lab -- doctor',
    });
  });
});
