import sonicBoom from 'sonic-boom';
import type { DestinationStream } from 'pino';

/** Lines that wait for a reader, characters: beyond it they are dropped. Nobody's cart waits for a log. */
const WAITING_MAX = 4 << 20;

/**
 * Standard output for a log: nothing waits for its reader while the process runs; what is left then is written at the exit.
 *
 * What pino opens by itself waits at the exit for ever when the reader is gone, as when both are told to stop by the same Ctrl-C: sonic-boom 4 repeats whatever write failed, 5 only
 * those that may succeed.
 */
export function standardOutput(): DestinationStream {
  const stream = new sonicBoom.SonicBoom({ fd: 1, maxLength: WAITING_MAX });
  // Of a reader that is gone nobody can be told.
  stream.on('error', () => undefined);
  process.once('exit', () => {
    try {
      stream.flushSync();
    } catch {
      // Nor here.
    }
  });
  return stream;
}
