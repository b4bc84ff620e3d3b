import { pino } from 'pino';
import { cartDigest } from '../http/cart-id.ts';
import { standardOutput } from '../standard-output.ts';
import type { DestinationStream, Logger } from 'pino';
import type { RequestDone } from '../http/app.ts';

/** JSON lines on standard output. */
export function createLogger(
  level: string,
  name: string,
  destination: DestinationStream = standardOutput(),
): Logger {
  const options = {
    level,
    base: { node: name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // Nothing logs these on purpose. Should somebody some day, they still don't appear.
    redact: {
      paths: ['*.cookie', '*.authorization', '*.token', '*["set-cookie"]', 'headers'],
      censor: '[redacted]',
    },
  };
  return pino(options, destination);
}

/** A cart's id is a bearer secret: logs show eight digits of its hash, enough to follow one cart and not to open it. */
export function hashedCart(cart: string): string {
  return cartDigest(cart);
}

/** At most one line a request: what went wrong here at `error`, what the node could not do at `warn`, everything else at `debug`. */
export function logRequest(
  logger: Logger,
  { route, method, status, durationMs, cart, problem, span }: RequestDone,
): void {
  const level = status === 500 ? 'error' : status > 500 ? 'warn' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  logger[level](
    {
      route,
      method: method.slice(0, 16),
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      ...(cart !== null && { cart: hashedCart(cart) }),
      ...(span && { trace: span.traceId }),
      ...(problem !== null && {
        code: problem.code,
        detail: problem.message,
        instance: problem.instance,
      }),
      ...(status === 500 && { err: problem?.cause }),
    },
    'request',
  );
}
