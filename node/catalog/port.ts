import type { DeliveryOption, Product } from '../domain/cart.ts';
import type { MaybeSpan } from '../observability/trace.ts';

/** What a shopper names when asking for an article. */
export interface ProductQuery {
  readonly sku: string;
  /** Two letters, lower case, ISO 3166-1. */
  readonly country: string;
  readonly storeId?: string | undefined;
  readonly variant?: string | undefined;
}

export interface DeliveryQuery {
  readonly provider: string;
  /** Two letters, lower case, ISO 3166-1. */
  readonly country: string;
}

/**
 * `unknown` is the catalog's definite no; `detail` says for people what is not there and what would be, `field` which part of the question is to blame,
 * where the catalog knows.
 */
export type Answer<T> =
  | { readonly status: 'found'; readonly value: T }
  | { readonly status: 'unknown'; readonly detail: string; readonly field?: keyof ProductQuery };

/**
 * Where names, prices and tax rates come from. A client never sets them.
 *
 * An answer that is at hand comes back synchronously, so that the common add never leaves its turn of the event loop.
 * `span` is what the question is part of, where that is traced.
 *
 * Throws (or rejects with) {@link CatalogUnavailableError} when there is no answer and no usable older one.
 */
export interface Catalog {
  product(query: ProductQuery, span?: MaybeSpan): Answer<Product> | Promise<Answer<Product>>;
  delivery(query: DeliveryQuery, span?: MaybeSpan): Answer<DeliveryOption> | Promise<Answer<DeliveryOption>>;
  /** Why the catalog can't answer now, for readiness; null when it can. */
  trouble(): string | null;
  close(): Promise<void>;
}

/** The catalog gave no answer in time. Nothing was changed; asking again may help. */
export class CatalogUnavailableError extends Error {
  override readonly name = 'CatalogUnavailableError';
  /** When asking again makes sense, ms. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterMs = retryAfterMs;
  }
}
