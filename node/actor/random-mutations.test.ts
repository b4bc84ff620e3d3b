import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emptyCart } from '../domain/cart.ts';
import { containedTax } from '../domain/money.ts';
import { createRegistry } from '../domain/mutations.ts';
import { Rejection } from '../domain/rejection.ts';
import { ProductTable } from './product-table.ts';
import { decodeRecord, decodeSnapshot, encodeRecord, encodeSnapshot } from './record.ts';
import { pack, unpack } from './resting-cart.ts';
import { arbitraryMutations } from './testing/arbitrary-mutations.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';

const registry = createRegistry();

/** Every state that the mutations lead through; what is refused is left out. */
function* states(
  mutations: readonly Mutation[],
): Generator<{ cart: Cart; mutation: Mutation; before: Cart }> {
  let cart = emptyCart('c');
  for (const mutation of mutations) {
    const before = cart;
    try {
      cart = registry.apply(before, mutation);
    } catch (error) {
      assert.ok(error instanceof Rejection, `${mutation.type}: ${String(error)}`);
      continue;
    }
    yield { cart, mutation, before };
  }
}

function always(check: (cart: Cart, mutation: Mutation, before: Cart) => void): void {
  fc.assert(
    fc.property(arbitraryMutations, (mutations) => {
      for (const { cart, mutation, before } of states(mutations)) check(cart, mutation, before);
    }),
    { numRuns: 300 },
  );
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

describe('any sequence of mutations', () => {
  it('has totals that are the sums of lines and deliveries, and tax per line by the formula', () => {
    always(({ lines, deliveries, totals }) => {
      for (const { product, quantity, totalPrice, totalTax } of lines) {
        assert.equal(totalPrice, quantity * (product.unitPrice - product.unitDiscount));
        assert.equal(totalTax, containedTax(totalPrice, product.taxRate));
      }
      const fees = deliveries.map(({ option }) => option.price);
      const taxes = deliveries.map(({ option }) => containedTax(option.price, option.taxRate));
      assert.equal(totals.items, sum(lines.map(({ totalPrice }) => totalPrice)));
      assert.equal(totals.deliveries, sum(fees));
      assert.equal(totals.total, totals.items + totals.deliveries);
      assert.equal(totals.tax, sum(lines.map(({ totalTax }) => totalTax)) + sum(taxes));
      assert.equal(
        totals.discount,
        sum(lines.map(({ product, quantity }) => quantity * product.unitDiscount)),
      );
    });
  });

  it('keeps quantities of at least 1, one line an article, and one currency', () => {
    always(({ lines, currency }) => {
      assert.ok(lines.every(({ quantity }) => Number.isSafeInteger(quantity) && quantity >= 1));
      const articles = lines.map(({ product }) =>
        JSON.stringify([product.sku, product.variant, product.storeId]),
      );
      assert.equal(new Set(articles).size, articles.length);
      assert.ok(lines.every(({ product }) => product.currency === currency));
      assert.equal(currency === '', lines.length === 0);
    });
  });

  it('gives out ids that grow, and starts lines anew only with set and what was paid', () => {
    always((cart, mutation, before) => {
      const ids = cart.lines.map(({ id }) => id);
      assert.deepEqual(
        ids,
        [...new Set(ids)].toSorted((a, b) => a - b),
      );
      assert.ok(ids.every((id) => id <= cart.lastLineId));
      const anew = /SetCartRequest|OrderCreated/.test(JSON.stringify(mutation));
      if (!anew) {
        assert.ok(cart.lastLineId >= before.lastLineId);
        const known = new Set(before.lines.map(({ id }) => id));
        assert.ok(
          ids.every((id) => known.has(id) || id > before.lastLineId),
          'a new line has a new id',
        );
      }
      assert.ok(cart.lastDeliveryId >= before.lastDeliveryId);
    });
  });

  it('has deliveries with lines, lines with deliveries that exist, and warnings of lines that exist', () => {
    always(({ lines, deliveries, warnings }) => {
      const chosen = new Set(lines.map(({ deliveryId }) => deliveryId).filter((id) => id !== 0));
      assert.deepEqual(
        deliveries.map(({ id }) => id),
        [...chosen].toSorted((a, b) => a - b),
      );
      for (const { lineId, deliveryId } of warnings) {
        const known = deliveryId === undefined ? lines : deliveries;
        assert.ok(known.some(({ id }) => id === (deliveryId ?? lineId)));
      }
    });
  });

  it('replays from encoded records to a byte-equal state', () => {
    fc.assert(
      fc.property(arbitraryMutations, (mutations) => {
        let replayed = emptyCart('c');
        for (const { cart, mutation, before } of states(mutations)) {
          const record = { firstVersion: before.version + 1, atMs: 1, applied: [{ mutation, status: 200 }] };
          for (const applied of decodeRecord(encodeRecord(record)).applied) {
            replayed = registry.apply(replayed, applied.mutation);
          }
          assert.deepEqual(bytes(replayed), bytes(cart));
          const { state } = decodeSnapshot(bytes(cart));
          assert.deepEqual(bytes(state), bytes(cart));
          assert.deepEqual(
            [state.merging, state.mergeDecisions],
            [cart.merging, cart.mergeDecisions],
            'what is beside the state',
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  it('rests as a string and comes back byte-equal, with no article left over', () => {
    const products = new ProductTable();
    always((cart) => {
      const content = {
        head: { epoch: 3, seq: 9, position: 2 ** 40 },
        requests: [],
        atMs: 5,
        tail: { records: 1, bytes: 2 },
        usedMs: 7,
      };
      const unpacked = unpack('c', pack({ ...content, cart }, products), products);
      assert.deepEqual(bytes(unpacked.cart), bytes(cart));
      assert.deepEqual({ ...unpacked, cart: null }, { ...content, cart: null });
      assert.equal(products.size, 0);
    });
  });
});

function bytes(state: Cart): Uint8Array {
  return encodeSnapshot({ state, requests: [], atMs: 1 });
}
