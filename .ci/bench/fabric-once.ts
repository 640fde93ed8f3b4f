import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { netnsFabric } from '../../lab/fabric/netns/netns-fabric.ts';
import { addressesOf } from '../../lab/run/addresses.ts';
import { blueprintOf } from '../../lab/run/blueprint.ts';
import { configurationSchema } from '../../lab/run/configuration.ts';

/* Runs inside a fresh outer namespace: `fabric-once.ts FOLDER`; one line of JSON on standard output. */

const configuration = configurationSchema.parse({});
const partner = addressesOf(configuration)[1];
if (!partner) throw new Error('the default configuration has two agencies');
const path = join(process.argv[2] ?? '.', 'arrival.pcap');
const word = 'first packet';

const asked = performance.now();
const fabric = await netnsFabric().up(blueprintOf(configuration, 1).fabric);
const up = performance.now() - asked;
// Side by side, as the lab does it; the sender repeats until the packet is there, so that neither waits for the other.
const program = `while read -r; do printf '${word}' > /dev/udp/${partner.node}/${partner.nodePorts.agencies}; done`;
const [sender] = await Promise.all([
  fabric.converse('a-mcx', ['bash', '-c', program]),
  fabric.tap({ name: 'b-edge', place: 'b-edge', interface: 'eth0', path }),
]);
while (!(await readFile(path).catch(() => Buffer.alloc(0))).includes(word)) {
  sender.send('');
  await sleep(2);
}
const arrived = performance.now() - asked;
process.stdout.write(`${JSON.stringify({ up, arrived })}\n`);
await fabric.down();
process.exit(0);
