import { startEmulator } from '../kit/start/start.ts';
import { buildResolver } from './resolver.ts';

await startEmulator(async () => (await import('./config.ts')).resolverConfigSchema, buildResolver);
