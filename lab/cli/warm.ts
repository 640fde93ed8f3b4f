import { join } from 'node:path';
import { judgeRun, readPlan } from '../run/judge/judge.ts';

/*
 * Loads what a run loads, and judges once, so that the first run finds every module compiled (NODE_COMPILE_CACHE of
 * `preflight.sh`): shards that begin side by side on a cold cache strip and compile the same modules each for itself.
 */
await import('./run.ts');
await import('../run/house/open-house.ts');
await import('../run/live/director.ts');
await import('../run/live/world.ts');
await import('../fabric/netns/netns-fabric.ts');
await import('../../emulators/kit/start/start.ts');
await import('../../emulators/agency/server.ts');
await import('../../emulators/client/client.ts');
await import('../../emulators/edge/proxy.ts');
await import('../../emulators/resolver/resolver.ts');
await import('../../emulators/stranger/stranger.ts');

const project = join(import.meta.dirname, '..', '..');
const golden = join(project, 'lab', 'verdict', 'golden');
await judgeRun(project, golden, await readPlan(golden));
