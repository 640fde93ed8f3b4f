import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Plan } from '../record/manifest.ts';
import { Judge } from './judge.ts';

test('a capture that cannot be read decides nothing, and says which it is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcx-judge-test-'));
  try {
    mkdirSync(join(folder, 'captures', 'one'), { recursive: true });
    writeFileSync(join(folder, 'captures', 'one', 'a-node.pcap'), '');
    const plan = { features: [], scenarios: [{ id: 'one' }] } as unknown as Plan;
    const [judged] = await new Judge(join(import.meta.dirname, '../../..'), folder, plan).finish();
    expect(judged).toMatchObject({
      id: 'one',
      verdict: 'inconclusive',
      reason: 'CAPTURE-FORMAT: this is no capture file (captures/one/a-node.pcap)',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});
