import { Backoff } from './backoff.ts';
import {
  ApiError,
  errorOf,
  isGone,
  isThrottled,
  MalformedWatchError,
  retryAfterMsOf,
  SilentWatchError,
} from './errors.ts';
import { isAtLeast, keyOf } from './object.ts';
import type { ApiClient } from './api-client.ts';
import type { BackoffOptions } from './backoff.ts';
import type { Clock, Random } from './clock.ts';
import type { KubeObject, Resource } from './object.ts';
import type { Selection } from './paths.ts';
import type { Store } from './store.ts';
import type { WatchEvent } from './watch-stream.ts';

/** Why a watch had to be begun anew. */
export const restartCauses = [
  /** The API server ended it, as it does every few minutes. */
  'ended',
  /** It was time to list anew. */
  'relist',
  /** The version to go on from is no longer there. */
  'gone',
  /** Nothing came for too long. */
  'silent',
  /** What came was not an event. */
  'malformed',
  /** The API server asks for less. */
  'throttled',
  /** It refuses: no permission, no such kind, not let in. */
  'refused',
  /** It failed. */
  'failed',
  /** It could not be reached, or the connection broke. */
  'unreachable',
  /** It listed an older state than it had shown before. */
  'stale',
] as const;

export type RestartCause = (typeof restartCauses)[number];

export interface ReflectorObserver {
  /** `error` is null when nothing is wrong. */
  restarted(kind: string, cause: RestartCause, error: Error | null): void;
}

export interface ReflectorOptions<T extends KubeObject> extends Selection {
  readonly client: ApiClient;
  readonly resource: Resource;
  readonly store: Store<T>;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer?: ReflectorObserver;
  readonly pageSize?: number;
  readonly backoff?: BackoffOptions;
  /** Lists anew when a watch ends and the last list is older, ms; Infinity: never without a need. */
  readonly relistMs?: number;
  /** A watch that nothing came from for so long is given up, ms; well above the minute that API servers take between bookmarks. */
  readonly inactivityMs?: number;
}

const PAGE_SIZE = 500;
const BACKOFF: BackoffOptions = { minMs: 800, maxMs: 30_000 };
/** API servers mean to send a bookmark every minute, and now and then leave one out. */
const INACTIVITY_MS = 150_000;
/** The API server ends a watch after this and up to twice as long: spread, so that not all come back at once. */
const WATCH_SECONDS = 300;
/** A watch that lived for less is not a sign that all is well. */
const HEALTHY_MS = 5000;
/** After this many older lists in a row the API server is believed: it was restored from a backup. */
const STALE_LISTS_MAX = 5;

/**
 * Keeps a store like the API server's collection: lists it, watches from there, goes on where a watch ended, and lists anew where that is
 * impossible. Nothing that goes wrong ends it; it comes back with a growing wait, and the store stays as it was meanwhile.
 */
