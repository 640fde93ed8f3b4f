import { startEmulator } from '../kit/start.ts';
import { openClient } from './client.ts';

await startEmulator(async () => (await import('./config.ts')).clientConfigSchema, openClient);
