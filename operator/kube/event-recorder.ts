import { LRUCache } from 'lru-cache';
import { isAlreadyExists, isNotFound, retryAfterMsOf } from './errors.ts';
import { microTime } from './micro-time.ts';
import { WorkQueue } from './work-queue.ts';
import { events } from './resources.ts';
import type { ApiClient } from './api-client.ts';
import type { Clock, Random } from './clock.ts';
import type { KubeObject } from './object.ts';

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  /** Why, as one word: `RolloutFailed`. */
  readonly reason: string;
  /** What was done or tried, as one word: `Rollout`. */
  readonly action: string;
  /** For people. */
  readonly note: string;
  readonly related?: KubeObject;
}

/** What became of an event: a new one was written, a repetition was counted, or it was left out. */
export type EventOutcome = 'written' | 'repeated' | 'limited' | 'failed';

export interface EventRecorderOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Who reports, as a qualified name: `example.com/operator`. */
  readonly controller: string;
  /** Which process of it. */
  readonly instance: string;
  readonly observer?: { recorded(outcome: EventOutcome, error: unknown): void };
}

/** Without a repetition for this long, the next one is a new event. */
const SERIES_MS = 360_000;
/** How often the count of a series is written. */
const COUNT_MS = 60_000;
const SERIES_MAX = 2048;
const OBJECTS_MAX = 4096;
/** So many events about one object at once, and then one every so often. */
const BURST = 25;
const REFILL_MS = 300_000;
const ATTEMPTS_MAX = 5;
/** What the API server takes. */
const NOTE_BYTES_MAX = 1024;

interface Series {
  /** As it is written first; keeps nothing of the object but a reference. */
  readonly event: KubeObject;
  isWritten: boolean;
  count: number;
  writtenCount: number;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/**
 * Tells people by events what was done to an object. It never makes anybody wait and never fails anybody: what can't be written is tried a
 * few times and then left out. The same once more is counted, not written again.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #queue: WorkQueue;
  readonly #series = new LRUCache<string, Series>({ max: SERIES_MAX });
  readonly #buckets = new LRUCache<string, Bucket>({ max: OBJECTS_MAX });

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    this.#queue = new WorkQueue({ clock: options.clock, backoff: { minMs: 500, maxMs: 30_000 } });
  }

  /** Events that wait to be written. */
  get pending(): number {
    return this.#queue.depth + this.#queue.delayed;
  }

  record(regarding: KubeObject, text: EventText): void {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const key = keyOfSeries(regarding, text);
    const series = this.#series.get(key);
    if (series !== undefined && nowMs - series.lastMs < SERIES_MS) {
      series.count += 1;
      series.lastMs = nowMs;
      this.#outcome('repeated');
      // The first repetition is written at once, from then on now and then.
      if (series.count === 2) this.#queue.add(key);
      else this.#queue.addAfter(key, COUNT_MS);
      return;
    }
    if (!this.#allows(regarding.metadata.uid ?? key, nowMs)) {
      this.#outcome('limited');
      return;
    }
    const event = this.#eventOf(regarding, text);
    this.#series.set(key, { event, isWritten: false, count: 1, writtenCount: 0, lastMs: nowMs });
    this.#queue.add(key);
  }

  /** Writes until it is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      let key: string;
      try {
        key = await this.#queue.take(signal);
      } catch {
        return;
      }
      await this.#write(key, signal);
      this.#queue.done(key);
    }
  }

  async #write(key: string, signal: AbortSignal): Promise<void> {
    // Gone when there were too many others meanwhile.
    const series = this.#series.get(key);
    if (series === undefined || series.writtenCount === series.count) return;
    try {
      const isNew = !series.isWritten;
      series.writtenCount = await (isNew ? this.#create(series, signal) : this.#patch(series, signal));
      this.#queue.forget(key);
      if (series.writtenCount < series.count) this.#queue.addAfter(key, isNew ? 0 : COUNT_MS);
    } catch (error) {
      if (signal.aborted) return;
      if (isNotFound(error) && series.isWritten) {
        // Events are deleted after an hour.
        this.#series.delete(key);
        return;
      }
      if (this.#queue.failures(key) < ATTEMPTS_MAX - 1) {
        this.#queue.addAfterFailure(key, retryAfterMsOf(error));
        return;
      }
      this.#queue.forget(key);
      this.#series.delete(key);
      this.#outcome('failed', error);
    }
  }

  /** Resolves with the count that the event has. */
  async #create(series: Series, signal: AbortSignal): Promise<number> {
    try {
      await this.#options.client.create(events, series.event, { signal });
    } catch (error) {
      // An attempt whose answer was lost had written it.
      if (!isAlreadyExists(error)) throw error;
    }
    series.isWritten = true;
    this.#outcome('written');
    return 1;
  }

  async #patch({ event, count, ...series }: Series, signal: AbortSignal): Promise<number> {
    const { client, clock } = this.#options;
    const lastMs = clock.wallMs() - (clock.monotonicMs() - series.lastMs);
    const patch = { series: { count, lastObservedTime: microTime(lastMs) } };
    await client.patch(events, event.metadata, patch, { signal });
    return count;
  }

  #eventOf(regarding: KubeObject, text: EventText): KubeObject {
    const { clock, controller, instance } = this.#options;
    const { name, namespace = 'default' } = regarding.metadata;
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: this.#newName(name), namespace },
      eventTime: microTime(clock.wallMs()),
      reportingController: controller,
      reportingInstance: instance.slice(0, 128),
      type: text.type,
      reason: text.reason,
      action: text.action,
      note: shortened(text.note),
      regarding: referenceTo(regarding),
      ...(text.related !== undefined && { related: referenceTo(text.related) }),
    };
    return event;
  }

  #newName(regarding: string): string {
    const { random } = this.#options;
    const digits = (): string =>
      Math.floor(random() * 0x1_0000_0000)
        .toString(16)
        .padStart(8, '0');
    // Names have at most 253 characters.
    return `${regarding.slice(0, 230)}.${digits()}${digits()}`;
  }

  #allows(object: string, nowMs: number): boolean {
    const before = this.#buckets.get(object) ?? { tokens: BURST, atMs: nowMs };
    const tokens = Math.min(BURST, before.tokens + (nowMs - before.atMs) / REFILL_MS);
    this.#buckets.set(object, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    return tokens >= 1;
  }

  #outcome(outcome: EventOutcome, error: unknown = null): void {
    this.#options.observer?.recorded(outcome, error);
  }
}

function keyOfSeries(regarding: KubeObject, { type, reason, action, note, related }: EventText): string {
  const { namespace, name, uid } = regarding.metadata;
  return JSON.stringify([uid, namespace, name, type, reason, action, note, related?.metadata.uid]);
}

function referenceTo({ apiVersion, kind, metadata }: KubeObject): object {
  const { namespace, name, uid, resourceVersion } = metadata;
  return { apiVersion, kind, namespace, name, uid, resourceVersion };
}

function shortened(note: string): string {
  const bytes = new TextEncoder().encode(note);
  if (bytes.length <= NOTE_BYTES_MAX) return note;
  // A character that was cut in two at the end is dropped.
  const text = new TextDecoder().decode(bytes.subarray(0, NOTE_BYTES_MAX - 3), { stream: true });
  return `${text}…`;
}
