import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { FakeApiServer } from './fake-api-server.ts';

/** A fake API server on real sockets, on the loopback. */
export class FakeHttpServer {
  readonly #api: FakeApiServer;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;
  #opened = 0;

  constructor(api: FakeApiServer) {
    this.#api = api;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Connections that were ever opened. */
  get connectionsOpened(): number {
    return this.#opened;
  }

  /** The first time on any free port, later on the same one. */
  async start(): Promise<void> {
    const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
      void this.#answer(request, response);
    });
    server.on('connection', (socket) => {
      this.#opened += 1;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    this.#api.comeBack();
  }

  /** The API server is gone: connections break, new ones are refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    this.#api.goAway();
    this.cutConnections();
    await closed;
  }

  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Never rejects. */
  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { status, headers, body } = await this.#api.handle({
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
        signal: left.signal,
      });
      response.writeHead(status, headers);
      if (typeof body === 'string') {
        response.end(body);
        return;
      }
      response.flushHeaders();
      for await (const text of body) response.write(text);
      response.end();
    } catch {
      request.socket.destroy();
    }
  }
}
