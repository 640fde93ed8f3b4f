import { startEmulator } from '../kit/start/start.ts';
import { openStranger } from './stranger.ts';

await startEmulator(async () => (await import('./config.ts')).strangerConfigSchema, openStranger);
