import type { Random } from './clock.ts';

export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Waits that double with every failure. Jittered, so that those who failed together don't come back together. */
export class Backoff {
  readonly #options: BackoffOptions;
  readonly #random: Random;
  #failures = 0;

  constructor(options: BackoffOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** Between three quarters and all of the wait, ms. */
  nextMs(): number {
    const waitMs = backoffMs(this.#options, this.#failures);
    this.#failures += 1;
    return waitMs * (0.75 + this.#random() / 4);
  }

  reset(): void {
    this.#failures = 0;
  }
}

/** The wait after this many failures before. */
export function backoffMs({ minMs, maxMs }: BackoffOptions, failures: number): number {
  // 2 ** 1024 is Infinity, and the smaller of the two is still right.
  return Math.min(maxMs, minMs * 2 ** failures);
}
