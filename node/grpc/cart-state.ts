import type { CartState } from '../../proto/types/messages/CartState.ts';
import type { Cart } from '../domain/cart.ts';

/** The cart as clients see it: the domain's own fields, which messages.proto names alike. */
export function cartState(cart: Cart): CartState {
  // The generated types know no readonly lists.
  return cart as unknown as CartState;
}
