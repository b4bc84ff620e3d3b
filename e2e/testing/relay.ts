import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

/** What was sent last gets there before the connection's end does, ms. */
const LINGER_MS = 2000;

/**
 * A way to the API server that can be held up in one direction: what is sent waits, what comes back passes. When it goes on, everything arrives that was sent meanwhile, also what its
 * sender has given up, as on a network that was slow.
 */
export class Relay implements AsyncDisposable {
  readonly url: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held = false;
  #waiting: (() => void)[] = [];

  private constructor(server: Server, url: URL) {
    this.#server = server;
    this.url = url;
  }

  static async open(to: URL): Promise<Relay> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(to);
    url.port = String((server.address() as AddressInfo).port);
    const relay = new Relay(server, url);
    server.on('connection', (near) => relay.#join(near, connect(Number(to.port), to.hostname)));
    return relay;
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** How many pieces wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket): void {
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    }
    near.on('data', (bytes) => this.#pass(() => far.write(bytes)));
    near.once('close', () =>
      this.#pass(() => {
        setTimeout(() => far.destroy(), LINGER_MS).unref();
      }),
    );
    far.on('data', (bytes) => near.write(bytes));
    far.once('close', () => near.destroy());
  }

  #pass(go: () => void): void {
    if (this.#held) this.#waiting.push(go);
    else go();
  }
}
