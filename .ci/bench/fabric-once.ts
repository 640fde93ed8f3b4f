import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { netnsFabric } from '../../lab/fabric/netns/netns-fabric.ts';
import { addressesOf } from '../../lab/run/blueprint/addresses.ts';
import { blueprintOf } from '../../lab/run/blueprint/blueprint.ts';
import { siteOf } from '../../lab/run/blueprint/site.ts';
import { openClusterFabric } from '../../lab/run/house/cluster-fabric.ts';
import { configurationSchema } from '../../lab/run/settings/configuration.ts';

/*
 * `fabric-once.ts FOLDER netns`, inside a fresh outer namespace, or `fabric-once.ts FOLDER kind`; one line of JSON on standard
 * output.
 */

const configuration = configurationSchema.parse({});
const partner = addressesOf(configuration)[1];
if (!partner) throw new Error('the default configuration has two agencies');
const [folder = '.', name] = process.argv.slice(2);
const path = join(folder, 'arrival.pcap');
const clusters = name === 'kind' ? openClusterFabric({ fabric: name, say: () => undefined }) : undefined;
const site = siteOf(name === 'kind' ? name : 'netns');
const word = 'first packet';

const asked = performance.now();
const fabric = await (clusters ?? netnsFabric()).up(blueprintOf(configuration, 1, 0, site).fabric);
const up = performance.now() - asked;
// Side by side, as the lab does it; the sender repeats until the packet is there, so that neither waits for the other.
const node = await fabric.address('b-node');
const program = `while read -r; do printf '${word}' > /dev/udp/${node}/${partner.nodePorts.agencies}; done`;
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
await clusters?.close();
process.exit(0);
