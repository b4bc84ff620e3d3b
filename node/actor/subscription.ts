import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { CartChange, Watcher } from './grain.ts';

export type FeedEvent =
  /** Where the reader stands now, whatever it knew before. */
  | { readonly kind: 'state'; readonly cart: Cart }
  /** The one change between the version before and this one. */
  | {
      readonly kind: 'change';
      readonly version: number;
      /** Time of its record, ms since 1970. */
      readonly atMs: number;
      readonly mutation: Mutation;
      /** The cart at this version. Null for changes that the reader missed and that newer ones follow: only the newest has it. */
      readonly cart: Cart | null;
    };

/** The reader took less than the cart gave, for longer than the buffer reaches or it was waited for. It may resume from what it has. */
export class SlowReaderError extends Error {
  override readonly name = 'SlowReaderError';

  constructor() {
    super('the reader took less than the cart gave');
  }
}

/**
 * One reader of a cart's changes: reads them with `for await`, in order, each version once.
 *
 * The loop ends when {@link close} is called, or by throwing why there is no more: `SlowReaderError`, or the error with which the watch of
 * the cart ended. The latter comes after every event that came before it, the former at once.
 */
export class Subscription implements Watcher, AsyncIterable<FeedEvent> {
  readonly #bufferMax: number;
  /** Once, when nothing more will come, with the reason. */
  readonly #left: (why: Error | 'closed') => void;
  readonly #ended = new AbortController();
  /** What precedes the live changes; null until it is known. */
  #first: FeedEvent[] | null = null;
  #live: FeedEvent[] = [];
  #over: Error | 'closed' | null = null;
  #wake: (() => void) | null = null;
  #version: number | null = null;

  constructor(bufferMax: number, left: (why: Error | 'closed') => void) {
    this.#bufferMax = bufferMax;
    this.#left = left;
  }

  /** Aborts as soon as it is over: for who waits for something other than the next event. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** The newest version that is on its way to the reader; null before the first is known. */
  get version(): number | null {
    return this.#version;
  }

  /** What comes before every change since the watch began, which ends at `version`. Once. */
  begin(first: readonly FeedEvent[], version: number): void {
    this.#version ??= version;
    // Who was cut meanwhile gets nothing more.
    this.#first ??= [...first];
    this.#wake?.();
  }

  changed({ cart, mutation, atMs }: CartChange): void {
    if (this.#over !== null) return;
    if (this.#live.length >= this.#bufferMax) {
      this.cut();
      return;
    }
    this.#version = cart.version;
    this.#live.push({ kind: 'change', version: cart.version, atMs, mutation, cart });
    this.#wake?.();
  }

  ended(error: Error): void {
    this.#end(error);
  }

  /** The reader is too slow: whoever carries the events to it may find that, too. */
  cut(): void {
    this.#drop();
    this.#end(new SlowReaderError());
  }

  /** The reader leaves. */
  close(): void {
    this.#drop();
    this.#end('closed');
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<FeedEvent, void, void> {
    try {
      for (;;) {
        const event = this.#take();
        if (event !== undefined) {
          yield event;
          continue;
        }
        if (this.#over === 'closed') return;
        if (this.#over !== null) throw this.#over;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = null;
      }
    } finally {
      this.close();
    }
  }

  #take(): FeedEvent | undefined {
    if (this.#first === null) return undefined;
    return this.#first.shift() ?? this.#live.shift();
  }

  /** What waits is not read any more. */
  #drop(): void {
    this.#first = [];
    this.#live = [];
  }

  #end(why: Error | 'closed'): void {
    if (this.#over !== null) return;
    this.#over = why;
    this.#left(why);
    this.#ended.abort(why === 'closed' ? undefined : why);
    this.#wake?.();
  }
}