export class Reflector<T extends KubeObject = KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #backoff: Backoff;
  readonly #scope: string | null;
  /** From where to watch; null: list first. */
  #resourceVersion: string | null = null;
  /** The newest version that was ever shown. */
  #newest: string | null = null;
  #staleLists = 0;
  #listedMs = -Infinity;
  #lastEventMs: number;
  #synced = false;
  /** Since when the watch has been accepted. */
  #watchingMs = Infinity;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(options.backoff ?? BACKOFF, options.random);
    this.#scope = options.namespace ?? null;
    this.#lastEventMs = options.clock.monotonicMs();
  }

  get kind(): string {
    return this.#options.resource.kind;
  }

  /** Whether the store has been filled once. */
  get hasSynced(): boolean {
    return this.#synced;
  }

  /** How long ago the API server gave its last sign of life on this collection: a list, an event or a bookmark, ms. */
  get lastEventAgeMs(): number {
    return this.#options.clock.monotonicMs() - this.#lastEventMs;
  }

  /** Runs until it is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, observer } = this.#options;
    for (;;) {
      this.#watchingMs = Infinity;
      const { cause, error } = await this.#cycle(signal);
      if (signal.aborted) return;
      observer?.restarted(this.kind, cause, error);
      const healthy = clock.monotonicMs() - this.#watchingMs >= HEALTHY_MS;
      if (healthy) this.#backoff.reset();
      if (healthy && error === null) continue;
      try {
        await clock.sleep(Math.max(this.#backoff.nextMs(), retryAfterMsOf(error)), signal);
      } catch {
        return;
      }
    }
  }

  /** Lists if need be and watches until that ends. Never rejects. */
  async #cycle(signal: AbortSignal): Promise<{ cause: RestartCause; error: Error | null }> {
    const { clock, relistMs = Infinity } = this.#options;
    try {
      const due = clock.monotonicMs() - this.#listedMs >= relistMs;
      if (this.#resourceVersion === null || due) {
        if (!(await this.#list(signal))) {
          return { cause: 'stale', error: new Error('the API server listed an older state than before') };
        }
      }
      await this.#watch(signal);
      return { cause: clock.monotonicMs() - this.#listedMs >= relistMs ? 'relist' : 'ended', error: null };
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const cause = causeOf(error);
      // What was lost on a broken connection is sent again from the same version; after these, nobody knows what was lost.
      if (cause === 'gone' || cause === 'malformed') this.#resourceVersion = null;
      return { cause, error };
    }
  }

  /** False when the list is not to be believed yet. */
  async #list(signal: AbortSignal): Promise<boolean> {
    const { client, resource, store, clock, pageSize: limit = PAGE_SIZE } = this.#options;
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const list = await client.listAll<T>(resource, {
      namespace,
      labelSelector,
      fieldSelector,
      limit,
      signal,
    });
    if (this.#newest !== null && isAtLeast(list.resourceVersion, this.#newest) === false) {
      this.#staleLists += 1;
      if (this.#staleLists < STALE_LISTS_MAX) return false;
      this.#newest = null;
    }
    this.#staleLists = 0;
    this.#listedMs = clock.monotonicMs();
    store.replace(this.#scope, list.items, list.resourceVersion);
    this.#advanced(list.resourceVersion);
    this.#synced = true;
    return true;
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, resource, random, inactivityMs = INACTIVITY_MS } = this.#options;
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const stream = await client.watch(resource, {
      namespace,
      labelSelector,
      fieldSelector,
      resourceVersion: this.#resourceVersion as string,
      timeoutSeconds: Math.round(WATCH_SECONDS * (1 + random())),
      inactivityMs,
      signal,
    });
    this.#watchingMs = this.#lastEventMs = this.#options.clock.monotonicMs();
    for await (const event of stream) this.#take(event);
  }

  #take(event: WatchEvent): void {
    const { store, resource } = this.#options;
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        store.put(this.#scope, event.object as T);
        this.#advanced(event.object.metadata.resourceVersion as string);
        return;
      case 'DELETED':
        store.remove(keyOf(event.object.metadata));
        store.advance(this.#scope, event.object.metadata.resourceVersion as string);
        this.#advanced(event.object.metadata.resourceVersion as string);
        return;
      case 'BOOKMARK':
        store.advance(this.#scope, event.resourceVersion);
        this.#advanced(event.resourceVersion);
        return;
      case 'ERROR':
        // Whatever it says, from here on events may be missing.
        this.#resourceVersion = null;
        throw errorOf(`watch ${resource.plural}`, event.status);
    }
  }

  #advanced(resourceVersion: string): void {
    this.#resourceVersion = resourceVersion;
    this.#newest = resourceVersion;
    this.#lastEventMs = this.#options.clock.monotonicMs();
  }
}

function causeOf(error: Error): RestartCause {
  if (isGone(error)) return 'gone';
  if (isThrottled(error)) return 'throttled';
  if (error instanceof ApiError) return error.status < 500 ? 'refused' : 'failed';
  if (error instanceof SilentWatchError) return 'silent';
  if (error instanceof MalformedWatchError) return 'malformed';
  return 'unreachable';
}
