import assert from 'node:assert/strict';
import { complete } from './complete.ts';
import { aDelivery, aProduct } from './testing/fixtures.ts';
import type { Catalog } from '../catalog/port.ts';
import type { Mutation } from '../domain/mutation.ts';

describe('completing a wish from a catalog that must be asked over the network', () => {
  /** Answers in another turn, and counts what it is asked at once. */
  function slow(): { catalog: Catalog; most: () => number } {
    let asking = 0;
    let most = 0;
    const answer = async <T>(value: T): Promise<{ status: 'found'; value: T }> => {
      asking += 1;
      most = Math.max(most, asking);
      await new Promise((resolve) => setImmediate(resolve));
      asking -= 1;
      return { status: 'found', value };
    };
    const catalog: Catalog = {
      product: ({ sku }) => answer(aProduct(sku)),
      delivery: ({ provider }) => answer(aDelivery(provider)),
      trouble: () => null,
      close: () => Promise.resolve(),
    };
    return { catalog, most: () => most };
  }

  const items = Array.from({ length: 40 }, (_, n) => ({ sku: `S${n}`, quantity: 1, country: 'se' }));
  const set: Mutation = { type: 'SetCartRequest', message: { items } };
  const add: Mutation = { type: 'AddRequest', message: { sku: 'A', quantity: 1, country: 'se' } };

  for (const [name, mutation] of [
    ['a set', set],
    ['a batch of adds', { type: 'Batch', message: { mutations: Array.from({ length: 40 }, () => add) } }],
    ['a batch of sets', { type: 'Batch', message: { mutations: Array.from({ length: 20 }, () => set) } }],
  ] as const satisfies readonly (readonly [string, Mutation])[]) {
    it(`asks at most 16 questions at once for ${name}, and more than one`, async () => {
      const { catalog, most } = slow();
      await complete(catalog, mutation, 'se');
      assert.ok(most() > 1 && most() <= 16, `${most()} at once`);
    });
  }
});
