import { startEmulator } from '../kit/start/start.ts';
import { openAgency } from './server.ts';

await startEmulator(async () => (await import('./config.ts')).agencyConfigSchema, openAgency);
