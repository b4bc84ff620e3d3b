import { readJson } from './body.ts';
import { HttpProblem } from './problems.ts';
import type { Context } from 'koa';
import type { CheckoutDesk } from '../checkout/port.ts';

/** Status, headers as names and values in turn, body. */
export type WholeAnswer = [status: number, headers: string[], body: string];

/** An order with as many lines as a cart may have, and the shopper's addresses. */
const ORDER_BYTES_MAX = 1 << 20;

/** The provider's HTML, byte for byte, or its order where JSON is asked for. */
export async function answerCheckout(
  ctx: Context,
  cartId: string,
  desk: CheckoutDesk | null,
): Promise<WholeAnswer> {
  const { snippet, order } = await opened(desk).open(cartId);
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
  ctx: Context,
  callback: 'push' | 'validation',
  desk: CheckoutDesk | null,
): Promise<WholeAnswer> {
  const { seal } = ctx['params'] as { seal: string };
  if (callback === 'push') {
    const { order } = ctx.query;
    if (typeof order !== 'string' || order.length < 1 || order.length > 255) {
      const field = {
        field: 'query.order',
        message: 'must be the order’s id',
        expected: '1 to 255 characters',
      };
      throw new HttpProblem('invalid-value', 'query.order: must be the order’s id', [field]);
    }
    await opened(desk).push(seal, order);
    return [200, [], ''];
  }
  const verdict = await opened(desk).validate(seal, await readJson(ctx.req, ORDER_BYTES_MAX));
  return verdict.approved ? [200, [], ''] : [303, ['Location', verdict.location], ''];
}

function opened(desk: CheckoutDesk | null): CheckoutDesk {
  if (desk === null)
    throw new HttpProblem('checkout-off', 'no checkout provider is configured: see CHECKOUT');
  return desk;
}
