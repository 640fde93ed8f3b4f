import { startEmulator } from '../kit/start.ts';
import { edgeConfigSchema } from './config.ts';
import { openEdge } from './proxy.ts';

await startEmulator(edgeConfigSchema, openEdge);
