import { STATUS_CODES } from 'node:http';
import { finishSuccession } from '../actor/succession.ts';
import cors from '@koa/cors';
import Koa from 'koa';
import Router from 'koa-router';
import { emptyCart } from '../domain/cart.ts';
import { readJson, ClientGoneError } from './body.ts';
import { answerCallback, answerCheckout, successorOf } from './checkout.ts';
import { isCartId, isMinted, mintCartId } from './cart-id.ts';
import { clientAddress } from './client-address.ts';
import { renderHistory } from './change-view.ts';
import { etagOf, lastEventId, noneMatches } from './conditional.ts';
import { cartCookie, readCookie } from './cookie.ts';
import { refuseForeign } from './cross-site.ts';
import { documentsOf } from './documents.ts';
import { streamEvents } from './event-stream.ts';
import { mergeByCookie, mergeOf } from './merge.ts';
import { brokenHttp, HttpProblem, retryAfter, toProblem } from './problems.ts';
import { requestOf } from './mutation-request.ts';
import { RateLimit } from './rate-limit.ts';
import { beginSpan, endSpan } from './spans.ts';
import { check, requestSchemas } from './request-schemas.ts';
import { methodsOf, servedRoutes } from './routes.ts';
import { renderCart } from './view.ts';
import type { Context } from 'koa';
import type { ChangeFeed } from '../actor/change-feed.ts';
import type { Clock } from '../actor/clock.ts';
import type { GrainPool } from '../actor/grain.ts';
import type { CheckoutDesk } from '../checkout/port.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { Span, Tracer } from '../observability/trace.ts';
import type { Document } from './documents.ts';
import type { RequestSchemas } from './request-schemas.ts';
import type { RouteDefinition } from './routes.ts';
import type { HttpSettings } from './settings.ts';

/** One request, when it was answered. */
export interface RequestDone {
  /** The route's pattern, `other` where none fits: never what a client made up. */
  readonly route: string;
  readonly method: string;
  /** 499 where the client was gone before it had sent everything. */
  readonly status: number;
  readonly durationMs: number;
  /** Null where the request named no cart. */
  readonly cart: string | null;
  /** The problem that was answered; its `cause` is for the log, never for the client. */
  readonly problem: HttpProblem | null;
  /** None where nothing is traced. */
  readonly span?: Span | null;
}

export interface HttpDependencies {
  readonly pool: GrainPool;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly random: () => number;
  /** This release. */
  readonly version: string;
  /** Null: this node has no checkout. */
  readonly checkout: CheckoutDesk | null;
  readonly monotonicMs: () => number;
  /** Null: go on. Else the node sheds load and the client shall come back after so many ms. */
  readonly admit: () => { readonly retryAfterMs: number } | null;
  /** True once the node leaves: answers close their connection. */
  readonly closing: () => boolean;
  readonly requestDone: (request: RequestDone) => void;
  /** Null: nothing is traced. */
  readonly tracer?: () => Tracer | null;
}

/** Which cart a request is about. */
interface Target {
  readonly id: string;
  /** The cookie to send; null when none is. */
  readonly cookie: string | null;
}

/** What the middleware around the routes needs to know of a request. */
interface RequestState {
  route: string;
  cart: string | null;
  span: Span | null;
}

type RequestContext = Context & { state: RequestState };

/** The HTTP API as a koa application. */
export class CartApp {
  readonly koa = new Koa<RequestState>();
  readonly #deps: HttpDependencies;
  readonly #settings: HttpSettings;
  readonly #schemas: RequestSchemas;
  readonly #documents: ReadonlyMap<string, Document>;
  readonly #routes: readonly RouteDefinition[];
  readonly #methodsAt: (path: string) => readonly string[];
  readonly #origins: ReadonlySet<string>;
  readonly #addressLimit: RateLimit;
  readonly #cartLimit: RateLimit;
  readonly #newCartLimit: RateLimit;

