import { add, sameArticle } from './lines.ts';
import { Rejection } from './rejection.ts';
import { priceLine } from './settle.ts';
import type { Line } from './cart.ts';
import type { Messages } from './mutation.ts';
import type { Draft, MutationRegistry } from './registry.ts';

/**
 * What follows payment. A cart may change until the provider says that its order was paid, so it may have more by then than what was paid:
 * that goes to the cart that follows it, in steps of which each is durable before the next one:
 *
 * 1. the ordered cart keeps what was paid, and beside it what is left, for the successor     OrderCreated
 * 2. the successor takes that in; what it took from whom stays in it                         TakeOver
 * 3. the ordered cart forgets what was left                                                  TakenOver
 *
 * Whoever comes by finishes what is not: in between, what is left is in the ordered cart, or in both and can't be taken in twice.
 */
export function registerSuccessionMutations(registry: MutationRegistry): void {
  registry.register({
    type: 'OrderCreated',
    totals: true,
    // Who pays an order whose cart was merged meanwhile has paid: that must be known. While it is being merged the provider has to tell it again.
    whenMerging: 'done',
    handler: orderCreated,
  });
  registry.register({
    type: 'TakeOver',
    totals: true,
    handler: (cart, { sourceId, lines }) => {
      if (cart.predecessor === sourceId) return;
      if (cart.predecessor !== undefined)
        throw new Rejection('conflict', 'checkout-conflict', 'the cart follows another one already');
      for (const { product, quantity } of lines) add(cart, product, quantity);
      cart.predecessor = sourceId;
    },
  });
  registry.register({
    type: 'TakenOver',
    totals: false,
    whenOrdered: true,
    whenMerging: 'done',
    handler: (cart, { successorId }) => {
      const { succession } = cart.checkout;
      if (succession?.cartId !== successorId)
        throw new Rejection('conflict', 'checkout-conflict', 'another cart follows this one');
      cart.checkout = { ...cart.checkout, succession: { ...succession, lines: [] } };
    },
  });
}

function orderCreated(cart: Draft, { orderId, status, paid, successorId }: Messages['OrderCreated']): void {
  // An order whose content comes with it was verified to be this cart's: a checkout may have been made anew while it was paid.
  if (!paid && cart.checkout.reference !== orderId) {
    throw new Rejection('conflict', 'no-checkout', `the cart has no checkout order ${orderId}`, {
      field: 'orderId',
    });
  }
  let left: readonly Line[] = [];
  if (paid) {
    left = beyond(paid.lines, cart.lines);
    cart.lines = paid.lines.map(priceLine);
    cart.deliveries = paid.deliveries;
    cart.lastLineId = highest(cart.lastLineId, paid.lines);
    cart.lastDeliveryId = highest(cart.lastDeliveryId, paid.deliveries);
    const [first] = paid.lines;
    cart.currency = first?.product.currency ?? '';
    cart.country = first?.product.country ?? '';
  }
  const { payloadHash, cartVersion } = cart.checkout;
  cart.checkout = {
    status: 'CHECKOUT_ORDERED',
    reference: orderId,
    providerStatus: status,
    ...(payloadHash !== undefined && { payloadHash }),
    ...(cartVersion !== undefined && { cartVersion }),
    ...(successorId !== undefined && { succession: { cartId: successorId, lines: left } }),
  };
}

function highest(last: number, things: readonly { readonly id: number }[]): number {
  return things.reduce((highestId, { id }) => Math.max(highestId, id), last);
}

/** What `lines` have more than `paid`. By article: `set` gives ids anew. */
function beyond(paid: readonly Line[], lines: readonly Line[]): readonly Line[] {
  return lines.flatMap((line) => {
    const bought = paid.find(({ product }) => sameArticle(product, line.product))?.quantity ?? 0;
    const quantity = line.quantity - bought;
    return quantity > 0 ? [priceLine({ ...line, quantity, deliveryId: 0 })] : [];
  });
}
