import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { CartApp } from './app.ts';

/** Connections open at once; beyond it new ones are dropped by the operating system's own signal, a closed connection. */
const CONNECTIONS_MAX = 20_000;
const KEEP_ALIVE_MS = 75_000;
const IDLE_CHECK_MS = 50;

/** How long a client may take; slow ones don't hold a connection for nothing: Slowloris. */
export interface Patience {
  readonly headersMs: number;
  /** Headers and body. */
  readonly requestMs: number;
  /** How often it is looked at. */
  readonly checkMs: number;
}

const patienceDefaults: Patience = { headersMs: 10_000, requestMs: 15_000, checkMs: 1000 };

/** The listening socket of the cart API. */
export class HttpServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(app: CartApp, patience = patienceDefaults) {
    const handle = app.koa.callback() as RequestListener;
    this.#server = createServer(
      {
        headersTimeout: patience.headersMs,
        requestTimeout: patience.requestMs,
        // Longer than the idle time of the usual load balancers (60 s), so that they close first.
        keepAliveTimeout: KEEP_ALIVE_MS,
        connectionsCheckingInterval: patience.checkMs,
        maxHeaderSize: 16_384,
        // The application refuses it, as it does everything else.
        requireHostHeader: false,
      },
      handle,
    );
    // Nothing is expected of us that we would not do anyway.
    this.#server.on('checkExpectation', handle);
    this.#server.on('clientError', (error, socket) => refuse(app, error, socket));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
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
    const idle = setInterval(() => this.#closeIdle(), IDLE_CHECK_MS);
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

  /** Browsers and load balancers open connections ahead of need. To Node, one on which nothing ever came is not idle. */
  #closeIdle(): void {
    this.#server.closeIdleConnections();
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}

/** What is on the connection is no HTTP, or did not come in time: it is told so and closed, as Node does it by itself, but for the answer's shape. */
function refuse(app: CartApp, error: NodeJS.ErrnoException, socket: Duplex): void {
  // Node's own handler looks at the same: an answer whose head is out can't be followed by another.
  const { _httpMessage: answering } = socket as { _httpMessage?: { readonly headersSent: boolean } | null };
  const answer = app.refusalOf(error);
  if (answer === null || !socket.writable || answering?.headersSent === true) socket.destroy();
  else socket.end(answer, () => socket.destroy());
}
