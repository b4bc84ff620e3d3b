import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CartApp } from './app.ts';

/** Connections open at once; beyond it new ones are dropped by the operating system's own signal, a closed connection. */
const CONNECTIONS_MAX = 20_000;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const KEEP_ALIVE_MS = 75_000;
const IDLE_CHECK_MS = 50;

/** The listening socket of the cart API. */
export class HttpServer {
  readonly #server: Server;

  constructor(app: CartApp) {
    this.#server = createServer(
      {
        // Slow clients don't hold a connection for nothing: Slowloris.
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        // Longer than the idle time of the usual load balancers (60 s), so that they close first.
        keepAliveTimeout: KEEP_ALIVE_MS,
        connectionsCheckingInterval: 1000,
        maxHeaderSize: 16_384,
      },
      app.koa.callback() as Parameters<typeof createServer>[1],
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Resolves with the port. Rejects when the address can't be had. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, 1024, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Stops accepting, lets what is under way finish, and cuts what is left when `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const idle = setInterval(() => this.#server.closeIdleConnections(), IDLE_CHECK_MS);
    const cut = (): void => this.#server.closeAllConnections();
    this.#server.closeIdleConnections();
    if (deadline.aborted) cut();
    deadline.addEventListener('abort', cut, { once: true });
    try {
      await closed;
    } finally {
      clearInterval(idle);
      deadline.removeEventListener('abort', cut);
    }
  }
}
