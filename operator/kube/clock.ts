import { setTimeout as wait } from 'node:timers/promises';

/** Time as an argument, so that tests and simulation can drive it. */
export interface Clock {
  /** Wall time, ms since 1970; may jump. For what is stored or shown. */
  wallMs(): number;
  /** Monotonic ms; for timeouts and order within this process. */
  monotonicMs(): number;
  /** Resolves after `delayMs`; rejects with the signal's reason when aborted. Does not keep the process alive. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) => wait(delayMs, undefined, { signal, ref: false }),
};

/** Uniform in [0, 1). */
export type Random = () => number;
