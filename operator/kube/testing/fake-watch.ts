import type { Clock } from '../clock.ts';
import type { KubeObject } from '../object.ts';
import type { Collection, StoredEvent } from './collections.ts';
import type { Matcher } from './selectors.ts';

/** The connection was cut. */
export class CutError extends Error {
  override readonly name = 'CutError';
  readonly code = 'ECONNRESET';

  constructor() {
    super('the connection was cut');
  }
}

export interface FakeWatchOptions {
  readonly collection: Collection;
  readonly matches: Matcher;
  /** Watches from here; null: what is there comes first. */
  readonly version: number | null;
  readonly timeoutMs: number;
  /** Null: none. */
  readonly bookmarkMs: number | null;
  readonly clock: Clock;
  /** The version that nothing is missing up to. */
  readonly current: () => number;
  readonly ended: (watch: FakeWatch) => void;
}

/** One watch as the API server has it open. What goes out is a sequence of lines. */
export class FakeWatch implements AsyncIterable<string> {
  readonly plural: string;
  readonly #options: FakeWatchOptions;
  readonly #stop = new AbortController();
  readonly #unlisten: () => void;
  #lines: string[] = [];
  #wake: (() => void) | null = null;
  #frozen = false;
  #over = false;
  #error: Error | null = null;

  constructor(options: FakeWatchOptions) {
    this.#options = options;
    this.plural = options.collection.resource.plural;
    this.#unlisten = options.collection.listen((event) => this.#pass(event));
    const past = options.version === null ? null : options.collection.since(options.version);
    if (options.version === null) {
      for (const object of options.collection.list()) this.#add('ADDED', object);
    } else if (past === null) {
      this.error(410, 'Expired', `too old resource version: ${options.version}`);
    } else for (const event of past) this.#pass(event);
    void this.#keepTime();
  }

  /** Whether the client or the server has ended it. */
  get over(): boolean {
    return this.#over;
  }

  /** From now on nothing goes out, and nobody is told: a half-closed connection. */
  freeze(): void {
    this.#frozen = true;
  }

  /** What was held back goes out. */
  thaw(): void {
    this.#frozen = false;
    this.#wake?.();
  }

  /** Ends it properly, as the API server does after a while. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#unlisten();
    this.#stop.abort();
    this.#wake?.();
    this.#options.ended(this);
  }

  /** Breaks the connection. */
  cut(): void {
    this.#frozen = false;
    this.#lines = [];
    this.#error ??= new CutError();
    this.end();
  }

  /** Sends a status as the last event. */
  error(code: number, reason: string, message: string, details: object = {}): void {
    const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details };
    this.sendRaw(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
    this.end();
  }

  bookmark(): void {
    const { kind, group, version } = this.#options.collection.resource;
    const object = {
      kind,
      apiVersion: group === '' ? version : `${group}/${version}`,
      metadata: { resourceVersion: String(this.#options.current()), creationTimestamp: null },
    };
    this.sendRaw(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** Sends anything: half a line, or no JSON. */
  sendRaw(text: string): void {
    if (this.#over) return;
    this.#lines.push(text);
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    try {
      for (;;) {
        if (this.#lines.length > 0 && !this.#frozen) yield this.#lines.splice(0).join('');
        else if (this.#over && !this.#frozen) break;
        else {
          await new Promise<void>((resolve) => (this.#wake = resolve));
          this.#wake = null;
        }
      }
      if (this.#error !== null) throw this.#error;
    } finally {
      this.end();
    }
  }

  /** The client has gone. */
  left(): void {
    this.#frozen = false;
    this.end();
  }

  #pass({ before, after }: StoredEvent): void {
    const { matches } = this.#options;
    const was = before !== undefined && matches(before);
    const is = after !== undefined && matches(after);
    if (is) this.#add(was ? 'MODIFIED' : 'ADDED', after);
    else if (was) {
      // What no longer matches is gone for this watch; its event has the version of the change.
      const resourceVersion = after?.metadata.resourceVersion ?? before.metadata.resourceVersion;
      this.#add('DELETED', {
        ...before,
        metadata: { ...before.metadata, ...(resourceVersion !== undefined && { resourceVersion }) },
      });
    }
  }

  #add(type: string, object: KubeObject): void {
    this.sendRaw(`${JSON.stringify({ type, object })}\n`);
  }

  /** Never rejects. */
  async #keepTime(): Promise<void> {
    const { clock, timeoutMs, bookmarkMs } = this.#options;
    const untilMs = clock.monotonicMs() + timeoutMs;
    for (;;) {
      const leftMs = untilMs - clock.monotonicMs();
      if (leftMs <= 0) break;
      try {
        await clock.sleep(Math.min(leftMs, bookmarkMs ?? Infinity), this.#stop.signal);
      } catch {
        return;
      }
      if (bookmarkMs !== null) this.bookmark();
    }
    this.end();
  }
}
