import assert from 'node:assert/strict';
import { emptyCart } from '../domain/cart.ts';
import { aProduct } from '../actor/testing/fixtures.ts';
import { cartState, mutationView } from './views.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

describe('what CartActor’s clients see', () => {
  it('of a cart is what is known to be for them, whatever else is in it', () => {
    const cart = {
      ...emptyCart('c1'),
      predecessor: 'a secret',
      checkout: { status: 'CHECKOUT_OPEN', reference: 'o1', succession: { cartId: 'a secret', lines: [] } },
    } as Cart;
    assert.doesNotMatch(JSON.stringify(cartState(cart)), /secret/);
    assert.deepEqual(cartState(cart).checkout, { status: 'CHECKOUT_OPEN', reference: 'o1' });
  });

  it('of a change is what was applied, and not what concerns the provider', () => {
    const product = aProduct();
    const added: Mutation = { type: 'AddItem', message: { product, quantity: 2 } };
    assert.deepEqual(mutationView(added), { addItem: { product, quantity: 2 } });
    const push = 'https://shop.example/push?key=secret';
    assert.deepEqual(mutationView({ type: 'CreateCheckoutOrder', message: { country: 'se', push } }), {
      createCheckoutOrder: { country: 'se' },
    });
    assert.deepEqual(mutationView({ type: 'Batch', message: { mutations: [added] } }), {
      batch: { mutations: [{ addItem: { product, quantity: 2 } }] },
    });
  });

  it('of a change that is not known here is only that it was', () => {
    const unknown = { type: 'GoElsewhere', message: { targetId: 'a secret' } } as unknown as Mutation;
    assert.deepEqual(mutationView(unknown), { goElsewhere: {} });
  });
});