  constructor(deps: HttpDependencies, settings: HttpSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#schemas = requestSchemas(settings.DEFAULT_COUNTRY);
    this.#documents = documentsOf(settings, deps.version);
    this.#routes = servedRoutes(settings);
    this.#methodsAt = methodsOf(this.#routes);
    this.#origins = new Set(settings.HTTP_CORS_ORIGINS);
    this.#addressLimit = new RateLimit(settings.RATE_LIMIT_ADDRESS, deps.monotonicMs);
    this.#cartLimit = new RateLimit(settings.RATE_LIMIT_CART, deps.monotonicMs);
    this.#newCartLimit = new RateLimit(settings.RATE_LIMIT_NEW_CARTS, deps.monotonicMs);
    const router = this.#router();
    if (this.#origins.size > 0) this.koa.use(this.#cors());
    this.koa.use((ctx, next) => this.#answer(ctx, next));
    this.koa.use(router.routes());
    // Nothing is left to koa's own error path; should something be, it is ours to mend and not koa's to print.
    this.koa.silent = true;
  }

  #router(): Router<RequestState> {
    const router = new Router<RequestState>({ prefix: '/cart', sensitive: true });
    for (const route of this.#routes) {
      const paths = [route.path === '' ? '/' : route.path];
      if (route.action.kind !== 'callback') paths.push(`/byid/:cartId${route.path}`);
      for (const path of paths) {
        const label = `/cart${path}`;
        router.register(path, [route.method], (ctx: RequestContext) => {
          // `/cart/set` looks like a line to the router; whose id is no number may be another route's path.
          if (route.path === '/:lineId' && this.#isOtherPath(ctx)) {
            this.#unrouted(ctx);
            return;
          }
          ctx.state.route = label;
          return this.#handle(ctx, route, path !== paths[0]);
        });
      }
    }
    return router;
  }

  #cors(): Koa.Middleware {
    return cors({
      origin: (ctx) => {
        const origin = ctx.get('Origin');
        return this.#origins.has(origin) ? origin : '';
      },
      credentials: true,
      allowMethods: 'GET,HEAD,PUT,POST,DELETE',
      exposeHeaders: 'ETag,Idempotent-Replayed,Retry-After',
      maxAge: 600,
    });
  }

  /** The one place where a request ends: every error becomes a problem, every request is observed. */
  async #answer(ctx: RequestContext, next: () => Promise<void>): Promise<void> {
    const startedMs = this.#deps.monotonicMs();
    ctx.state.route = 'other';
    ctx.state.cart = null;
    ctx.state.span = beginSpan(this.#deps.tracer?.() ?? null, ctx.req);
    let problem: HttpProblem | null = null;
    let gone = false;
    try {
      pathOf(ctx);
      if (ctx.req.headers.host === undefined && ctx.req.httpVersion === '1.1')
        throw new HttpProblem('malformed-request', 'the Host header is missing', [], { connection: 'close' });
      await next();
      if (ctx.respond !== false) this.#unrouted(ctx);
    } catch (error) {
      // Nobody is there to be answered.
      if (error instanceof ClientGoneError) {
        ctx.respond = false;
        gone = true;
      } else {
        problem = toProblem(error);
        this.#sendProblem(ctx, problem);
      }
    }
    const { route, cart, span } = ctx.state;
    const durationMs = this.#deps.monotonicMs() - startedMs;
    const status = gone ? CLIENT_GONE : ctx.res.statusCode;
    this.#deps.requestDone({ route, method: ctx.method, status, durationMs, cart, problem, span });
    if (span !== null) endSpan(span, { route, method: ctx.method, status, problem });
  }

