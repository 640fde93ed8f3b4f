import { startEmulator } from '../kit/start.ts';
import { agencyConfigSchema } from './config.ts';
import { openAgency } from './server.ts';

await startEmulator(agencyConfigSchema, openAgency);
