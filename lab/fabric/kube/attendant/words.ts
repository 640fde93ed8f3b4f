/**
 * What the lab says to an attendant, and what it answers: one JSON document a line, over whatever carries stdin and
 * stdout (kubectl exec, docker exec, a pipe). Every number `id` is the lab's.
 */
export type AttendantWord =
  | { readonly say: 'start'; readonly id: number; readonly argv: readonly string[]; readonly stdin: 'ignore' | 'pipe' }
  | { readonly say: 'write'; readonly id: number; readonly text: string }
  /** The end of the process's stdin. */
  | { readonly say: 'end'; readonly id: number }
  /** To the whole process group. */
  | { readonly say: 'signal'; readonly id: number; readonly signal: 'SIGUSR1' | 'SIGINT' | 'SIGTERM' | 'SIGKILL' }
  /** Passes on a file as it grows, until the lab has had enough; then the rest of it, and the file is removed. */
  | { readonly say: 'follow'; readonly id: number; readonly path: string }
  | { readonly say: 'enough'; readonly id: number }
  | { readonly say: 'read'; readonly id: number; readonly path: string }
  | { readonly say: 'write-file'; readonly id: number; readonly path: string; readonly text: string }
  | { readonly say: 'list'; readonly id: number; readonly path: string }
  | { readonly say: 'get'; readonly id: number; readonly url: string }
  /** Sends a text out of the interface with this address, and over lo, to the groups of the link. */
  | {
      readonly say: 'multicast';
      readonly id: number;
      readonly text: string;
      readonly from: string;
      readonly groups: readonly [outwards: string, loopback: string];
    }
  /** A process of each pod, found by the pods' UIDs in the control groups of all processes. */
  | { readonly say: 'find-pods'; readonly id: number; readonly uids: readonly string[] };

export type AttendantNews =
  | { readonly say: 'ready'; readonly pid: number }
  | { readonly say: 'started'; readonly id: number; readonly pid: number }
  | { readonly say: 'failed'; readonly id: number; readonly message: string }
  | { readonly say: 'stdout' | 'stderr'; readonly id: number; readonly text: string }
  | { readonly say: 'exited' | 'closed'; readonly id: number; readonly how: number | string }
  | { readonly say: 'bytes'; readonly id: number; readonly base64: string }
  | { readonly say: 'whole'; readonly id: number; readonly size: number }
  | { readonly say: 'text'; readonly id: number; readonly text: string }
  | { readonly say: 'names'; readonly id: number; readonly names: readonly string[] }
  | { readonly say: 'pids'; readonly id: number; readonly pids: Readonly<Record<string, number>> };
