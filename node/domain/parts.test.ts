import assert from 'node:assert/strict';
import { aProduct } from '../actor/testing/fixtures.ts';
import { emptyCart } from './cart.ts';
import { partsOf } from './parts.ts';
import { priceLine } from './settle.ts';

describe('parts of a mutation', () => {
  const items = Array.from({ length: 3 }, () => ({ sku: 'A', quantity: 1, country: 'se' }));

  it('are itself and what it lists', () => {
    assert.equal(partsOf({ type: 'Clear', message: {} }), 1);
    assert.equal(partsOf({ type: 'SetCartRequest', message: { items } }), 4);
  });

  it('are those of a batch’s mutations, too', () => {
    const set = { type: 'SetCartRequest', message: { items } } as const;
    assert.equal(
      partsOf({ type: 'Batch', message: { mutations: [set, { type: 'Clear', message: {} }] } }),
      6,
    );
  });

  it('are the lines that a merge took over, too, and no bytes', () => {
    const line = { id: 1, product: aProduct('A'), quantity: 1, deliveryId: 0 };
    const source = { ...emptyCart('s'), lines: [line, line, line].map(priceLine) };
    const message = { sourceId: 's', strategy: 'MERGE_STRATEGY_SUM', mergeId: 'm', source } as const;
    assert.equal(partsOf({ type: 'Merge', message }), 4);
    const noted = {
      orderId: 'o1',
      status: 'checkout_incomplete',
      payloadHash: new Uint8Array(9),
      cartVersion: 1,
      paymentInProgress: false,
      replaces: '',
    };
    assert.equal(partsOf({ type: 'InitializeCheckout', message: noted }), 1);
  });
});
