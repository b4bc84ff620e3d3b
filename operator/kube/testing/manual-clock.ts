import type { Clock } from '../clock.ts';

interface Sleeper {
  readonly untilMs: number;
  readonly wake: () => void;
}

/**
 * Time that stands still until a test moves it. It moves from one sleeper to the next, and everything that follows from one waking happens
 * before the next one wakes.
 */
export class ManualClock implements Clock {
  readonly #startMs: number;
  #nowMs = 1000;
  readonly #sleepers = new Set<Sleeper>();

  constructor(startMs = 1_790_000_000_000) {
    this.#startMs = startMs;
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  /** How many sleep at the moment. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** When the next one wakes, monotonic ms; Infinity: nobody sleeps. */
  get nextMs(): number {
    let nextMs = Infinity;
    for (const { untilMs } of this.#sleepers) if (untilMs < nextMs) nextMs = untilMs;
    return nextMs;
  }

  sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason as Error);
      };
      const sleeper: Sleeper = {
        // No timer is faster than this.
        untilMs: this.#nowMs + Math.max(1, delayMs),
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

  /** Moves time on. What happens over sockets is not waited for. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settled();
    while (this.nextMs <= untilMs) {
      this.#nowMs = Math.max(this.#nowMs, this.nextMs);
      for (const sleeper of this.#sleepers) {
        if (sleeper.untilMs > this.#nowMs) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
      await settled();
    }
    this.#nowMs = untilMs;
  }

  /** The clock of a machine whose wall clock is wrong, or whose clocks run at another rate. */
  skewed({ wallOffsetMs = 0, rate = 1 }: { readonly wallOffsetMs?: number; readonly rate?: number }): Clock {
    return {
      wallMs: () => this.#startMs + wallOffsetMs + this.#nowMs * rate,
      monotonicMs: () => this.#nowMs * rate,
      sleep: (delayMs, signal) => this.sleep(delayMs / rate, signal),
    };
  }
}

/** Resolves when everything has happened that needs neither time nor a socket. */
export function settled(): Promise<void> {
  // Promises are run to their end before the event loop turns.
  return new Promise((resolve) => setImmediate(resolve));
}
