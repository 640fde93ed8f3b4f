import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { netnsFabric } from '../fabric/netns/netns-fabric.ts';
import { blueprintOf } from './blueprint/blueprint.ts';
import { embedded } from './blueprint/site.ts';
import { Grounds } from './house/ground.ts';
import { Stage } from './house/stage.ts';
import { embeddedNaming } from './names/naming.ts';
import { configurationSchema } from './settings/configuration.ts';

/** The process inside a held lab's namespace: `held.ts FOLDER`; brings one world up and stays until it is killed. */
const [folder = ''] = process.argv.slice(2);
const configuration = configurationSchema.parse(JSON.parse(await readFile(join(folder, 'configuration.json'), 'utf8')));
const blueprint = blueprintOf(configuration, 1);
const folders = { captures: join(folder, 'captures'), logs: join(folder, 'logs') };
const stage = new Stage(
  { grounds: new Grounds(netnsFabric()), naming: embeddedNaming, site: embedded },
  folders,
  () => undefined,
);
await stage.open({ id: 'held', configuration }, blueprint);
for (const ue of blueprint.topology.ues) await stage.act(ue.name, { do: 'register' });
const places = blueprint.topology.taps.map((tap) => tap.place);
await writeFile(join(folder, 'ready.part'), JSON.stringify([...new Set(places)]));
await rename(join(folder, 'ready.part'), join(folder, 'ready.json'));
setInterval(() => undefined, 60_000);
