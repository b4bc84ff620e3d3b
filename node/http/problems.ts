import { randomUUID } from 'node:crypto';
import { DamagedCartError, RetriableError, UnknownOutcomeError } from '../actor/errors.ts';
import { AlreadyOrderedError, CheckoutError, UnknownSealError } from '../checkout/port.ts';
import { Rejection } from '../domain/rejection.ts';
import { cartDigest } from './cart-id.ts';

/**
 * Every error this API answers, as `application/problem+json` (RFC 9457). Codes and types are stable; README.md documents them, and a test compares
 * that table with this one.
 */
export const problems = {
  'already-ordered': [409, 'The cart was ordered'],
  'body-not-json': [400, 'The body is not JSON'],
  'body-too-large': [413, 'The body is too large'],
  'cart-damaged': [503, 'The cart can’t be read'],
  'cart-merged': [409, 'The cart was merged into another one'],
  'cart-merging': [409, 'The cart is being merged into another one'],
  'cart-owned-elsewhere': [503, 'Another node owns the cart'],
  'catalog-unavailable': [503, 'The catalog gives no answer'],
  'checkout-busy': [503, 'Too many requests wait for the checkout provider'],
  'checkout-conflict': [409, 'Another checkout of this cart was faster'],
  'checkout-off': [501, 'This service has no checkout'],
  'checkout-order-mismatch': [409, 'The order is not this cart’s'],
  'checkout-order-unknown': [404, 'The checkout provider knows no such order'],
  'checkout-provider-error': [502, 'The checkout provider failed'],
  'checkout-provider-timeout': [504, 'The checkout provider did not answer in time'],
  closing: [503, 'The node is shutting down'],
  'cross-site': [403, 'Cross-site requests can’t change carts'],
  'currency-mismatch': [409, 'Another currency or country than the cart’s'],
  'delivery-limit': [422, 'Too many deliveries'],
  'headers-too-large': [431, 'The headers are too large'],
  'idempotency-key-reused': [422, 'The Idempotency-Key was used with another request'],
  'internal-error': [500, 'Something went wrong here'],
  'invalid-header': [400, 'A header is malformed'],
  'invalid-value': [422, 'A value is not acceptable'],
  'journal-full': [503, 'There is no room for changes'],
  'journal-unavailable': [503, 'Changes can’t be stored at the moment'],
  'line-limit': [422, 'Too many lines'],
  'line-total-limit': [422, 'The line’s total is too high'],
  'lines-without-delivery-missing': [409, 'Every line has a delivery'],
  'mailbox-full': [503, 'Too many requests wait for this cart'],
  'malformed-request': [400, 'This is no HTTP request'],
  'merge-limit': [409, 'Too many carts were merged into this one'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'no-checkout': [409, 'There is nothing to check out'],
  'node-overloaded': [503, 'The node is overloaded'],
  'not-found': [404, 'There is nothing at this path'],
  'ownership-lost': [503, 'The cart is moving to another node'],
  'payment-in-progress': [409, 'The cart is being paid'],
  'pool-full': [503, 'The node holds as many carts as it can'],
  'prefetch-refused': [403, 'A prefetch can’t change a cart'],
  'quantity-limit': [422, 'Too many pieces'],
  'rate-limited': [429, 'Too many requests'],
  'remembered-requests-full': [503, 'Too many requests with an Idempotency-Key'],
  'request-in-progress': [409, 'The first request with this Idempotency-Key still runs'],
  'request-timeout': [408, 'The request did not come in time'],
  'self-merge': [422, 'A cart can’t be merged into itself'],
  'unknown-delivery': [404, 'There is no such delivery'],
  'unknown-delivery-provider': [404, 'There is no such delivery provider'],
  'unknown-field': [400, 'The request has a field that is not known'],
  'unknown-line': [404, 'There is no such line'],
  'unknown-outcome': [503, 'It is not known whether the change was stored'],
  'unknown-sku': [404, 'There is no such article'],
  'unknown-source': [404, 'There is no such cart to merge'],
  'unsupported-media-type': [415, 'The body must be application/json'],
  'version-mismatch': [412, 'The cart is at another version'],
  'watchers-full': [503, 'Too many watch'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof problems;

/** One value that was not acceptable. */
export interface FieldError {
  /** Path in the body (`items[0].quantity`), the query or the path of the URL. */
  readonly field: string;
  readonly message: string;
  readonly expected?: string;
  readonly limit?: number;
}

/** An answer other than success. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  /** This very answer, for the client to quote and for the log to be searched for. */
  readonly instance = `urn:uuid:${randomUUID()}`;
  readonly headers: Readonly<Record<string, string>>;
  /** Members beside the standard ones. */
  readonly extensions: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    errors: readonly FieldError[] = [],
    headers: Readonly<Record<string, string>> = {},
    options: ErrorOptions & { readonly extensions?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail, options);
    this.code = code;
    this.errors = errors;
    this.headers = headers;
    this.extensions = options.extensions ?? {};
  }

  get status(): number {
    return problems[this.code][0];
  }

  /** The body of the answer. */
  toJSON(): object {
    const [status, title] = problems[this.code];
    const type = `https://cartwright.dev/problems/${this.code}`;
    const base = {
      type,
      title,
      status,
      detail: this.message,
      instance: this.instance,
      code: this.code,
      ...this.extensions,
    };
    return this.errors.length === 0 ? base : { ...base, errors: this.errors };
  }
}

/** What any error of the inner layers means to a client. What is not known here is ours to mend: 500, and nothing of it is told. */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof Rejection) {
    const { field, limit, cartId } = error.details;
    const bound = limit === undefined ? {} : { expected: `at most ${limit}`, limit };
    const errors = field === undefined ? [] : [{ field, message: error.message, ...bound }];
    // The other cart is named as logs name it: who knows its id may change it, and who asks here need not.
    const detail = cartId === undefined ? error.message : `${error.message}, ${cartDigest(cartId)}`;
    return new HttpProblem(error.code, detail, errors);
  }
  if (error instanceof RetriableError)
    return new HttpProblem(error.code, error.message, [], retryAfter(error.retryAfterMs), { cause: error });
  if (error instanceof UnknownOutcomeError) {
    const detail =
      'the change may or may not be stored; the same request with the same Idempotency-Key tells';
    return new HttpProblem('unknown-outcome', detail, [], retryAfter(error.retryAfterMs), { cause: error });
  }
  if (error instanceof DamagedCartError) {
    const detail = 'what is stored of this cart is damaged; it is kept as it is until somebody looked at it';
    return new HttpProblem('cart-damaged', detail, [], retryAfter(60_000), { cause: error });
  }
  const checkout = checkoutProblem(error);
  if (checkout !== null) return checkout;
  return new HttpProblem(
    'internal-error',
    'the request could not be handled; nothing else is known about it',
    [],
    {},
    { cause: error },
  );
}

