import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { guardRules } from './leak-guard.ts';
import { besideState, forgetGone, imageState } from './leftovers.ts';
import { readStates, writeState } from './state.ts';

describe('a container or network of the lab', () => {
  test('is in use while the lab in its name lives', () => {
    expect(besideState(`mcx-lab-${process.ppid}-1f2e-a-a-ue-1`)).toBe('in use');
  });

  test('is left when that lab is gone, or is this one, or has no number', () => {
    // The largest process id of Linux is 2^22.
    expect(besideState('mcx-lab-4194305-1f2e-guard')).toBe('left');
    expect(besideState(`mcx-lab-${process.pid}-1f2e-guard`)).toBe('left');
    expect(besideState('mcx-lab-x')).toBe('left');
  });
});

test('a cluster that stands is remembered, whoever made it has ended or not; one that is gone is forgotten', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mcx-leftovers-'));
  try {
    const state = { version: 1, digest: 'd', kubeconfig: '/k', kept: false, ready: true } as const;
    const gone = 4_194_305;
    await writeState(folder, { ...state, name: 'stands', holder: gone });
    await writeState(folder, { ...state, name: 'went', holder: gone });
    await writeState(folder, { ...state, name: 'being-made', holder: process.ppid });
    await forgetGone(folder, ['stands']);
    expect((await readStates(folder)).map(({ name }) => name).toSorted()).toEqual(['being-made', 'stands']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an image stays as long as what is made of it', () => {
  expect([imageState([]), imageState([{ state: 'left' }, { state: 'kept' }])]).toEqual(['left', 'kept']);
  expect(imageState([{ state: 'kept' }, { state: 'in use' }])).toBe('in use');
});

test('what is for pods stays on the bridge, whatever the way out; everything else goes its way', () => {
  const lines = guardRules('br-0123456789ab', ['10.244.0.0/16', '10.96.0.0/16', '10.244.0.0/16'], 77)
    .trim()
    .split('\n');
  expect(lines[0]).toBe('add table ip mcx_lab_guard_77 { flags owner; }');
  expect(lines.filter((line) => line.includes('drop'))).toEqual([
    'add rule ip mcx_lab_guard_77 forward iifname "br-0123456789ab" oifname != "br-0123456789ab" ' +
      'ip daddr { 10.244.0.0/16, 10.96.0.0/16 } counter drop',
  ]);
});
