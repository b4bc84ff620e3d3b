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
      merging: { targetId: 'a secret', strategy: 'MERGE_STRATEGY_SUM', mergeId: 'm', done: true },
      mergeDecisions: [{ sourceId: 'a secret', mergeId: 'm', version: 1, refused: false }],
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

  it('of a change between two carts is what came or went, and not which the other one is', () => {
    const product = aProduct();
    const line = { id: 1, product, quantity: 2, deliveryId: 0, totalPrice: 39_800, totalTax: 7960 };
    const strategy = 'MERGE_STRATEGY_SUM';
    const source = { lines: [line], deliveries: [] };
    const secret = { sourceId: 'a secret', targetId: 'a secret', successorId: 'a secret', mergeId: 'm1' };
    const seen = (type: string, message: object): unknown =>
      mutationView({ type, message: { ...secret, ...message } } as unknown as Mutation);
    assert.deepEqual(seen('Merge', { strategy, source }), { merge: { strategy, source } });
    assert.deepEqual(seen('Merging', { strategy }), { merging: { strategy } });
    assert.deepEqual(seen('TakeOver', { lines: [line] }), { takeOver: { lines: [line] } });
    for (const type of ['Merged', 'MergeRefused', 'MergeCanceled', 'TakenOver'])
      assert.deepEqual(Object.values(seen(type, {}) as object), [{}], type);
  });

  it('of a change that is not known here is only that it was', () => {
    const unknown = { type: 'GoElsewhere', message: { targetId: 'a secret' } } as unknown as Mutation;
    assert.deepEqual(mutationView(unknown), { goElsewhere: {} });
  });
});
