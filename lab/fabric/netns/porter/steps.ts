import type { Cable, Request } from './netlink.ts';
import type { Item } from './words.ts';

/** One thing that the porter does in a place; it fails with words that say what failed. */
export type Step =
  /** Network namespaces, by the names that they have in /run/netns. */
  | { readonly verb: 'namespaces'; readonly names: readonly string[] }
  /** Links between namespaces, or in one. */
  | { readonly verb: 'lay'; readonly cables: readonly Cable[] }
  /** A setting below /proc/sys; `*` in the path is every name in that folder. What is not there needs no setting. */
  | { readonly verb: 'write'; readonly path: string; readonly value: number }
  /** A file's text, as stdout. */
  | { readonly verb: 'read'; readonly path: string }
  /** One UDP datagram, by a socket that stays. */
  | { readonly verb: 'send'; readonly address: string; readonly port: number; readonly text: string }
  /** Requests to the kernel, in order. */
  | { readonly verb: 'netlink'; readonly family: number; readonly requests: readonly Request[] }
  /** Deletes what a dump shows and `only` takes. */
  | {
      readonly verb: 'sweep';
      readonly dump: Request;
      /** The type of the message that deletes. */
      readonly kind: number;
      readonly only: { readonly byte: number; readonly value: number; readonly is: boolean };
    }
  /** A program, to its end; its exit code must be 0. */
  | { readonly verb: 'run'; readonly command: readonly string[]; readonly input: string }
  /** A program that goes on; streams go to `ignore`, `pipe` or, but for stdin, a path. `nice` 0 is nobody's wish. */
  | {
      readonly verb: 'launch';
      readonly stdin: 'ignore' | 'pipe';
      readonly stdout: string;
      readonly stderr: string;
      readonly nice: number;
      readonly command: readonly string[];
    }
  /** To the stdin of what a job launched. */
  | { readonly verb: 'tell'; readonly job: number; readonly text: string };

export function run(command: readonly string[], lines: readonly string[] = []): Step {
  return { verb: 'run', command, input: lines.map((line) => `${line}\n`).join('') };
}

/** Rules, all or none. */
export function nft(text: string): Step {
  return run(['nft', '-f', '-'], [text]);
}

/** `verb`, and its words as porter.pl says. */
export function itemsOf(step: Step): Item[] {
  switch (step.verb) {
    case 'namespaces':
      return [step.verb, ...step.names];
    case 'lay':
      return [step.verb, ...step.cables.flatMap(({ name, message, far, near = '' }) => [name, message, far, near])];
    case 'write':
      return [step.verb, step.path, step.value];
    case 'read':
      return [step.verb, step.path];
    case 'send':
      return [step.verb, step.address, step.port, step.text];
    case 'netlink':
      return [step.verb, step.family, ...step.requests.flatMap(({ name, message }) => [name, message])];
    case 'sweep': {
      const { dump, kind, only } = step;
      return [step.verb, dump.name, dump.message, kind, only.byte, only.value, Number(only.is)];
    }
    case 'run':
      return [step.verb, step.input, ...step.command];
    case 'launch':
      return [step.verb, step.stdin, step.stdout, step.stderr, step.nice, ...step.command];
    case 'tell':
      return [step.verb, step.job, step.text];
  }
}

/** What stands before a failing step's own words, which name all else but the program. */
export function nameOf(step: Step | undefined): string {
  if (step?.verb === 'launch') return `${step.command[0]}: `;
  return step?.verb === 'run' ? `${step.command.join(' ')}: ` : '';
}
