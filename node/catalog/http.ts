import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { deliveryOptionSchema, productSchema } from '../domain/mutation.ts';
import { serverAt, traced } from '../observability/trace.ts';
import { CatalogUnavailableError } from './port.ts';
import type { CircuitBreakerPolicy } from 'cockatiel';
import type { DeliveryOption, Product } from '../domain/cart.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { Answer, Catalog, DeliveryQuery, ProductQuery } from './port.ts';

export interface HttpCatalogOptions {
  /** Addresses with {sku}, {country}, {storeId}, {variant} and {provider}, {country}, filled in as they come, percent-encoded. */
  readonly productUrl: string;
  readonly deliveryUrl: string;
  /** Sent as `Authorization: Bearer`; empty: none. */
  readonly token: string;
  /** One try, ms. */
  readonly timeoutMs: number;
  /** An answer is fresh for this long, ms. */
  readonly ttlMs: number;
  /** When the service fails, an answer of at most this age serves, ms. */
  readonly staleMs: number;
  /** That something is unknown is believed for this long, ms. */
  readonly unknownTtlMs: number;
  /** Failures in a row that open the breaker. */
  readonly breakerFailures: number;
  /** How long an open breaker lets nothing through, ms. */
  readonly breakerOpenMs: number;
  readonly entriesMax: number;
  /** Questions under way at once; what comes on top is refused. */
  readonly askingMax: number;
  readonly monotonicMs: () => number;
  /** How a lookup ended, for metrics. */
  readonly lookup: (result: LookupResult) => void;
}

export type LookupResult = 'hit' | 'miss' | 'unknown' | 'stale' | 'failed';

/** An answer of the service, less what was asked: that is filled in by us, whatever the service calls it. Fields of its own are passed over. */
const productAnswer = z
  .object(productSchema.shape)
  .omit({ sku: true, country: true, variant: true, storeId: true })
  .partial({ unitDiscount: true, type: true });
const deliveryAnswer = z.object(deliveryOptionSchema.shape).omit({ provider: true, country: true });

/** Bodies beyond this are no answer, bytes. */
const BODY_BYTES_MAX = 65_536;

/** Statuses by which the service refuses one question, and is well. */
const REFUSED = new Set([400, 414, 422]);
/** What there is not is remembered so often, and apart from what there is: anybody can ask for anything. */
const UNKNOWN_MAX = 10_000;

/** A call whose headers are here; {@link answered} ends its span. */
interface Call {
  readonly response: Response;
  readonly span: MaybeSpan;
}

interface Entry<T> {
  readonly answer: Answer<T>;
  readonly atMs: number;
}

/**
 * A catalog behind HTTP: `GET`, 200 with JSON, 404 for what there is not.
 *
 * Answers are kept: fresh ones are given at once, older ones when the service fails. A failure that was not the service's word (no connection)
 * is tried once more; a row of failures opens a breaker, so that a dead service costs nobody its timeout.
 */
export class HttpCatalog implements Catalog {
  readonly #options: HttpCatalogOptions;
  readonly #products: Lookups<Product>;
  readonly #deliveries: Lookups<DeliveryOption>;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #closing = new AbortController();
  #open = false;

