import { startEmulator } from '../kit/start/start.ts';
import { openEdge } from './proxy.ts';

await startEmulator(async () => (await import('./config.ts')).edgeConfigSchema, openEdge);
