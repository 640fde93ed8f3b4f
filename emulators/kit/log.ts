/**
 * One line of JSON to stderr for each thing that a person who debugs would want to know. Never evidence: verdicts come
 * from packets.
 */
export interface Log {
  /** Ordinary course. */
  info(what: string, more?: LogFields): void;
  /** Something from outside was refused or not understood. */
  warn(what: string, more?: LogFields): void;
  /** A fault of this program. Counted: `faults` is part of what `describe` shows. */
  fault(what: string, error: unknown, more?: LogFields): void;
  readonly faults: number;
}

export type LogFields = Readonly<Record<string, unknown>>;

/** At most so many warnings a second are written: a flood of bad datagrams must not become a flood of lines. */
const warningsPerSecond = 20;

export function openLog(name: string, write: (line: string) => void = writeStderr): Log {
  let faults = 0;
  let second = 0;
  let warnings = 0;
  let swallowed = 0;
  const line = (level: string, what: string, more: LogFields = {}) =>
    write(`${JSON.stringify({ at: new Date().toISOString(), name, level, what, ...more })}\n`);
  return {
    info: (what, more) => line('info', what, more),
    warn: (what, more) => {
      const now = Math.floor(performance.now() / 1000);
      if (now !== second) {
        if (swallowed > 0) line('warn', 'warnings not written', { count: swallowed });
        second = now;
        warnings = 0;
        swallowed = 0;
      }
      warnings += 1;
      if (warnings > warningsPerSecond) swallowed += 1;
      else line('warn', what, more);
    },
    fault: (what, error, more) => {
      faults += 1;
      const stack = error instanceof Error ? error.stack : String(error);
      line('fault', what, { ...more, error: stack, faults });
    },
    get faults() {
      return faults;
    },
  };
}

/** For tests and for those who do not care. */
export const silentLog: Log = openLog('', () => {});

function writeStderr(text: string): void {
  process.stderr.write(text);
}
