import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * What came of a call. `lost`: the connection ended or time ran out before the answer; when the request may have left this
 * process (`sent`), the server may have done what it says.
 */
export type Answer =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      readonly text: string;
    }
  | { readonly kind: 'lost'; readonly sent: boolean; readonly error: Error };

export interface HttpClientOptions {
  readonly port: number;
  readonly connections: number;
  /** From the call to the last byte of its answer. */
  readonly timeoutMs: number;
}

/** A keep-alive client that never repeats a call by itself: what became of each one is the caller's to judge. */
export class HttpClient implements Disposable {
  readonly #options: HttpClientOptions;
  readonly #agent: Agent;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  }

  call({ method, path, body, headers = {} }: Call): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const content = body === undefined ? null : JSON.stringify(body);
    let sent = false;
    const lost = (error: Error): void => resolve({ kind: 'lost', sent, error });
    const outgoing = request(
      {
        agent: this.#agent,
        host: '127.0.0.1',
        port: this.#options.port,
        method,
        path,
        headers:
          content === null
            ? headers
            : {
                'content-type': 'application/json',
                'content-length': Buffer.byteLength(content),
                ...headers,
              },
        signal: AbortSignal.timeout(this.#options.timeoutMs),
      },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (chunk: string) => (text += chunk));
        incoming.on('error', lost);
        incoming.on('end', () => {
          if (!incoming.complete) lost(new Error('the answer ended early'));
          else resolve({ kind: 'answer', status: incoming.statusCode ?? 0, headers: incoming.headers, text });
        });
      },
    );
    outgoing.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => (sent = true));
      else sent = true;
    });
    outgoing.on('error', lost);
    outgoing.end(content ?? undefined);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
