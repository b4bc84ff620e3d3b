/**
 * Why a mutation was refused. A rejection is definite: nothing was changed and the same request is refused again as long as
 * the cart is the same.
 *
 * - `invalid`: the values can't be right for any cart or break a limit
 * - `missing`: what it names is not there
 * - `conflict`: it does not fit the cart as it is
 * - `precondition`: the caller asked for a version that is not the cart's
 */
export type RejectionKind = 'invalid' | 'missing' | 'conflict' | 'precondition';

/** Stable codes, part of the public API. */
export type RejectionCode =
  | 'already-ordered'
  | 'cart-merged'
  | 'cart-merging'
  | 'checkout-conflict'
  | 'currency-mismatch'
  | 'delivery-limit'
  | 'idempotency-key-reused'
  | 'line-limit'
  | 'line-total-limit'
  | 'lines-without-delivery-missing'
  | 'merge-limit'
  | 'no-checkout'
  | 'payment-in-progress'
  | 'quantity-limit'
  | 'request-in-progress'
  | 'self-merge'
  | 'unknown-delivery'
  | 'unknown-delivery-provider'
  | 'unknown-line'
  | 'unknown-sku'
  | 'unknown-source'
  | 'version-mismatch';

export interface RejectionDetails {
  /** Path of the offending field in the request, for example `mutations[2].quantity`. */
  readonly field?: string;
  /** What would have been accepted. */
  readonly limit?: number;
  /** The other cart that it is about. Its id is a secret: edges name it by a hash. */
  readonly cartId?: string;
}

export class Rejection extends Error {
  override readonly name = 'Rejection';
  readonly kind: RejectionKind;
  readonly code: RejectionCode;
  readonly details: RejectionDetails;

  constructor(kind: RejectionKind, code: RejectionCode, message: string, details: RejectionDetails = {}) {
    super(message);
    this.kind = kind;
    this.code = code;
    this.details = details;
  }

  /** The same rejection, pointing into a larger request: `quantity` within `mutations[2]` is `mutations[2].quantity`. */
  within(path: string): Rejection {
    const field = this.details.field === undefined ? path : `${path}.${this.details.field}`;
    return new Rejection(this.kind, this.code, `${path}: ${this.message}`, { ...this.details, field });
  }
}
