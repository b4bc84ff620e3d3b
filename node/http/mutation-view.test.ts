import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeRecord, encodeRecord } from '../actor/record.ts';
import { arbitraryMutation } from '../actor/testing/arbitrary-mutations.ts';
import { cartDigest } from './cart-id.ts';
import { mutationView, viewOf } from './mutation-view.ts';
import type { Mutation } from '../domain/mutation.ts';

function shown(mutation: Mutation): unknown {
  return JSON.parse(JSON.stringify(viewOf(mutation)));
}

describe('a mutation as clients see it', () => {
  it('has its documented shape, and is the same live as from the journal', () => {
    fc.assert(
      fc.property(arbitraryMutation, (mutation) => {
        const live = shown(mutation);
        mutationView.parse(live);
        const record = encodeRecord({ firstVersion: 1, atMs: 1, applied: [{ mutation, status: 200 }] });
        const [stored] = decodeRecord(record).applied;
        assert.ok(stored);
        assert.deepEqual(shown(stored.mutation), live);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps to itself what passed between this service and the checkout provider', () => {
    const message = {
      orderId: 'o1',
      status: 'open',
      payloadHash: new Uint8Array([1, 2]),
      cartVersion: 3,
      paymentInProgress: false,
    };
    assert.deepEqual(shown({ type: 'InitializeCheckout', message }), {
      type: 'InitializeCheckout',
      orderId: 'o1',
      status: 'open',
    });
    const urls = { push: 'https://shop.example/push?key=1', terms: 'https://shop.example/terms' };
    assert.deepEqual(shown({ type: 'CreateCheckoutOrder', message: { country: 'se', ...urls } }), {
      type: 'CreateCheckoutOrder',
      country: 'se',
    });
  });

  it('names other carts as logs do: who knows this one learns no other', () => {
    const secret = { sourceId: 'a-secret', targetId: 'a-secret', successorId: 'a-secret', mergeId: 'm' };
    const source = { lines: [], deliveries: [] };
    const digest = cartDigest('a-secret');
    const seen = (type: string): unknown =>
      shown({
        type,
        message: { ...secret, strategy: 'MERGE_STRATEGY_KEEP', source, lines: [] },
      } as unknown as Mutation);
    assert.deepEqual(seen('Merge'), { type: 'Merge', source: digest, strategy: 'keep', items: [] });
    assert.deepEqual(seen('Merging'), { type: 'Merging', target: digest, strategy: 'keep' });
    assert.deepEqual(seen('MergeRefused'), { type: 'MergeRefused', source: digest });
    assert.deepEqual(seen('TakeOver'), { type: 'TakeOver', items: [] });
    for (const type of ['Merged', 'MergeCanceled', 'TakenOver']) assert.deepEqual(seen(type), { type });
  });
});
