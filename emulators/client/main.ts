import { startEmulator } from '../kit/start.ts';
import { openClient } from './client.ts';
import { clientConfigSchema } from './config.ts';

await startEmulator(clientConfigSchema, openClient);
