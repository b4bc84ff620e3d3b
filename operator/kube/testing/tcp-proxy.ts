import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

interface Pair {
  readonly client: Socket;
  readonly target: Socket;
}

/** The network between a client and a server, on the loopback: it can be cut, fall silent, and let nobody through. */
export class TcpProxy {
  readonly #target: URL;
  readonly #pairs = new Set<Pair>();
  #server: Server | null = null;
  #port = 0;
  #frozen = false;
  #opened = 0;

  constructor(target: URL) {
    this.#target = target;
  }

  get port(): number {
    return this.#port;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Connections that were ever opened. */
  get connectionsOpened(): number {
    return this.#opened;
  }

  /** The first time on any free port, later on the same one. */
  async start(): Promise<void> {
    const server = createServer((client) => this.#join(client));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Connections break, and new ones are refused. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.cut();
    if (server !== null) await new Promise((resolve) => server.close(resolve));
  }

  /** Connections break. */
  cut(): void {
    for (const { client, target } of this.#pairs) {
      client.resetAndDestroy();
      target.destroy();
    }
  }

  /** Nothing gets through any more, and nobody is told. New connections are accepted and lead nowhere. */
  freeze(): void {
    this.#frozen = true;
    for (const pair of this.#pairs) hold(pair);
  }

  /** What was held back gets through. */
  thaw(): void {
    // What is piped twice gets through twice.
    if (!this.#frozen) return;
    this.#frozen = false;
    for (const { client, target } of this.#pairs) {
      client.pipe(target);
      target.pipe(client);
    }
  }

  #join(client: Socket): void {
    const target = connect(Number(this.#target.port), this.#target.hostname);
    const pair = { client, target };
    this.#opened += 1;
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    if (this.#frozen) return;
    client.pipe(target);
    target.pipe(client);
  }
}

function hold({ client, target }: Pair): void {
  client.unpipe(target);
  target.unpipe(client);
  client.pause();
  target.pause();
}
