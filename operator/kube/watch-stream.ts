import { abortable } from './deadline.ts';
import { MalformedWatchError, NoAnswerError, SilentWatchError } from './errors.ts';
import type { Clock } from './clock.ts';
import type { Status } from './errors.ts';
import type { KubeObject } from './object.ts';

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** Nothing happened up to this version. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }
  /** The watch is over, and this is why. */
  | { readonly type: 'ERROR'; readonly status: Status };

export interface WatchStreamOptions {
  readonly clock: Clock;
  /** Aborting it ends the reading of the body. */
  readonly reading: AbortController;
  readonly inactivityMs: number;
}

/** An object is at most 1.5 MiB in etcd; its JSON may be somewhat longer. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

/**
 * The events of one watch, a line each, until the API server ends it. To be iterated once; leaving the loop ends the watch.
 *
 * Throws when nothing comes for `inactivityMs` (a connection may die without anybody saying so), when a line is not an event (what was
 * lost with it nobody knows), and when the connection breaks.
 */
export class WatchStream implements AsyncIterable<WatchEvent> {
  readonly #body: AsyncIterator<Uint8Array>;
  readonly #options: WatchStreamOptions;
  readonly #ended: () => void;
  #lastMs: number;

  constructor(body: AsyncIterable<Uint8Array>, options: WatchStreamOptions, ended: () => void) {
    this.#body = body[Symbol.asyncIterator]();
    this.#options = options;
    this.#ended = ended;
    this.#lastMs = options.clock.monotonicMs();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchEvent, void, undefined> {
    const { clock, reading } = this.#options;
    const lines = new LineSplitter();
    const watchdog = new AbortController();
    void this.#watchSilence(watchdog.signal);
    try {
      for (;;) {
        const next = await abortable(this.#body.next(), reading.signal);
        if (next.done === true) break;
        this.#lastMs = clock.monotonicMs();
        for (const line of lines.push(next.value)) yield readEvent(line);
      }
      if (lines.pending > 0) throw new NoAnswerError('the watch ended within an event');
    } catch (error) {
      if (error instanceof SilentWatchError || error instanceof MalformedWatchError) throw error;
      if (error instanceof NoAnswerError) throw error;
      throw new NoAnswerError(`the watch broke: ${String(error)}`, { cause: error });
    } finally {
      watchdog.abort();
      this.close();
    }
  }

  /** Ends the watch. */
  close(): void {
    this.#ended();
    this.#options.reading.abort();
    // A body may reject when it is left; nobody is interested any more.
    this.#body.return?.().catch(() => undefined);
  }

  /** Never rejects. */
  async #watchSilence(signal: AbortSignal): Promise<void> {
    const { clock, reading, inactivityMs } = this.#options;
    for (;;) {
      const leftMs = this.#lastMs + inactivityMs - clock.monotonicMs();
      if (leftMs <= 0) {
        reading.abort(new SilentWatchError(`nothing came for ${inactivityMs} ms`));
        return;
      }
      try {
        await clock.sleep(leftMs, signal);
      } catch {
        return;
      }
    }
  }
}

/** Cuts a stream of bytes into lines. */
class LineSplitter {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** Bytes of the line that has not ended yet. */
  get pending(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      this.#chunks.push(chunk.subarray(from, end));
      lines.push(Buffer.concat(this.#chunks).toString());
      this.#chunks = [];
      this.#bytes = 0;
      from = end + 1;
    }
    if (from < chunk.length) {
      this.#chunks.push(chunk.subarray(from));
      this.#bytes += chunk.length - from;
      if (this.#bytes > LINE_BYTES_MAX) {
        throw new MalformedWatchError(`an event of more than ${LINE_BYTES_MAX} bytes`);
      }
    }
    return lines;
  }
}

function readEvent(line: string): WatchEvent {
  let event: { readonly type?: unknown; readonly object?: unknown } | null;
  try {
    event = JSON.parse(line) as typeof event;
  } catch (cause) {
    throw new MalformedWatchError(`no JSON: ${line.slice(0, 80)}`, { cause });
  }
  const object = event?.object as (Partial<KubeObject> & Status) | null | undefined;
  switch (event?.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      if (!isObject(object)) break;
      return { type: event.type, object };
    case 'BOOKMARK': {
      const resourceVersion = object?.metadata?.resourceVersion;
      if (typeof resourceVersion !== 'string') break;
      return { type: 'BOOKMARK', resourceVersion };
    }
    case 'ERROR':
      return { type: 'ERROR', status: object ?? {} };
  }
  throw new MalformedWatchError(`no event: ${line.slice(0, 80)}`);
}

function isObject(object: Partial<KubeObject> | null | undefined): object is KubeObject {
  const metadata = object?.metadata;
  return (
    typeof object?.kind === 'string' &&
    typeof object.apiVersion === 'string' &&
    typeof metadata?.name === 'string' &&
    typeof metadata.resourceVersion === 'string'
  );
}