  constructor(options: HttpCatalogOptions) {
    this.#options = options;
    this.#breaker = circuitBreaker(
      handleWhen((error) => !(error instanceof ClosedError || error instanceof OneAnswerError)),
      { halfOpenAfter: options.breakerOpenMs, breaker: new ConsecutiveBreaker(options.breakerFailures) },
    );
    this.#breaker.onStateChange((state) => (this.#open = state !== CircuitState.Closed));
    const ask: Ask = (url, read, span) => this.#breaker.execute(() => this.#fetch(url, read, span));
    this.#products = new Lookups(options, ask);
    this.#deliveries = new Lookups(options, ask);
  }

  product(query: ProductQuery, span?: MaybeSpan): Answer<Product> | Promise<Answer<Product>> {
    const { sku, country, variant, storeId } = query;
    const read = (body: unknown): Product => {
      const { unitDiscount = 0, type = 'physical', ...found } = productAnswer.parse(body);
      return productSchema.parse({
        ...found,
        unitDiscount,
        type,
        sku,
        country,
        ...(variant !== undefined && { variant }),
        ...(storeId !== undefined && { storeId }),
      });
    };
    return this.#products.find(fill(this.#options.productUrl, query), read, span);
  }

  delivery(query: DeliveryQuery, span?: MaybeSpan): Answer<DeliveryOption> | Promise<Answer<DeliveryOption>> {
    const read = (body: unknown): DeliveryOption =>
      deliveryOptionSchema.parse({ ...deliveryAnswer.parse(body), ...query });
    return this.#deliveries.find(fill(this.#options.deliveryUrl, query), read, span);
  }

  trouble(): string | null {
    return this.#open ? 'the catalog service fails; what is known of it serves' : null;
  }

  close(): Promise<void> {
    this.#closing.abort(new ClosedError('the catalog is closed'));
    return Promise.resolve();
  }

  async #fetch<T>(url: string, read: (body: unknown) => T, span: MaybeSpan): Promise<Answer<T>> {
    const { status, text } = await answered(await this.#connect(url, span));
    if (status === 404 || status === 410)
      return { status: 'unknown', detail: 'the catalog does not know it' };
    if (status !== 200) {
      if (REFUSED.has(status)) throw new OneAnswerError(`the catalog answered ${status}`);
      throw new FailedAnswerError(status);
    }
    const body: unknown = JSON.parse(text);
    try {
      return { status: 'found', value: read(body) };
    } catch (cause) {
      throw new OneAnswerError('the catalog’s answer has not the shape that it should', { cause });
    }
  }

  /** Tries again once where nobody was reached; a slow or a refusing service is not asked twice. */
  async #connect(url: string, span: MaybeSpan): Promise<Call> {
    try {
      return await this.#call(url, span);
    } catch (error) {
      if (!isConnectError(error)) throw error;
      return this.#call(url, span);
    }
  }

  async #call(url: string, parent: MaybeSpan): Promise<Call> {
    if (parent === null || parent === undefined)
      return { response: await this.#request(url, {}), span: null };
    const span = parent.child('GET', { 'http.request.method': 'GET', ...serverAt(url) }, 'client');
    try {
      const response = await this.#request(url, span.headers());
      span.set({ 'http.response.status_code': response.status });
      return { response, span };
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  #request(url: string, more: Readonly<Record<string, string>>): Promise<Response> {
    const { token, timeoutMs } = this.#options;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#closing.signal]);
    const headers = {
      accept: 'application/json',
      ...more,
      ...(token !== '' && { authorization: `Bearer ${token}` }),
    };
    return fetch(url, { headers, signal, redirect: 'error' });
  }
}

class ClosedError extends Error {
  override readonly name = 'ClosedError';
}

class FailedAnswerError extends Error {
  override readonly name = 'FailedAnswerError';
  /** As traces name it. */
  readonly code: string;

  constructor(status: number) {
    super(`the catalog answered ${status}`);
    this.code = String(status);
  }
}

/** What is wrong concerns one article: it is no reason to leave the service alone, or whoever asks for that article stops the whole shop. */
class OneAnswerError extends Error {
  override readonly name = 'OneAnswerError';
}

type Ask = <T>(url: string, read: (body: unknown) => T, span: MaybeSpan) => Promise<Answer<T>>;

/** Kept answers of one kind, with one question under way for each address. */
class Lookups<T> {
  readonly #options: HttpCatalogOptions;
  readonly #found: LRUCache<string, Entry<T>>;
  readonly #unknown: LRUCache<string, Entry<T>>;
  readonly #asking = new Map<string, Promise<Answer<T>>>();
  readonly #ask: Ask;

