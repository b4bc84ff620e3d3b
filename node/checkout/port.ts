import type { MaybeSpan } from '../observability/trace.ts';

/** What the edges see of checkout, and what checkout needs of a provider. */

/** The provider's order for a cart, ready to be shown to the shopper. */
export interface OpenCheckout {
  /** HTML that goes into the shop's page byte for byte: its script must run. */
  readonly snippet: string;
  /** The provider's order, without what is between the node and the provider. */
  readonly order: object;
  /** The cart's, when it was read for this. */
  readonly version: number;
}

export type Verdict =
  | { readonly approved: true }
  /** The shopper is sent there, to see the checkout as it is now. */
  | { readonly approved: false; readonly location: string };

export interface CheckoutDesk {
  /**
   * The cart's order at the provider, made or brought up to date. Without success the cart is as it was.
   *
   * Rejects with {@link CheckoutError}, {@link AlreadyOrderedError}, `Rejection` (`no-checkout`, and what the catalog refuses), and as a
   * grain's `apply`.
   */
  open(cartId: string, span?: MaybeSpan): Promise<OpenCheckout>;
  /** The provider says that an order was paid. Resolves once that is true here and the provider knows so; it is told again until then. */
  push(seal: string, orderId: string, span?: MaybeSpan): Promise<void>;
  /** The shopper wants to pay `order`: is it what the cart has? */
  validate(seal: string, order: unknown, span?: MaybeSpan): Promise<Verdict>;
}

export type CheckoutCode =
  | 'checkout-busy'
  | 'checkout-order-mismatch'
  | 'checkout-order-unknown'
  | 'checkout-provider-error'
  | 'checkout-provider-timeout';

/** Nothing was changed in the cart. */
export class CheckoutError extends Error {
  override readonly name = 'CheckoutError';
  readonly code: CheckoutCode;
  /** For the client to quote; the log has it too. */
  readonly correlationId: string;
  /** The provider's own, where it gave one. */
  readonly providerCorrelationId: string | null;

  constructor(
    code: CheckoutCode,
    message: string,
    ids: { readonly correlationId: string; readonly providerCorrelationId?: string | null },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.correlationId = ids.correlationId;
    this.providerCorrelationId = ids.providerCorrelationId ?? null;
  }
}

/** The cart's order was paid; there is nothing left to check out. */
export class AlreadyOrderedError extends Error {
  override readonly name = 'AlreadyOrderedError';
  /** The shop's page that shows the order. */
  readonly confirmationUrl: string;

  constructor(confirmationUrl: string) {
    super('the cart was ordered; its confirmation says what was bought');
    this.confirmationUrl = confirmationUrl;
  }
}

/** A callback named a cart that this service never sealed. */
export class UnknownSealError extends Error {
  override readonly name = 'UnknownSealError';
}
