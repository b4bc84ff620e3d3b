import { Rejection } from './rejection.ts';
import { repriceDelivery } from './deliveries.ts';
import { repriceLine } from './lines.ts';
import type { Checkout } from './cart.ts';
import type { Messages } from './mutation.ts';
import type { Draft, MutationRegistry } from './registry.ts';

/** What the cart remembers of its order at the checkout provider, until that is paid; `succession.ts` has what follows then. */
export function registerCheckoutMutations(registry: MutationRegistry): void {
  registry.register({
    type: 'CreateCheckoutOrder',
    totals: false,
    handler: (cart, { country }) => {
      if (cart.lines.length === 0)
        throw new Rejection('conflict', 'no-checkout', 'an empty cart can’t be ordered');
      if (country !== cart.country) {
        throw new Rejection(
          'conflict',
          'currency-mismatch',
          `the cart is for ${cart.country}, the checkout for ${country}`,
          {
            field: 'country',
          },
        );
      }
      // A reference that is there already is kept: the provider's order is updated, not made twice.
      cart.checkout = {
        ...cart.checkout,
        status: cart.checkout.reference ? 'CHECKOUT_OPEN' : 'CHECKOUT_REQUESTED',
      };
    },
  });
  registry.register({ type: 'InitializeCheckout', totals: true, handler: initialize });
}

function initialize(cart: Draft, message: Messages['InitializeCheckout']): void {
  const { orderId, status, payloadHash, cartVersion, replaces } = message;
  const { reference = '', pricedAtMs: known } = cart.checkout;
  // Two nodes may have asked the provider at once: the shopper must be shown the one order that the cart knows of.
  if (replaces !== undefined && reference !== orderId && reference !== replaces) {
    throw new Rejection('conflict', 'checkout-conflict', 'another checkout of this cart was faster');
  }
  for (const { lineId, product } of message.linePrices ?? []) repriceLine(cart, lineId, product);
  for (const { deliveryId, option } of message.deliveryPrices ?? [])
    repriceDelivery(cart, deliveryId, option);
  const pricedAtMs = mergedSince(cart, cartVersion) ? known : (message.pricedAtMs ?? known);
  const checkout: Checkout = {
    status: 'CHECKOUT_OPEN',
    reference: orderId,
    providerStatus: status,
    payloadHash,
    cartVersion,
    ...(message.paymentInProgress && { paymentInProgress: true }),
    ...(pricedAtMs !== undefined && { pricedAtMs }),
  };
  cart.checkout = checkout;
}

/** Something came in from another cart behind that version: whoever asked the catalog then did not ask for it. */
function mergedSince({ mergeDecisions = [] }: Draft, version: number): boolean {
  return mergeDecisions.some((decision) => !decision.refused && decision.version > version);
}
