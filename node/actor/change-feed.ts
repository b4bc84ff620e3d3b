import { pastChanges, readHistory, readRecords } from './cart-history.ts';
import { RetriableError } from './errors.ts';
import { SlowReaderError, Subscription } from './subscription.ts';
import type { Journal, StoredRecord } from '../journal/port.ts';
import type { HistoryPage } from './cart-history.ts';
import type { Clock } from './clock.ts';
import type { GrainPool, Watch } from './grain.ts';
import type { FeedEvent } from './subscription.ts';

export interface FeedOptions {
  /** Readers of this node. */
  readonly watchersMax: number;
  /** Readers of one cart. */
  readonly perCartMax: number;
  /** Changes that may wait for one reader; beyond it the reader is cut. */
  readonly bufferMax: number;
}

export const feedDefaults: FeedOptions = { watchersMax: 5000, perCartMax: 64, bufferMax: 256 };

/** For metrics. */
export interface FeedObserver {
  /** A reader was cut because it was too slow. */
  readerCut(): void;
}

export interface FeedContext {
  readonly pool: GrainPool;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly observer: FeedObserver;
}

/** Who missed more than this begins anew with the state: reading on would take longer than looking. */
const MISSED_VERSIONS_MAX = 4096;
const MISSED_BYTES_MAX = 256 * 1024;
/** How often carts that nobody made yet are looked for: another process may make one. */
const UNMADE_CHECK_MS = 5000;
const UNMADE_AT_ONCE = 64;
const FULL_RETRY_MS = 5000;

/**
 * Carts' changes, for as many readers as come, from any version on.
 *
 * A reader gets the state first and then each change; one that resumes behind a version gets the changes it missed, from the journal, and
 * then each further one: every version once and in order. Where what it missed is no longer kept (or is too much, or the cart is at an
 * earlier version: it expired, or the journal was put back), the state comes again, and only then.
 *
 * What ends a cart's activation here (the session was fenced, another node owns it, this one shuts down) ends its readers with that error;
 * they resume with the version they have, where the cart then is. A cart with readers stays in memory, and this session's: it neither
 * leaves the pool nor expires.
 *
 * A cart that nobody made yet is watched at version 0. It belongs to nobody, so another process may make it without a word: who waits for
 * it is told within seconds, by the end of the watch.
 */
export class ChangeFeed {
  readonly #context: FeedContext;
  readonly #options: FeedOptions;
  readonly #readers = new Map<string, Set<Subscription>>();
  #size = 0;
  #closing = false;

  constructor(context: FeedContext, options: FeedOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** Readers at the moment. */
  get size(): number {
    return this.#size;
  }

  /**
   * The cart's changes behind `after`; undefined: the state, then every change. The caller reads or closes what it gets.
   * Throws as a read does, and {@link RetriableError} `watchers-full` or `closing`.
   */
  async open(id: string, after?: number): Promise<Subscription> {
    this.#admit(id);
    const { reader, leaveWith } = this.#enter(id);
    try {
      const watch = await this.#context.pool.watch(id, reader);
      leaveWith(watch);
      reader.begin(await this.#first(id, watch, after), watch.cart.version);
      return reader;
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** The cart's changes that are kept, from a version on. Throws as a read does. */
  history(id: string, fromVersion: number, limit: number): Promise<HistoryPage> {
    return readHistory(this.#context, id, fromVersion, limit);
  }

  /** Looks after carts that nobody made yet. Resolves when `signal` aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#context.clock.sleep(UNMADE_CHECK_MS, signal);
      } catch {
        return;
      }
      const unmade = [...this.#readers].filter(([, readers]) => isUnmade(readers)).map(([id]) => id);
      for (let at = 0; at < unmade.length; at += UNMADE_AT_ONCE) {
        await Promise.all(unmade.slice(at, at + UNMADE_AT_ONCE).map((id) => this.#lookFor(id)));
      }
    }
  }

  /** Takes no more readers, and ends those that are there once they have what is on its way to them. */
  close(): void {
    this.#closing = true;
    for (const readers of [...this.#readers.values()]) {
      for (const reader of [...readers]) reader.ended(closing());
    }
  }

  #admit(id: string): void {
    if (this.#closing) throw closing();
    const { watchersMax, perCartMax } = this.#options;
    if (this.#size >= watchersMax) throw full(`${watchersMax} readers follow the carts of this node`);
    if ((this.#readers.get(id)?.size ?? 0) >= perCartMax)
      throw full(`${perCartMax} readers follow this cart`);
  }

  /** Counted from now on, so that no more than the bound get in while carts are loaded. */
  #enter(id: string): { reader: Subscription; leaveWith: (watch: Watch) => void } {
    let watch: Watch | null = null;
    const reader = new Subscription(this.#options.bufferMax, (why) => {
      watch?.stop();
      this.#size -= 1;
      const readers = this.#readers.get(id);
      readers?.delete(reader);
      if (readers?.size === 0) this.#readers.delete(id);
      if (why instanceof SlowReaderError) this.#context.observer.readerCut();
    });
    let readers = this.#readers.get(id);
    if (readers === undefined) this.#readers.set(id, (readers = new Set()));
    readers.add(reader);
    this.#size += 1;
    return {
      reader,
      leaveWith: (begun) => {
        watch = begun;
        // It may be over already: the node was told to stop while the cart was loaded.
        if (reader.signal.aborted) begun.stop();
      },
    };
  }

  /** What comes before the first live change. */
  async #first(id: string, { cart, seq }: Watch, after: number | undefined): Promise<readonly FeedEvent[]> {
    if (after === cart.version) return [];
    const state: readonly FeedEvent[] = [{ kind: 'state', cart }];
    if (after === undefined || after > cart.version || cart.version - after > MISSED_VERSIONS_MAX)
      return state;
    // A record makes at least one version: what was missed is not further back than so many records.
    const records = await readRecords(
      this.#context.journal,
      id,
      Math.max(1, seq - (cart.version - after) + 1),
    );
    if (bytesOf(records) > MISSED_BYTES_MAX) return state;
    const missed = pastChanges(records).filter(({ version }) => version > after && version <= cart.version);
    if (missed.length !== cart.version - after) return state;
    return missed.map((change) => ({
      kind: 'change',
      ...change,
      cart: change.version === cart.version ? cart : null,
    }));
  }

  async #lookFor(id: string): Promise<void> {
    let error: Error;
    try {
      if ((await this.#context.pool.read(id)).version === 0) return;
      error = new RetriableError('ownership-lost', 'another node made this cart', 100);
    } catch (cause) {
      // It is somebody's, and that is news. What else may be wrong is no reason to end anything.
      if (!(cause instanceof RetriableError) || cause.code !== 'cart-owned-elsewhere') return;
      error = cause;
    }
    const readers = this.#readers.get(id);
    // Made here meanwhile, they have heard of it.
    if (readers !== undefined && isUnmade(readers)) for (const reader of [...readers]) reader.ended(error);
  }
}

/** They all watch the same activation: one speaks for all. */
function isUnmade(readers: ReadonlySet<Subscription>): boolean {
  for (const { version } of readers) if (version !== null) return version === 0;
  return false;
}

function bytesOf(records: readonly StoredRecord[]): number {
  return records.reduce((sum, { record }) => sum + record.length, 0);
}

function closing(): RetriableError {
  return new RetriableError('closing', 'this node is shutting down', 1000);
}

function full(message: string): RetriableError {
  return new RetriableError('watchers-full', message, FULL_RETRY_MS);
}
