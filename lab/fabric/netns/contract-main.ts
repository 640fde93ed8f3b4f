import { runContract } from '../fabric.contract.ts';
import { netnsFabric } from './netns-fabric.ts';

// Runs inside the outer namespace: progress on stderr, one JSON document on stdout. Exit code 1 when a probe differs.

const fabric = netnsFabric();
const started = performance.now();
const probes = await runContract(fabric, ({ id, expected, measured, same }) => {
  process.stderr.write(`${same ? 'same  ' : 'DIFFER'} ${id}: ${measured}${same ? '' : ` (expected ${expected})`}\n`);
});
const differing = probes.filter(({ same, notApplicable }) => !same && notApplicable === undefined);
const seconds = ((performance.now() - started) / 1000).toFixed(1);
process.stderr.write(`${probes.length} probes, ${differing.length} differ, ${seconds} s\n`);
process.stdout.write(`${JSON.stringify({ fabric: fabric.name, probes }, undefined, 2)}\n`);
process.exitCode = differing.length === 0 ? 0 : 1;
