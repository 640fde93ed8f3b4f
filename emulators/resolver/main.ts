import { startEmulator } from '../kit/start.ts';
import { resolverConfigSchema } from './config.ts';
import { buildResolver } from './resolver.ts';

await startEmulator(resolverConfigSchema, buildResolver);
