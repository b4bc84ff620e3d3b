import { request } from 'node:http';
import { ChangeFeed, feedDefaults } from '../../actor/change-feed.ts';
import { harness } from '../../actor/testing/fixtures.ts';
import { CartApp } from '../app.ts';
import { openApiDocument } from '../openapi.ts';
import { HttpServer } from '../server.ts';
import { httpDefaults } from '../settings.ts';
import { Conformance } from './conformance.ts';
import type { FeedOptions } from '../../actor/change-feed.ts';
import type { Harness } from '../../actor/testing/fixtures.ts';
import type { PoolOptions } from '../../actor/local-pool.ts';
import type { CheckoutDesk } from '../../checkout/port.ts';
import type { RequestDone } from '../app.ts';
import type { Tracer } from '../../observability/trace.ts';
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

/** The HTTP API over a real pool and a memory journal that can be made to fail, on a real socket. Every answer to `call` is checked against `/openapi.json`. */
export interface Shop extends Harness, AsyncDisposable {
  readonly port: number;
  readonly server: HttpServer;
  readonly feed: ChangeFeed;
  readonly done: RequestDone[];
  shedding: boolean;
  readersCut: number;
  tracer: Tracer | null;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export async function openShop(
  settings: Partial<HttpSettings> = {},
  options: Partial<PoolOptions> = {},
  patience?: Patience,
  following: Partial<FeedOptions> = {},
  checkout: (parts: Harness) => CheckoutDesk | null = () => null,
): Promise<Shop> {
  const parts = await harness(options);
  const done: RequestDone[] = [];
  const feed = new ChangeFeed(
    { ...parts, observer: { readerCut: () => void (shop.readersCut += 1) } },
    { ...feedDefaults, ...following },
  );
  let closing = false;
  const shop: Shop = {
    ...parts,
    shedding: false,
    readersCut: 0,
    feed,
    tracer: null,
    done,
    port: 0,
    server: null as unknown as HttpServer,
    async call(method, path, body, headers) {
      const answer = await call(shop.port, method, path, body, headers);
      conformance.check(method, path, answer);
      return answer;
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      feed.close();
      await shop.server.close(AbortSignal.timeout(1000));
    },
  };
  const conformance = conformanceOf({ ...httpDefaults, ...settings });
  const app = new CartApp(
    {
      pool: parts.pool,
      feed,
      clock: parts.clock,
      random: () => 0.5,
      version: '1.2.3',
      checkout: checkout(parts),
      monotonicMs: () => parts.clock.monotonicMs(),
      admit: () => (shop.shedding ? { retryAfterMs: 1500 } : null),
      closing: () => closing,
      requestDone: (request) => done.push(request),
      tracer: () => shop.tracer,
    },
    { ...httpDefaults, ...settings },
  );
  const server = new HttpServer(app, patience);
  return Object.assign(shop, { server, port: await server.listen(0, '127.0.0.1') });
}

const known = new Map<string, Conformance>();

/** Made once for the same settings: schemas take a while to compile. */
function conformanceOf(settings: HttpSettings): Conformance {
  const { ADD_BY_GET, CART_ID_POLICY, COOKIE_NAME, DEFAULT_COUNTRY } = settings;
  const key = [ADD_BY_GET, CART_ID_POLICY, COOKIE_NAME, DEFAULT_COUNTRY].join();
  let conformance = known.get(key);
  if (conformance === undefined) {
    conformance = new Conformance(openApiDocument(settings, '1.2.3'));
    known.set(key, conformance);
  }
  return conformance;
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
