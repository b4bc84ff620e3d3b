import { finishSuccession } from '../actor/succession.ts';
import { emptyCart } from '../domain/cart.ts';
import { readJson } from './body.ts';
import { mintCartId } from './cart-id.ts';
import { HttpProblem } from './problems.ts';
import { check } from './request-schemas.ts';
import type { Context } from 'koa';
import type { GrainPool } from '../actor/grain.ts';
import type { CheckoutDesk } from '../checkout/port.ts';
import type { Cart } from '../domain/cart.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { RequestSchemas } from './request-schemas.ts';

type TracedContext = Context & { readonly state: { readonly span: MaybeSpan } };

/** Status, headers as names and values in turn, body. */
export type WholeAnswer = [status: number, headers: string[], body: string];

/** An order with as many lines as a cart may have, and the shopper's addresses. */
const ORDER_BYTES_MAX = 1 << 20;
/** Carts that followed one another since a cookie was last used. */
const HOPS_MAX = 100;

/** The provider's HTML, byte for byte, or its order where JSON is asked for. */
export async function answerCheckout(
  ctx: TracedContext,
  cartId: string,
  desk: CheckoutDesk | null,
): Promise<WholeAnswer> {
  const { snippet, order } = await opened(desk).open(cartId, ctx.state.span);
  if (ctx.accepts(['html', 'json']) === 'json')
    return [
      200,
      ['Content-Type', 'application/json; charset=utf-8', 'Vary', 'Accept'],
      JSON.stringify(order),
    ];
  return [200, ['Content-Type', 'text/html; charset=utf-8', 'Vary', 'Accept'], snippet];
}

/** The provider tells or asks. */
export async function answerCallback(
  ctx: TracedContext,
  callback: 'push' | 'validation',
  desk: CheckoutDesk | null,
  { pushQuery }: RequestSchemas,
): Promise<WholeAnswer> {
  const { seal } = ctx['params'] as { seal: string };
  if (callback === 'push') {
    const { order } = check(pushQuery, { ...ctx.query }, ['query']);
    await opened(desk).push(seal, order, ctx.state.span);
    return [200, [], ''];
  }
  const order = await readJson(ctx.req, ORDER_BYTES_MAX);
  const verdict = await opened(desk).validate(seal, order, ctx.state.span);
  return verdict.approved ? [200, [], ''] : [303, ['Location', verdict.location], ''];
}

/**
 * The cart that a cookie for an ordered one goes over to: the one that follows it, where what came too late for the order is, or one that follows that; a new
 * one where none is known, or where that was merged into another cart, which the cookie does not name.
 */
export async function successorOf(pool: GrainPool, ordered: Cart, span: MaybeSpan): Promise<Cart> {
  let cart = ordered;
  for (let hop = 0; cart.checkout.status === 'CHECKOUT_ORDERED'; hop += 1) {
    const next = hop < HOPS_MAX ? cart.checkout.succession?.cartId : undefined;
    cart = await finishSuccession(pool, await pool.read(next ?? mintCartId(), span), span);
  }
  return cart.merging?.done === true ? emptyCart(mintCartId()) : cart;
}

function opened(desk: CheckoutDesk | null): CheckoutDesk {
  if (desk === null)
    throw new HttpProblem('checkout-off', 'no checkout provider is configured: see CHECKOUT');
  return desk;
}
