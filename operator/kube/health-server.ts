import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface HealthChecks {
  /** Why this process should be ended and started anew; empty: it should not. */
  live(): readonly string[];
  /** Why it can't do its work yet; empty: it can. */
  ready(): readonly string[];
}

/** `/livez`, `/readyz` and `/metrics`. */
export class HealthServer {
  readonly #server: Server;

  constructor(registry: Registry, checks: HealthChecks) {
    this.#server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
      void answer(request, response, registry, checks);
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
  checks: HealthChecks,
): Promise<void> {
  const [path] = (request.url ?? '').split('?', 1);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, 405, 'text/plain', 'only GET\n', { Allow: 'GET, HEAD' });
    return;
  }
  try {
    switch (path) {
      case '/livez':
        sendCheck(response, 'live', checks.live());
        return;
      case '/readyz':
        sendCheck(response, 'ready', checks.ready());
        return;
      case '/metrics':
        send(response, 200, registry.contentType, await registry.metrics());
        return;
      default:
        send(response, 404, 'text/plain', '/metrics, /livez, /readyz\n');
    }
  } catch (error) {
    send(response, 500, 'text/plain', `${String(error)}\n`);
  }
}

function sendCheck(response: ServerResponse, name: string, reasons: readonly string[]): void {
  const ok = reasons.length === 0;
  send(response, ok ? 200 : 503, 'application/json', `${JSON.stringify({ [name]: ok, reasons })}\n`);
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
