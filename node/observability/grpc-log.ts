import { hashedCart } from './logger.ts';
import type { Logger } from 'pino';
import type { CallDone } from '../grpc/calls.ts';

/** Problems of the node that no error of an inner layer is the cause of. */
const OURS: ReadonlySet<string> = new Set(['deadline-exceeded', 'node-overloaded', 'too-many-calls']);

/** At most one line a call: what went wrong here at `error`, what the node could not do at `warn`, everything else at `debug`. */
export function logCall(
  logger: Logger,
  { service, method, status, durationMs, cart, problem, span }: CallDone,
): void {
  const failed = problem !== null && (problem.cause !== undefined || OURS.has(problem.code));
  const level = problem?.code === 'internal-error' ? 'error' : failed ? 'warn' : 'debug';
  if (!logger.isLevelEnabled(level)) return;
  logger[level](
    {
      service,
      method,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      ...(cart !== null && { cart: hashedCart(cart) }),
      ...(span !== null && { trace: span.traceId }),
      ...(problem !== null && { code: problem.code, detail: problem.message, instance: problem.instance }),
      ...(level === 'error' && { err: problem?.cause }),
    },
    'call',
  );
}
