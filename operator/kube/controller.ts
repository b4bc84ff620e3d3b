import { startDeadline } from './deadline.ts';
import { retryAfterMsOf } from './errors.ts';
import type { Clock } from './clock.ts';
import type { WorkQueue } from './work-queue.ts';

export interface ReconcileResult {
  /** Look at it again after this, ms, though nothing may have changed. */
  readonly requeueAfterMs?: number;
}

/**
 * Looks at what is and does what is needed about this key. Its signal is aborted when its time is over, or when this process may no longer
 * act; it has to end then, as the key is nobody else's before that.
 */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<ReconcileResult>;

/** Trying again would fail again: the key waits for its next change. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
}

export type ReconcileOutcome = 'success' | 'requeue_after' | 'requeue' | 'error' | 'terminal_error';

export interface ControllerObserver {
  started(): void;
  /** `error` is null unless the outcome is an error. */
  ended(key: string, outcome: ReconcileOutcome, durationMs: number, error: unknown): void;
}

export interface ControllerOptions {
  readonly queue: WorkQueue;
  readonly reconcile: Reconcile;
  readonly clock: Clock;
  readonly workers: number;
  /** The longest that one call may take, ms. */
  readonly timeoutMs?: number;
  readonly observer?: ControllerObserver;
}

const TIMEOUT_MS = 120_000;

/** Workers that take keys from a queue and have them reconciled. What goes wrong with one key costs that key a wait, and nothing else. */
export class Controller {
  readonly #options: ControllerOptions;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Works until it is aborted; resolves when no call is under way any more. Never rejects. May be run again. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.workers }, () => this.#work(signal)));
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { queue } = this.#options;
    while (!signal.aborted) {
      let key: string;
      try {
        key = await queue.take(signal);
      } catch {
        return;
      }
      await this.#handle(key, signal);
      queue.done(key);
    }
  }

  /** Never rejects. */
  async #handle(key: string, signal: AbortSignal): Promise<void> {
    const { queue, reconcile, clock, observer, timeoutMs = TIMEOUT_MS } = this.#options;
    const deadline = startDeadline(clock, timeoutMs, signal);
    const startedMs = clock.monotonicMs();
    let outcome: ReconcileOutcome;
    let failure: unknown = null;
    observer?.started();
    try {
      const { requeueAfterMs } = await reconcile(key, deadline.signal);
      queue.forget(key);
      outcome = requeueAfterMs === undefined ? 'success' : 'requeue_after';
      if (requeueAfterMs !== undefined) queue.addAfter(key, requeueAfterMs);
    } catch (error) {
      [outcome, failure] = this.#failed(key, signal, error);
    } finally {
      deadline.end();
    }
    observer?.ended(key, outcome, clock.monotonicMs() - startedMs, failure);
  }

  #failed(key: string, signal: AbortSignal, error: unknown): [ReconcileOutcome, unknown] {
    const { queue } = this.#options;
    if (signal.aborted) {
      // Whoever acts next finds it in the queue.
      queue.add(key);
      return ['requeue', null];
    }
    if (error instanceof TerminalError) {
      queue.forget(key);
      return ['terminal_error', error];
    }
    queue.addAfterFailure(key, retryAfterMsOf(error));
    return ['error', error];
  }
}
