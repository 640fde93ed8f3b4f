/** Where a stream of a launched process goes: nowhere, to whoever launched it, or to the end of a file. */
export type Outlet = 'ignore' | 'pipe' | { readonly log: string };

/** What the launcher is told. */
export type LaunchWord =
  | {
      readonly say: 'start';
      readonly id: number;
      readonly argv: readonly string[];
      readonly stdin: 'ignore' | 'pipe';
      readonly stdout: Outlet;
      readonly stderr: Outlet;
      /** Goes before whatever else the machine does. */
      readonly first: boolean;
    }
  | { readonly say: 'write'; readonly id: number; readonly text: string };

/** What the launcher tells; `exited` and `closed` with the exit code or the signal's name. */
export type LaunchNews =
  | { readonly say: 'started'; readonly id: number; readonly pid: number }
  | { readonly say: 'failed'; readonly id: number; readonly message: string }
  | { readonly say: 'stdout' | 'stderr'; readonly id: number; readonly text: string }
  | { readonly say: 'exited' | 'closed'; readonly id: number; readonly how: number | string };
