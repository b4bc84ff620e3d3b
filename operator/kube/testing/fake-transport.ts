import { abortable } from '../deadline.ts';
import type { FakeApiServer } from './fake-api-server.ts';
import type { Transport, TransportRequest, TransportResponse } from '../transport.ts';

/**
 * Reaches a fake API server in the same process, without sockets: what follows from a request happens before the event loop turns, so that
 * a simulation is the same every time.
 */
export class FakeTransport implements Transport {
  readonly host = 'fake';
  readonly #server: FakeApiServer;
  readonly #token: string;
  /** Nothing gets through, in neither direction, and nobody is told. */
  #partitioned = false;
  #healed: (() => void)[] = [];

  constructor(server: FakeApiServer, token = '') {
    this.#server = server;
    this.#token = token;
  }

  /** Cuts this client off: requests hang until their deadline, watches fall silent. */
  partition(): void {
    this.#partitioned = true;
  }

  heal(): void {
    this.#partitioned = false;
    for (const go of this.#healed.splice(0)) go();
  }

  async send({ method, path, headers, body, signal }: TransportRequest): Promise<TransportResponse> {
    signal.throwIfAborted();
    await abortable(this.#open(), signal);
    const authorized = { ...headers, authorization: `Bearer ${this.#token}` };
    const request = { method, path, headers: authorized, body: body ?? '', signal };
    const response = await abortable(this.#server.handle(request), signal);
    await abortable(this.#open(), signal);
    const { status, body: content } = response;
    return { status, headers: response.headers ?? {}, body: this.#bytes(content, signal) };
  }

  async *#bytes(content: string | AsyncIterable<string>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (typeof content === 'string') {
      yield Buffer.from(content);
      return;
    }
    for await (const text of content) {
      await abortable(this.#open(), signal);
      yield Buffer.from(text);
    }
  }

  /** Resolves when the way is free. */
  async #open(): Promise<void> {
    while (this.#partitioned) await new Promise<void>((resolve) => this.#healed.push(resolve));
  }
}
