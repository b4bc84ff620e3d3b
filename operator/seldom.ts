import { LRUCache } from 'lru-cache';
import type { Clock } from './kube/clock.ts';

const KEPT_MAX = 1000;

/** Says of what repeats when it is time again. */
export class Seldom {
  readonly #clock: Clock;
  readonly #lastMs = new LRUCache<string, number>({ max: KEPT_MAX });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True the first time, and then at most once in so many ms. */
  again(what: string, everyMs: number): boolean {
    const nowMs = this.#clock.monotonicMs();
    const lastMs = this.#lastMs.get(what);
    if (lastMs !== undefined && nowMs - lastMs < everyMs) return false;
    this.#lastMs.set(what, nowMs);
    return true;
  }
}
