import { toWire } from '../actor/record.ts';
import type { CartState } from '../../proto/types/messages/CartState.ts';
import type { Mutation as WireMutation } from '../../proto/types/messages/Mutation.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

/**
 * What CartActor's clients see. Fields by name and mutations by list, so that what a later release adds stays inside until somebody decides otherwise: it may name
 * another cart, and who knows a cart's id may change it.
 */
export function cartState(cart: Cart): CartState {
  const { id, version, currency, country, totals, lastLineId, lastDeliveryId } = cart;
  const { status, reference, providerStatus, payloadHash, cartVersion } = cart.checkout;
  // The generated types know no readonly lists; the fields are the domain's own, which messages.proto names alike.
  const { lines, deliveries, warnings } = cart as unknown as Required<CartState>;
  return {
    id,
    version,
    currency,
    country,
    lines,
    deliveries,
    totals,
    checkout: {
      status,
      ...(reference !== undefined && { reference }),
      ...(providerStatus !== undefined && { providerStatus }),
      ...(payloadHash !== undefined && { payloadHash }),
      ...(cartVersion !== undefined && { cartVersion }),
    },
    warnings,
    lastLineId,
    lastDeliveryId,
  };
}

/** Which fields of a mutation are shown; of others there is only the kind. */
const shown: Readonly<Record<string, readonly string[]>> = {
  AddItem: ['product', 'quantity'],
  SetCartRequest: ['items', 'resolved'],
  RemoveItem: ['id'],
  ChangeQuantity: ['id', 'quantity'],
  SetDelivery: ['provider', 'items', 'pickupPoint', 'resolved'],
  SetPickupPoint: ['deliveryId', 'pickupPoint'],
  RemoveDelivery: ['id'],
  InitializeCheckout: ['orderId', 'status'],
  CreateCheckoutOrder: ['country'],
  OrderCreated: ['orderId', 'status'],
  TakeOver: ['lines'],
  Merge: ['strategy', 'source'],
  Merging: ['strategy'],
};

/** A change as clients see it: what was applied, with the catalog's answers in it, but not what concerns the checkout provider or other carts. */
export function mutationView(mutation: Mutation): WireMutation {
  return toWire(visible(mutation));
}

function visible(mutation: Mutation): Mutation {
  if (mutation.type === 'Batch')
    return { type: 'Batch', message: { mutations: mutation.message.mutations.map(visible) } };
  const fields = shown[mutation.type] ?? [];
  const message = Object.fromEntries(
    Object.entries(mutation.message).filter(([name]) => fields.includes(name)),
  );
  return { type: mutation.type, message } as Mutation;
}
