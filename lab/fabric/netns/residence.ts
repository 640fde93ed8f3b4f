import { dirname } from 'node:path';
import type { Residence } from '../fabric.ts';

/** Places share this machine's files; sockets are on the outer namespace's own tmpfs: short, and gone with it. */
export const residence: Residence = {
  node: process.execPath,
  project: dirname(dirname(dirname(import.meta.dirname))),
  sockets: '/run/netns/.cast',
  local: true,
};
