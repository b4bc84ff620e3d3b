import { z } from 'zod';
import { serverAt } from '../observability/trace.ts';
import { placedOrderSchema, ProviderError, providerOrderSchema } from './provider.ts';
import { beginCall, endCall } from './spans.ts';
import type * as Undici from 'undici';
import type { Attributes, Span } from '../observability/trace.ts';
import type { OrderPayload } from './payload.ts';
import type { CheckoutProvider, Errand, PlacedOrder, ProviderCall, ProviderOrder } from './provider.ts';
import type { CallTemplate } from './spans.ts';

export interface KustomOptions {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly user: string;
  readonly password: string;
  readonly monotonicMs: () => number;
  /** Once a call, for metrics. */
  readonly done: (call: ProviderCall, outcome: string, durationMs: number) => void;
}

/** Connections to the provider, and so requests at once. */
const CONNECTIONS = 64;
const CONNECT_MS = 3000;
/** An order with 300 lines, addresses and a snippet is well below. */
const ANSWER_BYTES_MAX = 4 << 20;

interface Template extends CallTemplate {
  readonly method: 'GET' | 'POST';
}

const ORDERS = '/checkout/v3/orders';
const PLACED = '/ordermanagement/v1/orders/{order_id}';
const calls: Readonly<Record<ProviderCall, Template>> = {
  create: { method: 'POST', path: ORDERS },
  read: { method: 'GET', path: `${ORDERS}/{order_id}` },
  update: { method: 'POST', path: `${ORDERS}/{order_id}` },
  placed: { method: 'GET', path: PLACED },
  acknowledge: { method: 'POST', path: `${PLACED}/acknowledge` },
};

/** What a call says. */
interface Asked {
  readonly orderId?: string;
  readonly payload?: OrderPayload;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Answer {
  readonly status: number;
  /** Null for an empty body. */
  readonly body: unknown;
}

const refusal = z.object({
  error_code: z.string().nullish(),
  error_messages: z.array(z.string()).nullish(),
  correlation_id: z.string().max(255).nullish(),
});

/**
 * Klarna Checkout v3, today Kustom's, and the order management beside it.
 *
 * No call is repeated here: a second create would make a second order, and whoever asked can ask again.
 */
export class KustomProvider implements CheckoutProvider {
  readonly #options: KustomOptions;
  readonly #http = openHttp();
  readonly #authorization: string;
  readonly #server: Attributes;