  constructor(options: HttpCatalogOptions, ask: Ask) {
    this.#options = options;
    this.#ask = ask;
    this.#found = new LRUCache({ max: options.entriesMax });
    this.#unknown = new LRUCache({ max: Math.min(options.entriesMax, UNKNOWN_MAX) });
  }

  /** `url` is null where no address can be made of the question. */
  find(url: string | null, read: (body: unknown) => T, span: MaybeSpan): Answer<T> | Promise<Answer<T>> {
    const { ttlMs, unknownTtlMs, askingMax, monotonicMs, lookup } = this.#options;
    if (url === null) return { status: 'unknown', detail: 'the catalog does not know it' };
    const entry = this.#found.get(url) ?? this.#unknown.get(url);
    const ageMs = entry === undefined ? Infinity : monotonicMs() - entry.atMs;
    if (entry !== undefined && ageMs < (entry.answer.status === 'found' ? ttlMs : unknownTtlMs)) {
      lookup('hit');
      return entry.answer;
    }
    const asking = this.#asking.get(url);
    // Who waits for another one's question sees the wait; the call is in the trace of who asked.
    if (asking !== undefined) return traced(span, 'catalog lookup', () => asking);
    if (this.#asking.size >= askingMax)
      return this.#stale(entry, ageMs, new Error(`${askingMax} questions are under way`));
    const answer = traced(span, 'catalog lookup', (inner) =>
      this.#askAnew(url, read, entry, ageMs, inner),
    ).finally(() => this.#asking.delete(url));
    this.#asking.set(url, answer);
    return answer;
  }

  async #askAnew(
    url: string,
    read: (body: unknown) => T,
    entry: Entry<T> | undefined,
    ageMs: number,
    span: MaybeSpan,
  ): Promise<Answer<T>> {
    const { monotonicMs, lookup } = this.#options;
    try {
      const answer = await this.#ask(url, read, span);
      const found = answer.status === 'found';
      (found ? this.#unknown : this.#found).delete(url);
      (found ? this.#found : this.#unknown).set(url, { answer, atMs: monotonicMs() });
      lookup(found ? 'miss' : 'unknown');
      return answer;
    } catch (cause) {
      return this.#stale(entry, ageMs, cause);
    }
  }

  /** What serves where there is no answer now. Throws {@link CatalogUnavailableError}. */
  #stale(entry: Entry<T> | undefined, ageMs: number, cause: unknown): Answer<T> {
    const { staleMs, lookup, breakerOpenMs } = this.#options;
    if (entry?.answer.status === 'found' && ageMs < staleMs) {
      lookup('stale');
      return entry.answer;
    }
    lookup('failed');
    throw new CatalogUnavailableError('the catalog service gives no answer', breakerOpenMs, { cause });
  }
}

/** What is asked for without a value leaves its place empty. Null for values that would be steps in the path, however they are written. */
function fill(template: string, values: object): string | null {
  const known = values as Readonly<Record<string, string | undefined>>;
  for (const value of Object.values(known)) if (value === '.' || value === '..') return null;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(known[name] ?? ''));
}

/** Reads the answer to its end, which is that of the call's span too: a body may stall as headers may. What is no answer is not read. */
async function answered({
  response,
  span,
}: Call): Promise<{ readonly status: number; readonly text: string }> {
  const { status } = response;
  try {
    const text = status === 200 ? await readBounded(response) : '';
    if (status !== 200) await response.body?.cancel();
    span?.end(status >= 500 ? new FailedAnswerError(status) : undefined);
    return { status, text };
  } catch (error) {
    span?.end(error);
    throw error;
  }
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX)
      throw new OneAnswerError(`the catalog's answer has more than ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function isConnectError(error: unknown): boolean {
  const { code } = ((error as { cause?: unknown }).cause ?? {}) as { code?: string };
  return (
    code !== undefined &&
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'].includes(code)
  );
}
