import { Pool, request as send } from 'undici';
import type { Dispatcher } from 'undici';
import type { Credential, Credentials, TlsOptions } from './credentials.ts';
import type { Transport, TransportRequest, TransportResponse } from './transport.ts';

export interface UndiciTransportOptions {
  /** Connections at once. Every watch keeps one for itself: have more than there are watches. */
  readonly connections: number;
  /** How long a connection that nobody uses stays open, ms. API servers close theirs after 90 s. */
  readonly keepAliveMs: number;
  readonly connectTimeoutMs: number;
}

export const undiciTransportDefaults: UndiciTransportOptions = {
  connections: 64,
  keepAliveMs: 30_000,
  connectTimeoutMs: 10_000,
};

export interface ConnectionStats {
  readonly open: number;
  readonly running: number;
  readonly waiting: number;
}

/**
 * One undici pool for everything: connections are bounded and used again.
 *
 * HTTP/1.1 on purpose: with HTTP/2 all watches and requests share one connection, and when that dies silently they all hang together. Here
 * a request that meets its deadline takes its own connection with it, and the next one finds another.
 */
export class UndiciTransport implements Transport {
  readonly host: string;
  readonly #credentials: Credentials;
  readonly #options: UndiciTransportOptions;
  readonly #prefix: string;
  #pool: Pool | null = null;
  #tls: TlsOptions | null = null;
  /** Those before it, as long as something is under way on them. */
  readonly #retired = new Set<Pool>();
  #closed = false;

  constructor(credentials: Credentials, options: Partial<UndiciTransportOptions> = {}) {
    this.#credentials = credentials;
    this.#options = { ...undiciTransportDefaults, ...options };
    this.host = credentials.server.host;
    this.#prefix = credentials.server.pathname.replace(/\/$/, '');
  }

  get stats(): ConnectionStats {
    if (this.#pool === null) return { open: 0, running: 0, waiting: 0 };
    const { connected, running, queued } = this.#pool.stats;
    return { open: connected, running, waiting: queued };
  }

  async send(request: TransportRequest): Promise<TransportResponse> {
    let response = await this.#sendWith(await this.#credentials.current(), request);
    if (response.statusCode === 401) {
      // A token that was renewed on disk. What was refused for its token was not done, so it may be sent again.
      await response.body.dump();
      this.#credentials.forget();
      response = await this.#sendWith(await this.#credentials.current(), request);
    }
    return { status: response.statusCode, headers: response.headers, body: response.body };
  }

  /** Ends every connection, with what is under way on it. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = [...this.#retired, ...(this.#pool === null ? [] : [this.#pool])];
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #sendWith(
    { headers, tls }: Credential,
    { method, path, headers: more, body, signal }: TransportRequest,
  ): Promise<Dispatcher.ResponseData> {
    signal.throwIfAborted();
    return send(`${this.#credentials.server.origin}${this.#prefix}${path}`, {
      dispatcher: this.#poolFor(tls),
      method,
      headers: { ...more, ...headers },
      body,
      signal,
    });
  }

  /** Nobody waits for that: at the latest it is when the last watch on it is renewed. Never rejects. */
  async #retire(pool: Pool): Promise<void> {
    this.#retired.add(pool);
    try {
      await pool.close();
    } catch {
      // It was destroyed meanwhile.
    }
    this.#retired.delete(pool);
  }

  /** Another pool only when a certificate changed; the old one ends when what is under way on it has ended. */
  #poolFor(tls: TlsOptions): Pool {
    if (this.#closed) throw new Error('the transport is closed');
    if (this.#pool !== null && this.#tls === tls) return this.#pool;
    if (this.#pool !== null) void this.#retire(this.#pool);
    const { connections, keepAliveMs, connectTimeoutMs } = this.#options;
    this.#tls = tls;
    this.#pool = new Pool(this.#credentials.server.origin, {
      connections,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      allowH2: false,
      // Deadlines are the client's: it knows a watch from a request.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { ...tls, timeout: connectTimeoutMs, keepAlive: true, keepAliveInitialDelay: 30_000 },
    });
    return this.#pool;
  }
}
