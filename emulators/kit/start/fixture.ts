import { z } from 'zod';
import { systemClock } from '../clock.ts';
import { processSchema } from '../config.ts';
import { startEmulator } from './start.ts';

/** The smallest emulator, with the faults that `start.test.ts` asks for. */
const schema = z.strictObject({ process: processSchema, mode: z.enum(['good', 'late', 'no-socket', 'stuck']) });

await startEmulator(
  async () => schema,
  (config, { ids, clock }) => {
    if (config.mode === 'no-socket') throw new Error('EADDRINUSE');
    if (config.mode === 'late')
      clock.after(300, () => {
        throw new Error('acts although it was closed');
      });
    return {
      control: {
        describe: () => ({ tag: ids.tag() }),
        'hang-up': () => {
          systemClock.after(0, () => {
            throw new Error('a bug in a timer');
          });
        },
        'release-floor': () => {
          void Promise.reject(new Error('a bug in a promise'));
        },
      },
      close: () => (config.mode === 'stuck' ? new Promise(() => {}) : undefined),
    };
  },
);
