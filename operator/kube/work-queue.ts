import { backoffMs } from './backoff.ts';
import type { BackoffOptions } from './backoff.ts';
import type { Clock } from './clock.ts';

export interface WorkQueueObserver {
  /** A key was added that was not there. */
  added(): void;
  /** A key was taken, after it waited for so long. */
  taken(waitedMs: number): void;
  /** Work on a key ended. */
  done(workedMs: number): void;
  /** A key was added after a failure. */
  retried(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** The wait after a key's first failure, and the longest. */
  readonly backoff?: BackoffOptions;
  readonly observer?: WorkQueueObserver;
}

const BACKOFF: BackoffOptions = { minMs: 5, maxMs: 1_000_000 };

interface Delayed {
  readonly atMs: number;
  readonly timer: AbortController;
}

/**
 * Keys that something has to be done about.
 *
 * A key is in it at most once, however often it is added, so it never has more entries than there are objects. Nobody gets a key that
 * somebody else is working on; when it is added meanwhile, it comes again after that. So every addition is followed by work that starts
 * later than it.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #backoff: BackoffOptions;
  readonly #observer: WorkQueueObserver | undefined;
  /** Keys that have to be worked on, with the time since when. */
  readonly #dirty = new Map<string, number>();
  /** Of these, the ones that nobody is working on, in their order. */
  readonly #waiting = new Set<string>();
  readonly #processing = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string) => void)[] = [];

  constructor({ clock, backoff = BACKOFF, observer }: WorkQueueOptions) {
    this.#clock = clock;
    this.#backoff = backoff;
    this.#observer = observer;
  }

  /** Keys that wait for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Keys that will be added later. */
  get delayed(): number {
    return this.#delayed.size;
  }

  /** For how long each key that is being worked on has been, ms. */
  get processingMs(): readonly number[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#processing.values()].map((sinceMs) => nowMs - sinceMs);
  }

  add(key: string): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.set(key, this.#clock.monotonicMs());
    this.#observer?.added();
    if (!this.#processing.has(key)) this.#offer(key);
  }

  /** Adds the key in a while. Of several, the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const atMs = this.#clock.monotonicMs() + delayMs;
    const before = this.#delayed.get(key);
    if (before !== undefined && before.atMs <= atMs) return;
    before?.timer.abort();
    const delayed = { atMs, timer: new AbortController() };
    this.#delayed.set(key, delayed);
    this.#clock.sleep(delayMs, delayed.timer.signal).then(
      () => {
        this.#delayed.delete(key);
        this.add(key);
      },
      () => undefined,
    );
  }

  /** Adds the key after a wait that doubles with each of its failures, and is at least `leastMs`. */
  addAfterFailure(key: string, leastMs = 0): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#observer?.retried();
    this.addAfter(key, Math.max(backoffMs(this.#backoff, failures), leastMs));
  }

  /** The key's failures are over. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, as soon as there is one; it is the caller's until `done`. Rejects with the signal's reason when aborted. */
  take(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const [key] = this.#waiting;
      if (key !== undefined) {
        this.#hand(key, resolve);
        return;
      }
      const abort = (): void => {
        this.#takers.splice(this.#takers.indexOf(taker), 1);
        reject(signal.reason as Error);
      };
      const taker = (taken: string): void => {
        signal.removeEventListener('abort', abort);
        resolve(taken);
      };
      this.#takers.push(taker);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  /** Work on the key has ended, well or not. */
  done(key: string): void {
    const sinceMs = this.#processing.get(key);
    if (sinceMs === undefined) return;
    this.#processing.delete(key);
    this.#observer?.done(this.#clock.monotonicMs() - sinceMs);
    if (this.#dirty.has(key)) this.#offer(key);
  }

  /** Forgets everything but what is being worked on. */
  clear(): void {
    this.#dirty.clear();
    this.#waiting.clear();
    this.#failures.clear();
    for (const { timer } of this.#delayed.values()) timer.abort();
    this.#delayed.clear();
  }

  #offer(key: string): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.add(key);
    else this.#hand(key, taker);
  }

  #hand(key: string, taker: (key: string) => void): void {
    const nowMs = this.#clock.monotonicMs();
    const sinceMs = this.#dirty.get(key) ?? nowMs;
    this.#waiting.delete(key);
    this.#dirty.delete(key);
    this.#processing.set(key, nowMs);
    this.#observer?.taken(nowMs - sinceMs);
    taker(key);
  }
}
