import { request } from 'node:http';
import { harness } from '../../actor/testing/fixtures.ts';
import { CartApp } from '../app.ts';
import { HttpServer } from '../server.ts';
import { httpDefaults } from '../settings.ts';
import type { Harness } from '../../actor/testing/fixtures.ts';
import type { PoolOptions } from '../../actor/local-pool.ts';
import type { CheckoutDesk } from '../../checkout/port.ts';
import type { RequestDone } from '../app.ts';
import type { Patience } from '../server.ts';
import type { HttpSettings } from '../settings.ts';
import type { CartView } from '../view.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The body as JSON; the tests know whether it is a cart or a problem. */
  readonly json: CartView & Problem;
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly errors: readonly {
    readonly field: string;
    readonly message: string;
    readonly expected?: string;
    readonly limit?: number;
  }[];
}

/** The HTTP API over a real pool and a memory journal that can be made to fail, on a real socket. */
export interface Shop extends Harness, AsyncDisposable {
  readonly port: number;
  readonly server: HttpServer;
  readonly done: RequestDone[];
  shedding: boolean;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export async function openShop(
  settings: Partial<HttpSettings> = {},
  options: Partial<PoolOptions> = {},
  patience?: Patience,
  checkout: (parts: Harness) => CheckoutDesk | null = () => null,
): Promise<Shop> {
  const parts = await harness(options);
  const done: RequestDone[] = [];
  let closing = false;
  const shop: Shop = {
    ...parts,
    shedding: false,
    done,
    port: 0,
    server: null as unknown as HttpServer,
    call: (method, path, body, headers) => call(shop.port, method, path, body, headers),
    async [Symbol.asyncDispose]() {
      closing = true;
      await shop.server.close(AbortSignal.timeout(1000));
    },
  };
  const app = new CartApp(
    {
      pool: parts.pool,
      checkout: checkout(parts),
      monotonicMs: () => parts.clock.monotonicMs(),
      admit: () => (shop.shedding ? { retryAfterMs: 1500 } : null),
      closing: () => closing,
      requestDone: (request) => done.push(request),
    },
    { ...httpDefaults, ...settings },
  );
  const server = new HttpServer(app, patience);
  return Object.assign(shop, { server, port: await server.listen(0, '127.0.0.1') });
}

/** One request on a connection of its own. Strings and bytes are sent as they are, anything else as JSON. */
function call(
  port: number,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asItIs = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const content = asItIs ? body : JSON.stringify(body);
    const type =
      content === undefined || 'content-type' in headers ? {} : { 'content-type': 'application/json' };
    const length = content === undefined ? {} : { 'content-length': String(Buffer.byteLength(content)) };
    const sent = request(
      { port, host: '127.0.0.1', method, path, headers: { ...type, ...length, ...headers }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.includes('json') === true && text !== '';
          const flat = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
          const json = (isJson ? JSON.parse(text) : {}) as Answer['json'];
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(flat) as Record<string, string>,
            text,
            json,
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(content);
  });
}
