import { Rejection } from '../domain/rejection.ts';
import { offerOf, sameBytes } from './context.ts';
import { validatedOrderSchema } from './provider.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { CheckoutContext } from './context.ts';
import type { Verdict } from './port.ts';

/** Changes of the cart between two looks: each is a round. The provider waits for seconds, not longer. */
const ROUNDS_MAX = 3;

/**
 * Is what the shopper wants to pay what the cart has? Approval is noted at the very version that was judged; what is changed behind it is not
 * in this order, and goes to the cart that follows.
 */
export async function validateOrder(
  context: CheckoutContext,
  cartId: string,
  body: unknown,
  span: MaybeSpan,
): Promise<Verdict> {
  const { pool, seals, options, observer } = context;
  const denied: Verdict = { approved: false, location: options.pageUrl };
  const order = validatedOrderSchema.safeParse(body).data;
  const hash = order === undefined ? null : seals.hashIn(cartId, order);
  if (order === undefined || hash === null) return denied;
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    observer.step('validating');
    const cart = await pool.read(cartId, span);
    const { checkout, merging } = cart;
    // What it has goes to another cart, or went there.
    if (merging !== undefined) return denied;
    const open = checkout.status === 'CHECKOUT_OPEN' && checkout.reference === order.order_id;
    if (!open || cart.lines.length === 0 || !sameBytes(offerOf(context, cart).hash, hash)) return denied;
    if (checkout.paymentInProgress === true) return { approved: true };
    const message = {
      orderId: order.order_id,
      status: checkout.providerStatus ?? 'checkout_incomplete',
      payloadHash: hash,
      cartVersion: cart.version,
      paymentInProgress: true,
      replaces: order.order_id,
    };
    try {
      const noting = pool.apply(cartId, {
        mutation: { type: 'InitializeCheckout', message },
        ifVersion: [cart.version],
        span,
      });
      observer.step('approving');
      await noting;
      observer.step('approved');
      return { approved: true };
    } catch (error) {
      if (!(error instanceof Rejection && error.code === 'version-mismatch')) throw error;
    }
  }
  return denied;
}