  constructor(options: KustomOptions) {
    this.#options = options;
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`;
    this.#server = serverAt(options.baseUrl);
  }

  create(payload: OrderPayload, errand: Errand): Promise<ProviderOrder> {
    return this.#call('create', errand, { payload }, (answer) => orderIn(expected(answer, 201)));
  }

  read(orderId: string, errand: Errand): Promise<ProviderOrder | 'gone'> {
    return this.#call('read', errand, { orderId }, (answer) =>
      isGone(answer) ? 'gone' : orderIn(expected(answer, 200), orderId),
    );
  }

  update(
    orderId: string,
    payload: OrderPayload,
    errand: Errand,
  ): Promise<ProviderOrder | 'gone' | 'read-only'> {
    return this.#call('update', errand, { orderId, payload }, (answer) => {
      if (isGone(answer)) return 'gone';
      if (answer.status === 403 && refusal.safeParse(answer.body).data?.error_code === 'READ_ONLY_ORDER')
        return 'read-only';
      return orderIn(expected(answer, 200), orderId);
    });
  }

  placed(orderId: string, errand: Errand): Promise<PlacedOrder | 'gone'> {
    return this.#call('placed', errand, { orderId }, (answer) => {
      if (isGone(answer)) return 'gone';
      return sameOrder(shaped(placedOrderSchema, expected(answer, 200).body), orderId);
    });
  }

  acknowledge(orderId: string, key: string, errand: Errand): Promise<void> {
    const headers = { 'klarna-idempotency-key': key };
    return this.#call('acknowledge', errand, { orderId, headers }, (answer) => void expected(answer, 204));
  }

  async close(): Promise<void> {
    const { agent } = await this.#http;
    await agent.destroy();
  }

  async #call<T>(
    call: ProviderCall,
    { signal, span: parent }: Errand,
    asked: Asked,
    read: (answer: Answer) => T,
  ): Promise<T> {
    const startedMs = this.#options.monotonicMs();
    const span = beginCall(parent, calls[call], this.#server);
    let outcome = 'ok';
    try {
      const result = read(await this.#send(calls[call], asked, signal, span));
      if (typeof result === 'string') outcome = result;
      if (span !== undefined) endCall(span, outcome);
      return result;
    } catch (error) {
      outcome = error instanceof ProviderError ? error.failure : 'failed';
      if (span !== undefined) endCall(span, outcome, error);
      throw error;
    } finally {
      this.#options.done(call, outcome, this.#options.monotonicMs() - startedMs);
    }
  }

  async #send(
    { method, path }: Template,
    { orderId = '', payload, headers }: Asked,
    signal: AbortSignal,
    span: Span | undefined,
  ): Promise<Answer> {
    const { agent, request } = await this.#http;
    try {
      const response = await request(`${this.#options.baseUrl}${filled(path, orderId)}`, {
        dispatcher: agent,
        method,
        signal,
        headers: {
          ...span?.headers(),
          accept: 'application/json',
          authorization: this.#authorization,
          'user-agent': 'Cartwright',
          ...(payload !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        body: payload === undefined ? null : JSON.stringify(payload),
      });
      span?.set({ 'http.response.status_code': response.statusCode });
      return { status: response.statusCode, body: await json(response.body) };
    } catch (cause) {
      if (cause instanceof ProviderError) throw cause;
      // The signal is a deadline, or the node's end.
      if (signal.aborted)
        throw new ProviderError('timeout', 'the provider did not answer in time', null, { cause });
      throw new ProviderError('unreachable', 'the connection to the provider failed', null, { cause });
    }
  }
}

/** Begins with the first provider, for a node without one needs nothing of this library, which is large. */
async function openHttp(): Promise<{
  readonly agent: Undici.Agent;
  readonly request: typeof Undici.request;
}> {
  const { Agent, request } = await import('undici');
  const agent = new Agent({ connections: CONNECTIONS, pipelining: 1, connect: { timeout: CONNECT_MS } });
  return { agent, request };
}

async function json(body: AsyncIterable<Buffer>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX)
      throw new ProviderError('failed', `the provider's answer has more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return null;
  const text = Buffer.concat(chunks).toString();
  try {
    return JSON.parse(text);
  } catch {
    // Whether it had to be JSON is for the status to say.
    return text;
  }
}

/** There is no such order; one that expired answers with an empty body. */
function isGone({ status, body }: Answer): boolean {
  return status === 404 || status === 410 || (status === 200 && body === null);
}

function expected(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw failureOf(answer);
}

/** The provider's messages are for the log: it says itself that they are not for shoppers. */
function failureOf({ status, body }: Answer): ProviderError {
  const {
    error_code: code,
    error_messages: messages,
    correlation_id: id,
  } = refusal.safeParse(body).data ?? {};
  const said = [code, ...(messages ?? [])].filter((part) => typeof part === 'string').join(', ');
  const text = `the provider answered ${status}${said === '' ? '' : `: ${said.slice(0, 500)}`}`;
  if (status === 504 || status === 408) return new ProviderError('timeout', text, id);
  return new ProviderError(status >= 400 && status < 500 ? 'refused' : 'failed', text, id);
}

function orderIn({ body }: Answer, orderId?: string): ProviderOrder {
  const order = shaped(providerOrderSchema, body);
  return orderId === undefined ? order : sameOrder(order, orderId);
}

function sameOrder<Order extends { readonly order_id: string }>(order: Order, orderId: string): Order {
  if (order.order_id === orderId) return order;
  throw new ProviderError('failed', 'the provider answered with another order than it was asked for');
}

function shaped<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path, message }) => `${z.core.toDotPath(path)}: ${message}`);
  throw new ProviderError(
    'failed',
    `the provider's answer has not its shape: ${where.slice(0, 5).join('; ')}`,
  );
}

function filled(path: string, orderId: string): string {
  return path.replace('{order_id}', () => encodeURIComponent(orderId));
}
