import assert from 'node:assert/strict';
import { partsOf } from './parts.ts';

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
});
