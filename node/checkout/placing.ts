import { finishSuccession } from '../actor/succession.ts';
import { Rejection } from '../domain/rejection.ts';
import { randomUUID } from 'node:crypto';
import { paidContent } from './paid.ts';
import { CheckoutError } from './port.ts';
import type { Cart, PaidContent } from '../domain/cart.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { CheckoutContext } from './context.ts';
import type { CheckoutCode } from './port.ts';
import type { Errand, PlacedOrder } from './provider.ts';

/** Statuses of an order that was paid, or whose payment is promised. */
const PAID = new Set(['AUTHORIZED', 'PART_CAPTURED', 'CAPTURED', 'CLOSED']);

/**
 * Makes the cart an ordered one, once, and brings what it has beyond the order to the cart that follows it. The order itself is asked for:
 * whoever says that it was paid gave a hint, no proof. Each step is durable before the next one, and a repetition goes on where the last
 * try ended.
 */
export async function placeOrder(
  context: CheckoutContext,
  cartId: string,
  orderId: string,
  errand: Errand,
): Promise<void> {
  const { pool, provider, observer } = context;
  const { span } = errand;
  observer.step('placing');
  const order = await provider.placed(orderId, errand);
  if (order === 'gone') throw problem('checkout-order-unknown', 'the provider knows no such order');
  observer.step('order-read');
  const paid = verified(context, cartId, order);
  let cart = await pool.read(cartId, span);
  if (cart.checkout.status !== 'CHECKOUT_ORDERED') cart = await become(context, cart, order, paid, span);
  if (cart.checkout.reference !== orderId) {
    observer.alarm(cartId, orderId, 'a second order of this cart was paid');
    throw problem('checkout-order-mismatch', 'the cart was ordered by another order');
  }
  await finishSuccession(pool, cart, span, (step) => observer.step(step));
}

/** Its content, where the order is paid, is this cart's, and has the amount that was asked for. */
function verified(
  { seals, observer }: CheckoutContext,
  cartId: string,
  order: PlacedOrder,
): (cart: Cart) => PaidContent {
  if (!PAID.has(order.status.toUpperCase()))
    throw problem('checkout-order-mismatch', `the order is ${order.status}, it was not paid`);
  if (seals.hashIn(cartId, order) === null) {
    observer.alarm(cartId, order.order_id, 'an order was paid that is not what was asked for this cart');
    throw problem('checkout-order-mismatch', 'the order is not what was asked for this cart');
  }
  return (cart) => {
    try {
      return paidContent(
        order.order_lines,
        { country: order.purchase_country, currency: order.purchase_currency },
        cart,
      );
    } catch (cause) {
      observer.alarm(cartId, order.order_id, 'the paid order has lines that are not of this cart');
      throw problem('checkout-order-mismatch', 'the order has lines that are not of this cart', cause);
    }
  };
}

async function become(
  { pool, observer, mintCartId }: CheckoutContext,
  cart: Cart,
  { order_id: orderId, status }: PlacedOrder,
  paid: (cart: Cart) => PaidContent,
  span: MaybeSpan,
): Promise<Cart> {
  const message = { orderId, status, paid: paid(cart), successorId: mintCartId() };
  const ordering = pool.apply(cart.id, { mutation: { type: 'OrderCreated', message }, span });
  observer.step('ordering');
  try {
    const { cart: ordered } = await ordering;
    observer.ordered();
    if (ordered.merging !== undefined)
      observer.alarm(
        cart.id,
        orderId,
        'the cart was merged into another one, which has the lines that were paid here',
      );
    observer.step('ordered');
    return ordered;
  } catch (error) {
    // Somebody else was told the same and was faster.
    if (error instanceof Rejection && error.code === 'already-ordered') return pool.read(cart.id, span);
    throw error;
  }
}

function problem(code: CheckoutCode, message: string, cause?: unknown): CheckoutError {
  return new CheckoutError(code, message, { correlationId: randomUUID() }, { cause });
}
