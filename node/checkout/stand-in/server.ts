import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { Pushes, validate } from './callbacks.ts';
import { Faults, faultSchema } from './faults.ts';
import { badValue, StandInOrders, StandInRefusal } from './orders.ts';
import { pageOf, snippetOf } from './snippet.ts';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallbackOptions, Validation } from './callbacks.ts';
import type { Call, Fault } from './faults.ts';
import type { StandInOrder } from './orders.ts';

export interface StandInOptions extends CallbackOptions {
  readonly user: string;
  readonly password: string;
  /** Takes callbacks at plain http on this machine too. */
  readonly loopback: boolean;
}

const BODY_BYTES_MAX = 1 << 20;
/** Calls whose trace is known; the oldest go first. */
const TRACES_MAX = 100;
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** In which trace a call came, by W3C's headers; null where it said none. */
export interface StandInTrace {
  readonly call: Call;
  readonly traceparent: string | null;
  readonly tracestate: string | null;
}

/** An answer; a body of null is none. */
interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Stands in for Klarna/Kustom Checkout v3 and its order management: judges requests as strictly, goes wrong on demand, and calls the merchant
 * back. What it does beside the provider's own API is below `/stand-in`.
 */
export class StandIn {
  readonly #options: StandInOptions;
  readonly #server: Server;
  readonly #orders: StandInOrders;
  readonly #faults = new Faults();
  /** Calls that came, by name. */
  readonly #calls = new Map<Call, number>();
  readonly #traces: StandInTrace[] = [];
  readonly #pushes: Pushes;
  readonly #authorization: string;

