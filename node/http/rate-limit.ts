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
  readonly #perMs: number;
  readonly #buckets: LRUCache<string, Bucket>;
  readonly #monotonicMs: () => number;
  #exhaustedUntilMs = -Infinity;

  /** `perMinute` 0: no limit. */
  constructor(perMinute: number, monotonicMs: () => number, keysMax = KEYS_MAX) {
    this.#perMinute = perMinute;
    this.#perMs = perMinute / 60_000;
    this.#monotonicMs = monotonicMs;
    // By size, though all have one: by number, room for all of them would be made at once, 5 MB a limit.
    this.#buckets = new LRUCache({ maxSize: keysMax, sizeCalculation: () => 1 });
  }

  /** Takes one. Returns 0, or the ms after which the next one is there. */
  take(key: string): number {
    if (this.#perMinute === 0) return 0;
    const bucket = this.#bucket(key);
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.#perMs;
    this.#spend(bucket);
    return 0;
  }

  /** False when nobody at all has to wait: nobody's bucket need be looked at. */
  get exhausted(): boolean {
    return this.#monotonicMs() < this.#exhaustedUntilMs;
  }

  /** The ms after which the next one may be taken; 0: now. */
  waitMs(key: string): number {
    if (this.#perMinute === 0) return 0;
    const { tokens } = this.#bucket(key);
    return tokens < 1 ? (1 - tokens) / this.#perMs : 0;
  }

  /** Takes one, also where none is left: then the wait for the next is longer. */
  charge(key: string): void {
    if (this.#perMinute > 0) this.#spend(this.#bucket(key));
  }

  #spend(bucket: Bucket): void {
    bucket.tokens -= 1;
    if (bucket.tokens >= 1) return;
    const refilledMs = bucket.atMs + (1 - bucket.tokens) / this.#perMs;
    this.#exhaustedUntilMs = Math.max(this.#exhaustedUntilMs, refilledMs);
  }

  #bucket(key: string): Bucket {
    const nowMs = this.#monotonicMs();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: this.#perMinute, atMs: nowMs };
      this.#buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + (nowMs - bucket.atMs) * this.#perMs);
    bucket.atMs = nowMs;
    return bucket;
  }
}
