import type { Cart } from '../domain/cart.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { GrainPool } from './grain.ts';

/** Where a succession is: for whoever wants to know how far it came. */
export type SuccessionStep = 'taking-over' | 'taken-over' | 'forgotten';

/**
 * Brings what an ordered cart has beyond its order into the cart that follows it, wherever an earlier try ended: `domain/succession.ts` has
 * the steps. Resolves with the ordered cart as it is then. Rejects as a grain's `apply`; whoever touches the cart next tries again.
 */
export async function finishSuccession(
  pool: GrainPool,
  cart: Cart,
  span?: MaybeSpan,
  step: (step: SuccessionStep) => void = () => undefined,
): Promise<Cart> {
  const { succession } = cart.checkout;
  if (succession === undefined || succession.lines.length === 0) return cart;
  const { cartId: successorId, lines } = succession;
  step('taking-over');
  const successor = await pool.read(successorId, span);
  if (successor.predecessor !== cart.id)
    await pool.apply(successorId, {
      mutation: { type: 'TakeOver', message: { sourceId: cart.id, lines } },
      span,
    });
  step('taken-over');
  const done = await pool.apply(cart.id, { mutation: { type: 'TakenOver', message: { successorId } }, span });
  step('forgotten');
  return done.cart;
}
