import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Whether the node takes requests, and what there is to know about it. */
export interface Readiness {
  readonly ready: boolean;
  /** Why it does not. */
  readonly reasons: readonly string[];
  /** What does not work although it does. */
  readonly warnings: readonly string[];
}

/** `/metrics`, `/livez` and `/readyz`, on a port of their own that is not for the outside. */
export class AdminServer {
  readonly #server: Server;

  constructor(registry: Registry, readiness: () => Readiness) {
    this.#server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
      void answer(request, response, registry, readiness);
    });
    this.#server.maxConnections = 256;
  }

  /** Resolves with the port. Rejects when the address can't be had. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

/** Never rejects. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  registry: Registry,
  readiness: () => Readiness,
): Promise<void> {
  const [path] = (request.url ?? '').split('?', 1);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'text/plain', 'only GET\n', { Allow: 'GET, HEAD' });
    return;
  }
  switch (path) {
    case '/livez':
      // That this code runs is the answer: the event loop turns.
      send(response, 200, 'text/plain', 'ok\n');
      return;
    case '/readyz': {
      const state = readiness();
      send(response, state.ready ? 200 : 503, 'application/json', `${JSON.stringify(state)}\n`);
      return;
    }
    case '/metrics':
      try {
        send(response, 200, registry.contentType, await registry.metrics());
      } catch (error) {
        send(response, 500, 'text/plain', `${String(error)}\n`);
      }
      return;
    default:
      send(response, 404, 'text/plain', '/metrics, /livez, /readyz\n');
  }
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(body);
}
