import type { Clock } from './clock.ts';

/** Time ran out for something that was waited for. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** Nobody sees it. One for all: every request ends a deadline, and an error of its own is a quarter of what that costs. */
const ENDED = new DeadlineError('it ended in time');

export interface Deadline {
  /** Aborted when time is over, or with the parent. */
  readonly signal: AbortSignal;
  /** To be called when what had to end has ended. */
  end(): void;
}

export function startDeadline(clock: Clock, timeoutMs: number, parent: AbortSignal | undefined): Deadline {
  const running = new AbortController();
  const timer = new AbortController();
  const onParent = (): void => running.abort(parent?.reason);
  parent?.addEventListener('abort', onParent, { once: true });
  if (parent?.aborted === true) onParent();
  clock.sleep(timeoutMs, timer.signal).then(
    () => running.abort(new DeadlineError(`not done within ${timeoutMs} ms`)),
    () => undefined,
  );
  return {
    signal: running.signal,
    end: () => {
      timer.abort(ENDED);
      parent?.removeEventListener('abort', onParent);
    },
  };
}

/**
 * Runs something that has to end: after `timeoutMs`, or when `parent` is aborted, its signal is aborted and the promise rejects with the
 * reason, whether or not `run` listens. What `run` makes of it later is nobody's business any more.
 */
export async function withDeadline<T>(
  clock: Clock,
  timeoutMs: number,
  parent: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(clock, timeoutMs, parent);
  try {
    deadline.signal.throwIfAborted();
    return await abortable(run(deadline.signal), deadline.signal);
  } finally {
    deadline.end();
  }
}

/** The promise's outcome, or the signal's reason when that comes first. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    promise.finally(() => signal.removeEventListener('abort', abort)).then(resolve, reject);
  });
}
