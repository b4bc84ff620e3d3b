/** What went wrong on the way to a change, by consequence for the caller. Definite refusals are the domain's `Rejection`. */

/** Stable codes, part of the public API. */
export type RetriableCode =
  | 'cart-owned-elsewhere'
  | 'catalog-unavailable'
  | 'closing'
  | 'journal-full'
  | 'journal-unavailable'
  | 'mailbox-full'
  | 'ownership-lost'
  | 'pool-full'
  | 'remembered-requests-full'
  | 'watchers-full';

/** Nothing was changed. The same request may succeed later. */
export class RetriableError extends Error {
  override readonly name: string = 'RetriableError';
  readonly code: RetriableCode;
  /** When asking again makes sense, ms. */
  readonly retryAfterMs: number;

  constructor(code: RetriableCode, message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The change may or may not be durable. With a request id, asking again is safe and tells. */
export class UnknownOutcomeError extends Error {
  override readonly name = 'UnknownOutcomeError';
  readonly retryAfterMs = 1000;

  constructor(options?: ErrorOptions) {
    super('the change was sent to the journal, which has not answered whether it is stored', options);
  }
}

/** What is stored of the cart can't be read. It is left as it is; other carts are not affected. */
export class DamagedCartError extends Error {
  override readonly name = 'DamagedCartError';
}
