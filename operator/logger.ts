import { pino } from 'pino';
import { standardOutput } from '../node/standard-output.ts';
import type { DestinationStream, Logger } from 'pino';

/** JSON lines on standard output. */
export function createLogger(
  level: string,
  name: string,
  destination: DestinationStream = standardOutput(),
): Logger {
  const options = {
    level,
    base: { operator: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Nothing logs these on purpose. Should somebody some day, they still don't appear.
    redact: { paths: ['*.authorization', '*.token', '*.data', 'headers'], censor: '[redacted]' },
  };
  return pino(options, destination);
}
