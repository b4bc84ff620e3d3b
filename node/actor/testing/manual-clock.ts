import type { Clock } from '../clock.ts';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  #wallMs = 1_790_000_000_000;
  #monotonicMs = 1000;
  readonly #sleepers = new Set<Sleeper>();

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** How many sleep at the moment: a test waits for this before it moves time. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Sleeper = {
        untilMs: this.#monotonicMs + delayMs,
        wake: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** The wall clock is set anew; sleepers and the monotonic clock know nothing of it. */
  jump(ms: number): void {
    this.#wallMs += ms;
  }

  advance(ms: number): void {
    this.#wallMs += ms;
    this.#monotonicMs += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.untilMs > this.#monotonicMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}
