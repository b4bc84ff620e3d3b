import { answerOf } from './client.ts';
import { until } from './until.ts';
import type { ClientReadableStream, ServiceError } from '@grpc/grpc-js';
import type { CartChange__Output } from '../../../proto/types/messages/CartChange.ts';
import type { Answer, TestClient } from './client.ts';

/** A client that watches a cart, and keeps what it was told. */
export class CartWatcher implements Disposable {
  readonly #stream: ClientReadableStream<object>;
  readonly seen: CartChange__Output[] = [];
  /** How it ended; null while it goes on. */
  end: Answer | null = null;

  constructor(client: TestClient, cartId: string, afterVersion?: number) {
    const request = afterVersion === undefined ? { cartId } : { cartId, afterVersion };
    this.#stream = client.stream('messages.CartActor/WatchState', request);
    this.#stream.on('error', (error: ServiceError) => (this.end = answerOf(error)));
    this.#stream.on('data', (change: CartChange__Output) => this.seen.push(change));
  }

  get versions(): number[] {
    return this.seen.map(({ version }) => version);
  }

  get last(): number | undefined {
    return this.seen.at(-1)?.version;
  }

  /** Reads no more until {@link resume}. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Resolves when it was told of that version. */
  reaches(version: number): Promise<void> {
    return until(`version ${version}`, () => this.last === version);
  }

  async ended(): Promise<Answer> {
    await until('the end of the watch', () => this.end !== null);
    return this.end as Answer;
  }

  [Symbol.dispose](): void {
    this.#stream.cancel();
  }
}
