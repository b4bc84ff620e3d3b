import assert from 'node:assert/strict';
import { linesAfter } from './model.ts';
import type { Product } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

const add = (sku: string, quantity: number): Mutation => ({
  type: 'AddItem',
  message: { product: { sku } as Product, quantity },
});
const item = (sku: string, quantity: number): { sku: string; quantity: number; country: string } => ({
  sku,
  quantity,
  country: 'se',
});

describe('model of a cart’s lines', () => {
  it('adds up the same article and numbers new lines', () => {
    assert.deepEqual(linesAfter([add('A', 1), add('B', 2), add('A', 3)]), [
      { id: 1, sku: 'A', quantity: 4 },
      { id: 2, sku: 'B', quantity: 2 },
    ]);
  });

  it('never uses a line’s number again, until the cart is set anew', () => {
    const removed: Mutation[] = [add('A', 1), { type: 'RemoveItem', message: { id: 1 } }, add('A', 1)];
    assert.deepEqual(linesAfter(removed), [{ id: 2, sku: 'A', quantity: 1 }]);
    const set: Mutation = { type: 'SetCartRequest', message: { items: [item('B', 2), item('B', 1)] } };
    assert.deepEqual(linesAfter([...removed, set]), [{ id: 1, sku: 'B', quantity: 3 }]);
  });

  it('changes a quantity, and removes the line at 0', () => {
    const change = (quantity: number): Mutation => ({ type: 'ChangeQuantity', message: { id: 1, quantity } });
    assert.deepEqual(linesAfter([add('A', 1), change(5)]), [{ id: 1, sku: 'A', quantity: 5 }]);
    assert.deepEqual(linesAfter([add('A', 1), change(0)]), []);
  });

  it('applies what is in a batch, and clears', () => {
    const batch: Mutation = { type: 'Batch', message: { mutations: [add('A', 1), add('B', 1)] } };
    assert.equal(linesAfter([batch]).length, 2);
    assert.deepEqual(linesAfter([batch, { type: 'Clear', message: {} }]), []);
  });
});