  constructor(options: StandInOptions) {
    this.#options = options;
    this.#orders = new StandInOrders(options);
    this.#pushes = new Pushes(options);
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`;
    this.#server = createServer({ requestTimeout: 10_000 }, (request, response) => {
      void this.#serve(request, response);
    });
  }

  /** Resolves with the port; on the loopback interface, where nothing else is said. */
  listen(port: number, host = '127.0.0.1'): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    this.#pushes.stop();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  /** Never rejects. */
  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(request);
      const [path = '', query = ''] = (request.url ?? '').split('?', 2);
      const parts = path.split('/').slice(1).map(decodeURIComponent);
      if (parts[0] === 'stand-in')
        send(response, await this.#control(request.method ?? '', parts.slice(1), body, query));
      else await this.#provide(request, response, parts, body);
    } catch (error) {
      send(response, refusalOf(error));
    }
  }

  /** A call of the provider's API, with the fault that waits for it. */
  async #provide(
    request: IncomingMessage,
    response: ServerResponse,
    parts: readonly string[],
    body: string,
  ): Promise<void> {
    if (request.headers.authorization !== this.#authorization) throw new StandInRefusal(401, null);
    const route = this.#route(request, parts);
    const fault = this.#faults.take(route.call);
    this.#calls.set(route.call, (this.#calls.get(route.call) ?? 0) + 1);
    this.#trace(route.call, request);
    await pause(fault?.ms ?? 0);
    const early = fault === null ? null : instead(fault);
    if (early !== null) {
      send(response, early);
      return;
    }
    if (fault?.fault === 'lose-request') {
      request.socket.resetAndDestroy();
      return;
    }
    const answer = route.run(body);
    switch (fault?.fault) {
      case 'hang':
        return;
      case 'lose-answer':
        request.socket.resetAndDestroy();
        return;
      case 'malformed':
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(answer.body).slice(0, -20));
        return;
      case 'no-snippet':
        send(response, { ...answer, body: { ...(answer.body as object), html_snippet: undefined } });
        return;
      default:
        send(response, answer);
    }
  }

  #trace(call: Call, { headers }: IncomingMessage): void {
    const header = (name: string): string | null => headers[name]?.toString() ?? null;
    this.#traces.push({ call, traceparent: header('traceparent'), tracestate: header('tracestate') });
    if (this.#traces.length > TRACES_MAX) this.#traces.shift();
  }

  #route(
    request: IncomingMessage,
    parts: readonly string[],
  ): { readonly call: Call; readonly run: (body: string) => Answer } {
    const [area, version, kind, id = '', action = ''] = parts;
    const orders = this.#orders;
    const route = `${request.method ?? ''} ${area ?? ''}/${version ?? ''}/${kind ?? ''}${id && '/{id}'}${action && `/${action}`}`;
    switch (route) {
      case 'POST checkout/v3/orders':
        return {
          call: 'create',
          run: (body) => this.#created(request, orders.create(jsonIn(request, body))),
        };
      case 'GET checkout/v3/orders/{id}':
        return { call: 'read', run: () => this.#shown(request, orders.get(id)) };
      case 'POST checkout/v3/orders/{id}':
        return {
          call: 'update',
          run: (body) => this.#shown(request, orders.update(id, jsonIn(request, body))),
        };
      case 'POST checkout/v3/orders/{id}/abort':
        return { call: 'abort', run: () => this.#shown(request, orders.abort(id)) };
      case 'GET ordermanagement/v1/orders/{id}':
        return { call: 'placed', run: () => ({ status: 200, body: placedView(orders.placed(id)) }) };
      case 'POST ordermanagement/v1/orders/{id}/acknowledge':
        return { call: 'acknowledge', run: () => acknowledged(request, orders.placed(id)) };
      case 'PATCH ordermanagement/v1/orders/{id}/merchant-references':
        return { call: 'references', run: (body) => referred(orders.placed(id), jsonIn(request, body)) };
      default:
        throw new StandInRefusal(404, null);
    }
  }

  #created(request: IncomingMessage, order: StandInOrder): Answer {
    const location = `${baseOf(request)}/checkout/v3/orders/${order.id}`;
    return { status: 201, body: orderView(order, baseOf(request)), headers: { Location: location } };
  }

  #shown(request: IncomingMessage, order: StandInOrder): Answer {
    return { status: 200, body: orderView(order, baseOf(request)) };
  }

  /** What is not the provider's: faults, what there is, and the shopper who pays. */
  async #control(
    method: string,
    [kind, id = '', action = '']: readonly string[],
    body: string,
    query: string,
  ): Promise<Answer> {
    switch (`${method} ${kind ?? ''}${id && '/{id}'}${action && `/${action}`}`) {
      case 'POST faults':
        this.#faults.add(faultSchema.parse(JSON.parse(body)));
        return { status: 204, body: null };
      case 'DELETE faults':
        this.#faults.clear();
        return { status: 204, body: null };
      case 'GET calls':
        return { status: 200, body: Object.fromEntries(this.#calls) };
      case 'GET traces':
        return { status: 200, body: this.#traces };
      case 'GET orders':
        return { status: 200, body: this.#orders.list() };
      case 'POST orders/{id}/lock':
        this.#orders.get(id).locked = query !== 'off';
        return { status: 204, body: null };
      case 'POST orders/{id}/update':
        this.#orders.update(id, JSON.parse(body));
        return { status: 204, body: null };
      case 'POST orders/{id}/complete':
        return { status: 200, body: await this.#complete(this.#orders.get(id), query !== 'unasked') };
      case 'POST orders/{id}/push':
        return { status: 200, body: { status: await this.#pushes.now(this.#orders.get(id)) } };
      case 'POST orders/{id}/pay':
        return pageOf(await this.#complete(this.#orders.get(id), true), this.#orders.get(id));
      default:
        throw new StandInRefusal(404, null);
    }
  }

  /** The shopper pays: the merchant is asked, then told. */
  async #complete(order: StandInOrder, ask: boolean): Promise<Validation> {
    if (order.status !== 'checkout_incomplete') return { approved: true };
    const verdict: Validation = ask
      ? await validate(order, orderView(order, ''), this.#options)
      : { approved: true };
    if (!verdict.approved) return verdict;
    order.status = 'checkout_complete';
    order.completedAt = new Date().toISOString();
    this.#pushes.start(order);
    return verdict;
  }
}

function acknowledged(request: IncomingMessage, order: StandInOrder): Answer {
  const key = request.headers['klarna-idempotency-key'];
  if (key !== undefined && !UUID_V4.test(String(key))) throw badValue(['Klarna-Idempotency-Key']);
  order.acknowledgements.push(String(key ?? ''));
  return { status: 204, body: null };
}

function referred(order: StandInOrder, references: unknown): Answer {
  order.content = { ...order.content, ...(references as object) };
  return { status: 204, body: null };
}

/** An order as the checkout API shows it. */
function orderView(order: StandInOrder, base: string): object {
  return {
    order_id: order.id,
    status: order.status,
    ...order.content,
    html_snippet: snippetOf(order, base),
    started_at: order.startedAt,
    last_modified_at: order.modifiedAt,
    ...(order.completedAt !== null && { completed_at: order.completedAt }),
  };
}

/** … and as order management does. */
function placedView({ id, content, completedAt }: StandInOrder): object {
  const { order_amount: amount } = content;
  const rest = Object.entries(content).filter(([name]) => name !== 'merchant_urls' && name !== 'options');
  return {
    order_id: id,
    status: 'AUTHORIZED',
    fraud_status: 'ACCEPTED',
    original_order_amount: amount,
    captured_amount: 0,
    refunded_amount: 0,
    remaining_authorized_amount: amount,
    ...Object.fromEntries(rest),
    created_at: completedAt,
    captures: [],
    refunds: [],
  };
}

/** The answer of a fault that lets nothing happen; null where the call is carried out all the same. */
function instead({ fault }: Fault): Answer | null {
  switch (fault) {
    case 'refuse':
      return refusalOf(badValue(['order_amount']));
    case 'unauthorized':
      return { status: 401, body: null };
    case 'read-only':
      return refusalOf(new StandInRefusal(403, 'READ_ONLY_ORDER', 'The order is read only'));
    case 'gone':
      return { status: 404, body: null };
    case 'expired':
      return { status: 200, body: null };
    case 'fail':
      return refusalOf(new StandInRefusal(500, 'INTERNAL_SERVER_ERROR', 'Internal server error'));
    case 'gateway-timeout':
      return { status: 504, body: null };
    default:
      return null;
  }
}

function refusalOf(error: unknown): Answer {
  if (!(error instanceof StandInRefusal)) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      status: 400,
      body: { error_code: 'BAD_REQUEST', error_messages: [text], correlation_id: randomUUID() },
    };
  }
  const { status, code, message } = error;
  if (code === null) return { status, body: null };
  return {
    status,
    body: { error_code: code, error_messages: message.split('\n'), correlation_id: randomUUID() },
  };
}

function jsonIn(request: IncomingMessage, body: string): unknown {
  if (request.headers['content-type']?.split(';')[0] !== 'application/json')
    throw new StandInRefusal(415, 'UNSUPPORTED_MEDIA_TYPE', 'application/json is expected');
  return JSON.parse(body);
}

function baseOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? 'localhost'}`;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  if (body === null) {
    response.writeHead(status, { ...headers, 'content-length': 0 });
    response.end();
    return;
  }
  const html = typeof body === 'string';
  const text = html ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': html ? 'text/html; charset=utf-8' : 'application/json',
    ...headers,
  });
  response.end(text);
}

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