  /** The whole answer to what Node could not make a request of; null where nobody waits for one. It is observed as requests are. */
  refusalOf(error: NodeJS.ErrnoException): string | null {
    const problem = brokenHttp(error);
    if (problem === null) return null;
    const { status } = problem;
    this.#deps.requestDone({ route: 'other', method: 'other', status, durationMs: 0, cart: null, problem });
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'X-Content-Type-Options: nosniff',
      'Connection: close',
    ];
    return `${head.join('\r\n')}\r\n\r\n${body}`;
  }

  /** No route took it: it is a document, or another method may. */
  #unrouted(ctx: RequestContext): void {
    const document = this.#documents.get(ctx.path);
    if (document !== undefined && (ctx.method === 'GET' || ctx.method === 'HEAD')) {
      ctx.state.route = ctx.path;
      limit(this.#addressLimit, this.#addressOf(ctx), 'from this address');
      this.#send(ctx, 200, [...document.headers], document.text());
      return;
    }
    const allow = document === undefined ? this.#methodsAt(ctx.path) : ['GET', 'HEAD'];
    if (allow.length === 0) throw new HttpProblem('not-found', 'no route has this path');
    const list = allow.join(', ');
    if (ctx.method !== 'OPTIONS')
      throw new HttpProblem('method-not-allowed', `this path takes ${list}`, [], { Allow: list });
    this.#send(ctx, 204, ['Allow', list], '');
  }

  /** True for a path that has methods, DELETE not being one of them. */
  #isOtherPath(ctx: Context): boolean {
    if (/^\d/.test((ctx['params'] as { lineId: string }).lineId)) return false;
    const allow = this.#methodsAt(ctx.path);
    return allow.length > 0 && !allow.includes('DELETE');
  }

  #addressOf({ req }: Context): string {
    const { remoteAddress = '' } = req.socket;
    return clientAddress(remoteAddress, req.headers['x-forwarded-for'], this.#settings.HTTP_TRUSTED_PROXIES);
  }

  async #handle(ctx: RequestContext, route: RouteDefinition, byId: boolean): Promise<void> {
    const { action } = route;
    const overload = this.#deps.admit();
    if (overload !== null) {
      const detail = 'the node has more to do than it can; ask again later';
      throw new HttpProblem('node-overloaded', detail, [], retryAfter(overload.retryAfterMs));
    }
    if (action.kind !== 'read' && action.kind !== 'history') {
      // The router serves HEAD wherever there is GET; a question about a change must not make it, and a stream is nothing but its body.
      if (ctx.method === 'HEAD')
        throw new HttpProblem('method-not-allowed', `this path takes ${route.method}`, [], {
          allow: route.method,
        });
      refuseForeign(ctx.req.headers, this.#origins);
    }
    const address = this.#addressOf(ctx);
    limit(this.#addressLimit, address, 'from this address');
    if (action.kind === 'forget' && !byId) {
      this.#send(ctx, 204, ['Set-Cookie', cartCookie(this.#settings, null)], '');
      return;
    }
    if (action.kind === 'callback') {
      this.#send(ctx, ...(await answerCallback(ctx, action.callback, this.#deps.checkout, this.#schemas)));
      return;
    }
    const target = byId ? this.#targetOfPath(ctx) : this.#targetOfCookie(ctx);
    ctx.state.cart = target.id;
    limit(this.#cartLimit, target.id, 'for this cart');
    if (action.kind === 'read') {
      const read = this.#deps.pool.read(target.id, ctx.state.span);
      return this.#sendRead(ctx, target, read instanceof Promise ? await read : read, byId);
    }
    if (action.kind === 'merge') return this.#merge(ctx, target.id, byId, address);
    if (action.kind === 'checkout') {
      this.#send(ctx, ...(await answerCheckout(ctx, target.id, this.#deps.checkout)));
      return;
    }
    if (action.kind === 'history') return this.#sendHistory(ctx, target);
    if (action.kind === 'events') return this.#openEvents(ctx, target);
    const mutation = await this.#mutationOf(ctx, action);
    const request = requestOf(ctx.req, mutation, ctx.state.span);
    if (this.#newCartLimit.exhausted) await this.#checkNew(target.id, address, ctx.state.span);
    const { cart, version, replayed } = await this.#deps.pool.apply(target.id, request);
    // Only now is it known that the cart is new; where many are made at once, what was too much is paid back by waiting longer.
    if (version === 1 && !replayed) this.#newCartLimit.charge(address);
    this.#sendMutated(ctx, target, cart, replayed);
  }

  async #merge(ctx: RequestContext, addressed: string, byId: boolean, address: string): Promise<void> {
    const { pool } = this.#deps;
    const body = check(this.#schemas.merge, await readJson(ctx.req, this.#settings.HTTP_BODY_BYTES_MAX));
    const { targetId, mutation } = mergeOf(body, addressed, byId, this.#settings.CART_ID_POLICY);
    if (targetId !== addressed) limit(this.#cartLimit, targetId, 'for the target');
    if (this.#newCartLimit.exhausted) await this.#checkNew(targetId, address, ctx.state.span);
    const request = requestOf(ctx.req, mutation, ctx.state.span);
    const reply = byId ? await pool.apply(targetId, request) : await mergeByCookie(pool, targetId, request);
    if (reply.version === 1 && !reply.replayed) this.#newCartLimit.charge(address);
    const cookie = byId ? null : cartCookie(this.#settings, targetId);
    this.#sendMutated(ctx, { id: targetId, cookie }, reply.cart, reply.replayed);
  }

  #mutationOf(
    ctx: Context,
    action: Extract<RouteDefinition['action'], { kind: 'mutate' | 'forget' }>,
  ): Mutation | Promise<Mutation> {
    if (action.kind === 'forget') return { type: 'Clear', message: {} };
    const input = {
      body: () => readJson(ctx.req, this.#settings.HTTP_BODY_BYTES_MAX),
      // The router has decoded the path's parts.
      param: (name: string) => (ctx['params'] as Record<string, string>)[name] ?? '',
      // No getter: each would make a hidden class of its own, which lives until the next full collection, and this request with it.
      query: () => ctx.query,
    };
    return action.mutationOf(input, this.#schemas);
  }

  #targetOfPath(ctx: Context): Target {
    const id = (ctx['params'] as { cartId: string }).cartId;
    if (isCartId(id, this.#settings.CART_ID_POLICY)) return { id, cookie: null };
    const detail =
      this.#settings.CART_ID_POLICY === 'minted'
        ? 'a cart’s id has 22 letters and digits, as this service mints them'
        : 'a cart’s id has 1 to 64 letters, digits, _ and -';
    throw new HttpProblem('not-found', detail, [{ field: 'cartId', message: detail }]);
  }

  /** An id of another shape than ours is not believed: somebody made it up, perhaps to have a shopper share his cart. */
  #targetOfCookie(ctx: Context): Target {
    const id = readCookie(ctx.req.headers.cookie, this.#settings.COOKIE_NAME, isMinted);
    if (id !== null) {
      // Pages that show the cart keep its cookie alive.
      return { id, cookie: ctx.method === 'GET' ? cartCookie(this.#settings, id) : null };
    }
    const minted = mintCartId();
    return { id: minted, cookie: cartCookie(this.#settings, minted) };
  }

  /** Throws `rate-limited` for an address that made all the new carts it may, where this would be one more. */
  async #checkNew(id: string, address: string, span: Span | null): Promise<void> {
    const waitMs = this.#newCartLimit.waitMs(address);
    if (waitMs === 0 || (await this.#deps.pool.read(id, span)).version > 0) return;
    throw limited(waitMs, 'for new carts from this address');
  }

  #sendRead(ctx: RequestContext, target: Target, cart: Cart, byId: boolean): Promise<void> | undefined {
    if (cart.checkout.status === 'CHECKOUT_ORDERED') return this.#sendOrdered(ctx, target, cart, byId);
    // Its lines are in a cart that this cookie does not name. Whoever has the cookie begins anew.
    if (!byId && cart.merging?.done === true) this.#sendOther(ctx, emptyCart(mintCartId()));
    else this.#sendCart(ctx, target, cart);
    return undefined;
  }

  /** The cart that a cookie stands for from now on. */
  #sendOther(ctx: Context, cart: Cart): void {
    // It names a version of the cart that was.
    delete ctx.req.headers['if-none-match'];
    this.#sendCart(ctx, { id: cart.id, cookie: cartCookie(this.#settings, cart.id) }, cart);
  }

  #sendCart(ctx: Context, target: Target, cart: Cart): void {
    const etag = etagOf(cart.version);
    const unchanged = noneMatches(ctx.req.headers['if-none-match'], cart.version);
    const headers = unchanged
      ? ['ETag', etag]
      : ['Content-Type', 'application/json; charset=utf-8', 'ETag', etag];
    if (target.cookie !== null) headers.push('Set-Cookie', target.cookie);
    this.#send(ctx, unchanged ? 304 : 200, headers, unchanged ? '' : renderCart(cart));
  }

  async #sendHistory(ctx: Context, target: Target): Promise<void> {
    const { fromVersion, limit: most } = check(this.#schemas.historyQuery, { ...ctx.query }, ['query']);
    const page = await this.#deps.feed.history(target.id, fromVersion, most);
    const headers = ['Content-Type', 'application/json; charset=utf-8'];
    if (target.cookie !== null) headers.push('Set-Cookie', target.cookie);
    this.#send(ctx, 200, headers, renderHistory(target.id, page));
  }

  /** The request is answered, to whoever counts them, once the stream is open; from then on the stream looks after itself. */
  async #openEvents(ctx: Context, target: Target): Promise<void> {
    const { afterVersion } = check(this.#schemas.eventsQuery, { ...ctx.query }, ['query']);
    // The header comes second in time: a client that reconnects sends the query it began with.
    const after = lastEventId(ctx.req.headers['last-event-id']) ?? afterVersion;
    const subscription = await this.#deps.feed.open(target.id, after);
    ctx.respond = false;
    const headers = ['Content-Type', 'text/event-stream', ...SECURITY_HEADERS, 'X-Accel-Buffering', 'no'];
    if (target.cookie !== null) headers.push('Set-Cookie', target.cookie);
    ctx.res.writeHead(200, headers);
    const { clock, random } = this.#deps;
    void streamEvents(ctx.res, subscription, {
      clock,
      random,
      heartbeatMs: this.#settings.EVENTS_HEARTBEAT_MS,
    });
  }

  /** By its id an ordered cart is what it is; a cookie goes over to the cart that follows it. */
  async #sendOrdered(ctx: RequestContext, target: Target, ordered: Cart, byId: boolean): Promise<void> {
    const { pool } = this.#deps;
    const { span } = ctx.state;
    const finishing = finishSuccession(pool, ordered, span);
    if (byId) {
      // It can be shown also where nothing can be stored; whoever comes next tries again.
      this.#sendCart(ctx, target, await finishing.catch(() => ordered));
      return;
    }
    this.#sendOther(ctx, await successorOf(pool, await finishing, span));
  }

  #sendMutated(ctx: Context, target: Target, cart: Cart, replayed: boolean): void {
    const headers = ['Content-Type', 'application/json; charset=utf-8', 'ETag', etagOf(cart.version)];
    if (target.cookie !== null) headers.push('Set-Cookie', target.cookie);
    if (replayed) headers.push('Idempotent-Replayed', 'true');
    this.#send(ctx, 200, headers, renderCart(cart));
  }

  #sendProblem(ctx: Context, problem: HttpProblem): void {
    if (ctx.res.headersSent || ctx.res.destroyed) {
      ctx.respond = false;
      return;
    }
    const headers = ['Content-Type', 'application/problem+json'];
    for (const [name, value] of Object.entries(problem.headers)) headers.push(name, value);
    this.#send(ctx, problem.status, headers, JSON.stringify(problem));
  }

  /** One write, around koa's own: measured, that is a fifth more requests. `headers` are names and values in turn. */
  #send(ctx: Context, status: number, headers: string[], body: string): void {
    ctx.respond = false;
    headers.push(...SECURITY_HEADERS);
    if (status !== 204 && status !== 304) headers.push('Content-Length', String(Buffer.byteLength(body)));
    if (this.#deps.closing()) headers.push('Connection', 'close');
    ctx.res.writeHead(status, headers);
    ctx.res.end(body);
  }
}

/** The path; koa throws where the request's target is no address. */
function pathOf(ctx: Context): string {
  try {
    return ctx.path;
  } catch {
    throw new HttpProblem('not-found', 'the request’s target is no address');
  }
}

/** On every answer. */
const SECURITY_HEADERS = [
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'Referrer-Policy',
  'no-referrer',
  'Vary',
  'Sec-Fetch-Site, Origin',
] as const;

/** What proxies note for a client that did not wait for its answer. */
const CLIENT_GONE = 499;

function limit(bucket: RateLimit, key: string, what: string): void {
  const waitMs = bucket.take(key);
  if (waitMs > 0) throw limited(waitMs, what);
}

function limited(waitMs: number, what: string): HttpProblem {
  return new HttpProblem('rate-limited', `too many requests ${what}`, [], retryAfter(waitMs));
}
