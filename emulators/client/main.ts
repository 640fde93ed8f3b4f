import { startEmulator } from '../kit/start/start.ts';
import { openClient } from './client.ts';

await startEmulator(async () => (await import('./config.ts')).clientConfigSchema, openClient);
