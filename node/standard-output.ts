import sonicBoom from 'sonic-boom';
import type { DestinationStream } from 'pino';

/** What waits for a reader, bytes: lines beyond it are dropped. Nobody's cart waits for a log. */
const WAITING_MAX = 4 << 20;

/** How long a process that has ended in order waits for the reader of its last lines. */
export const LAST_LINES_MS = 1000;

export interface StandardOutput extends DestinationStream {
  /** For a process that is about to end: resolves with true when every line is written or its reader is gone, with false when that took too long. Never rejects. */
  written(deadlineMs: number): Promise<boolean>;
  /** For a last line, which nothing comes behind. It may overtake one that is being written, and waits for the reader. */
  flushSync(): void;
}

/**
 * Standard output for a log. Nothing waits for its reader while the process runs.
 *
 * What pino opens by itself is written at the exit, and that never ends when the reader is gone, as when both are told to stop by the same Ctrl-C: sonic-boom 4 repeats whatever write
 * failed, 5 only those that may succeed.
 */
export function standardOutput(): StandardOutput {
  const stream = new sonicBoom.SonicBoom({ fd: 1, maxLength: WAITING_MAX });
  let waiting = 0;
  let gone = false;
  const ends = new Set<() => void>();
  const settle = (): void => {
    if (waiting > 0 && !gone) return;
    for (const end of ends) end();
  };
  stream.on('write', (bytes: number) => {
    waiting -= bytes;
    settle();
  });
  stream.on('drop', (line: string) => (waiting -= Buffer.byteLength(line)));
  stream.on('error', () => {
    gone = true;
    settle();
  });
  return {
    write(line) {
      waiting += Buffer.byteLength(line);
      stream.write(line);
    },
    flushSync() {
      try {
        stream.flushSync();
      } catch {
        // Nobody reads it.
      }
      waiting = 0;
    },
    written(deadlineMs) {
      if (waiting === 0 || gone) return Promise.resolve(true);
      return new Promise((resolve) => {
        const done = (all: boolean) => (): void => {
          clearTimeout(timer);
          ends.delete(written);
          resolve(all);
        };
        const written = done(true);
        const timer = setTimeout(done(false), deadlineMs);
        ends.add(written);
      });
    },
  };
}
