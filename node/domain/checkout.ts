import { Rejection } from './rejection.ts';
import type { MutationRegistry } from './registry.ts';

/** What the cart remembers of its order at the checkout provider. */
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
  registry.register({
    type: 'InitializeCheckout',
    totals: false,
    handler: (cart, { orderId, status, payloadHash, cartVersion }) => {
      cart.checkout = {
        status: 'CHECKOUT_OPEN',
        reference: orderId,
        providerStatus: status,
        payloadHash,
        cartVersion,
      };
    },
  });
  registry.register({
    type: 'OrderCreated',
    totals: false,
    // Who pays an order whose cart was merged meanwhile has paid: that must be known. While it is being merged the provider has to tell it again.
    whenMerging: 'done',
    handler: (cart, { orderId, status }) => {
      if (cart.checkout.reference !== orderId) {
        throw new Rejection('conflict', 'no-checkout', `the cart has no checkout order ${orderId}`, {
          field: 'orderId',
        });
      }
      cart.checkout = { ...cart.checkout, status: 'CHECKOUT_ORDERED', providerStatus: status };
    },
  });
}