function checkoutProblem(error: unknown): HttpProblem | null {
  if (error instanceof AlreadyOrderedError) {
    const extensions = { confirmationUrl: error.confirmationUrl };
    return new HttpProblem('already-ordered', error.message, [], {}, { extensions });
  }
  if (error instanceof UnknownSealError)
    return new HttpProblem('not-found', error.message, [], {}, { cause: error });
  if (!(error instanceof CheckoutError)) return null;
  const { code, correlationId, providerCorrelationId } = error;
  const extensions = {
    correlationId,
    ...(providerCorrelationId !== null && { providerCorrelationId }),
  };
  const headers = code === 'checkout-busy' ? retryAfter(1000) : {};
  return new HttpProblem(code, error.message, [], headers, { cause: error, extensions });
}

/** What Node found wrong with the bytes on a connection. Null where the connection itself broke. */
export function brokenHttp({ code = '' }: NodeJS.ErrnoException): HttpProblem | null {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpProblem(
        'headers-too-large',
        'the request line and the headers must have at most 16 KiB',
      );
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new HttpProblem('body-too-large', 'the extensions of the body’s chunks are too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpProblem('request-timeout', 'the request must come in one go, within seconds');
    default:
      return code.startsWith('HPE_') && code !== 'HPE_INVALID_EOF_STATE'
        ? new HttpProblem('malformed-request', 'what came is no request of HTTP 1.1 (RFC 9112)')
        : null;
  }
}

/** In whole seconds, at least one. */
export function retryAfter(ms: number): { 'retry-after': string } {
  return { 'retry-after': String(Math.max(1, Math.ceil(ms / 1000))) };
}
