import assert from 'node:assert/strict';
import { aDelivery, aProduct } from '../actor/testing/fixtures.ts';
import { emptyCart } from './cart.ts';
import { beginMerge, mergeOf, nextMergeStep, otherMerge } from './merge-steps.ts';
import { DELIVERIES_MAX, LINES_MAX, MERGES_MAX, QUANTITY_MAX } from './limits.ts';
import { createRegistry } from './mutations.ts';
import { Rejection } from './rejection.ts';
import type { Cart, MergeStrategy, PickupPoint, Product } from './cart.ts';
import type { Mutation } from './mutation.ts';

const registry = createRegistry();
const SUM = 'MERGE_STRATEGY_SUM';

function cartOf(id: string, ...mutations: Mutation[]): Cart {
  return mutations.reduce((cart, mutation) => registry.apply(cart, mutation), emptyCart(id));
}

function item(sku: string, quantity = 1, overrides: Partial<Product> = {}): Mutation {
  return { type: 'AddItem', message: { product: aProduct(sku, overrides), quantity } };
}

function deliver(provider: string, items: number[], pickupPoint?: PickupPoint): Mutation {
  const message = { provider, items, resolved: aDelivery(provider), ...(pickupPoint && { pickupPoint }) };
  return { type: 'SetDelivery', message };
}

/** The source frozen, as step 1 leaves it. */
function frozen(source: Cart, target: Cart, strategy: MergeStrategy = SUM, mergeId = 'm1'): Cart {
  return registry.apply(
    source,
    beginMerge(registry, source, target, { sourceId: source.id, strategy }, mergeId),
  );
}

/** The target after step 2. */
function merged(source: Cart, target: Cart, strategy: MergeStrategy = SUM): Cart {
  return registry.apply(target, mergeOf(frozen(source, target, strategy)));
}

const quantities = ({ lines }: Cart): Record<string, number> =>
  Object.fromEntries(lines.map(({ product, quantity }) => [product.sku, quantity]));

function refuses(run: () => unknown, code: string, field?: string): void {
  assert.throws(run, (error) => {
    assert.ok(error instanceof Rejection, String(error));
    assert.deepEqual([error.code, error.details.field], [code, field]);
    return true;
  });
}

describe('a merge', () => {
  const source = cartOf('s', item('A', 2), item('B', 5), item('C', 1));
  const target = cartOf('t', item('A', 3), item('B', 4), item('D', 7));

  for (const [strategy, a, b] of [
    ['MERGE_STRATEGY_SUM', 5, 9],
    ['MERGE_STRATEGY_MAX', 3, 5],
    ['MERGE_STRATEGY_KEEP', 3, 4],
    ['MERGE_STRATEGY_REPLACE', 2, 5],
  ] as const) {
    it(`by ${strategy} has every article of both carts, and what both have once`, () => {
      assert.deepEqual(quantities(merged(source, target, strategy)), { A: a, B: b, C: 1, D: 7 });
    });
  }

  it('keeps the target’s lines, gives new ones new ids, and adds up', () => {
    const { lines, totals, version } = merged(source, target);
    assert.deepEqual(
      lines.map(({ id }) => id),
      [1, 2, 3, 4],
    );
    assert.equal(totals.items, (5 + 9 + 1 + 7) * 19_900);
    assert.equal(version, target.version + 1);
  });

  it('tells variants and stores of an article apart', () => {
    const small = cartOf('s', item('A', 1, { variant: 'S' }), item('A', 2, { storeId: '7' }));
    const { lines } = merged(small, cartOf('t', item('A', 4)));
    assert.deepEqual(
      lines.map(({ product, quantity }) => [product.variant, product.storeId, quantity]),
      [
        [undefined, undefined, 4],
        ['S', undefined, 1],
        [undefined, '7', 2],
      ],
    );
  });

  it('keeps the target’s price, and warns who saw another one', () => {
    const cheap = cartOf('s', item('A', 1, { unitPrice: 100 }));
    const { lines, warnings } = merged(cheap, target);
    assert.equal(lines[0]?.product.unitPrice, 19_900);
    assert.deepEqual(warnings, [{ code: 'price-changed', lineId: 1, oldAmount: 100, newAmount: 19_900 }]);
  });

  it('brings deliveries along, with their pickup points', () => {
    const sent = cartOf('s', item('X'), item('Y'), deliver('express', [2], { id: 'P1' }));
    const { lines, deliveries } = merged(sent, cartOf('t', item('A'), deliver('standard', [])));
    assert.deepEqual(
      lines.map(({ product, deliveryId }) => [product.sku, deliveryId]),
      [
        ['A', 1],
        ['X', 0],
        ['Y', 2],
      ],
    );
    assert.deepEqual(deliveries[1], { id: 2, option: aDelivery('express'), pickupPoint: { id: 'P1' } });
  });

  it('charges no second delivery of the same kind', () => {
    const sent = cartOf('s', item('X'), deliver('standard', []));
    const { deliveries, totals } = merged(sent, cartOf('t', item('A'), deliver('standard', [])));
    assert.deepEqual([deliveries.length, totals.deliveries], [1, 4900]);
    const elsewhere = cartOf('t', item('A'), deliver('standard', [], { id: 'P2' }));
    assert.equal(merged(sent, elsewhere).deliveries.length, 2, 'another place is another way');
  });

  it('leaves a line that has a delivery with it, and gives one without the source’s', () => {
    const sent = cartOf('s', item('A'), item('B'), deliver('express', []));
    const { lines } = merged(sent, cartOf('t', item('A'), item('B'), deliver('standard', [1])));
    assert.deepEqual(
      lines.map(({ deliveryId }) => deliveryId),
      [1, 2],
    );
  });

  it('into an empty cart makes that cart’s currency, and is its first change', () => {
    const { currency, country, version } = merged(source, emptyCart('t'));
    assert.deepEqual([currency, country, version], ['SEK', 'se', 1]);
  });

  it('of a cart that was emptied changes nothing but that it happened', () => {
    const cleared = cartOf('s', item('A'), { type: 'Clear', message: {} });
    const after = merged(cleared, target);
    assert.deepEqual(after.lines, target.lines);
    assert.equal(after.mergeDecisions?.length, 1);
  });

  describe('is refused before anything is changed', () => {
    const begin = (from: Cart, to: Cart, strategy: MergeStrategy = SUM): unknown =>
      frozen(from, to, strategy);
    const order: Mutation = { type: 'OrderCreated', message: { orderId: 'o1', status: 'done' } };
    const ordered = (id: string): Cart =>
      cartOf(
        id,
        item('A'),
        {
          type: 'InitializeCheckout',
          message: {
            orderId: 'o1',
            status: '',
            payloadHash: new Uint8Array(),
            cartVersion: 1,
            paymentInProgress: false,
          },
        },
        order,
      );

    it('of a cart with itself', () => refuses(() => begin(source, source), 'self-merge', 'source'));
    it('of a cart that was never changed', () =>
      refuses(() => begin(emptyCart('s'), target), 'unknown-source', 'source'));
    it('of an ordered cart', () => refuses(() => begin(ordered('s'), target), 'already-ordered', 'source'));
    it('into an ordered cart', () => refuses(() => begin(source, ordered('t')), 'already-ordered'));
    it('into a cart with another currency or country', () => {
      const euro = cartOf('t', item('A', 1, { currency: 'EUR', country: 'de' }));
      refuses(() => begin(source, euro), 'currency-mismatch', 'source.country');
      const norway = cartOf('t', item('A', 1, { country: 'no' }));
      refuses(() => begin(source, norway), 'currency-mismatch', 'source.country');
    });
    it('of more pieces than a line holds', () => {
      const many = cartOf('t', item('A', QUANTITY_MAX, { unitPrice: 1 }));
      refuses(() => begin(source, many), 'quantity-limit', 'source.quantity');
      assert.equal(quantities(merged(source, many, 'MERGE_STRATEGY_MAX'))['A'], QUANTITY_MAX);
    });
    it('of more than a line may cost', () => {
      const dear = cartOf('t', item('A', 2, { unitPrice: 40_000_000 }));
      refuses(() => begin(source, dear), 'line-total-limit', 'source.quantity');
    });
    it('of more lines than a cart has', () => {
      const long = cartOf('t', ...Array.from({ length: LINES_MAX - 1 }, (_, index) => item(`L${index}`)));
      refuses(() => begin(source, long), 'line-limit', 'source.sku');
    });
    it('of more deliveries than a cart has', () => {
      const ways = Array.from({ length: DELIVERIES_MAX }, (_, index) => [
        item(`L${index}`),
        deliver('standard', [index + 1], { id: `P${index}` }),
      ]).flat();
      const sent = cartOf('s', item('X'), deliver('express', []));
      refuses(() => begin(sent, cartOf('t', ...ways)), 'delivery-limit', 'source.deliveries');
    });
    it('of more carts than one remembers', () => {
      const decided: Mutation[] = Array.from({ length: MERGES_MAX }, (_, index) => {
        return { type: 'MergeRefused', message: { sourceId: 's', mergeId: `m${index}x` } };
      });
      refuses(() => begin(source, cartOf('t', ...decided)), 'merge-limit', 'source');
    });
    it('into a cart that is being merged, or was', () => {
      const leaving = frozen(target, source);
      refuses(() => begin(cartOf('x', item('A')), leaving), 'cart-merging');
      const left = registry.apply(leaving, { type: 'Merged', message: { mergeId: 'm1' } });
      refuses(() => begin(cartOf('x', item('A')), left), 'cart-merged');
    });
  });

  it('freezes the source: every change is refused, and what is in it stays', () => {
    const cart = frozen(source, target);
    assert.deepEqual(cart.lines, source.lines);
    const changes: Mutation[] = [
      item('E'),
      { type: 'Clear', message: {} },
      { type: 'Batch', message: { mutations: [{ type: 'RemoveItem', message: { id: 1 } }] } },
      { type: 'Merging', message: { targetId: 'u', strategy: SUM, mergeId: 'm2' } },
      { type: 'OrderCreated', message: { orderId: 'o1', status: 'done' } },
    ];
    for (const change of changes) {
      assert.throws(
        () => registry.apply(cart, change),
        (error) =>
          error instanceof Rejection && error.code === 'cart-merging' && error.details.cartId === 't',
        change.type,
      );
    }
  });

  it('leaves a source without lines, which takes no changes but that an order of it was paid', () => {
    const open: Mutation = {
      type: 'InitializeCheckout',
      message: {
        orderId: 'o1',
        status: '',
        payloadHash: new Uint8Array(),
        cartVersion: 1,
        paymentInProgress: false,
      },
    };
    const cart = registry.apply(frozen(registry.apply(source, open), target), {
      type: 'Merged',
      message: { mergeId: 'm1' },
    });
    assert.deepEqual([cart.lines, cart.deliveries, cart.totals.total, cart.currency], [[], [], 0, '']);
    refuses(() => registry.apply(cart, item('E')), 'cart-merged');
    const paid = registry.apply(cart, { type: 'OrderCreated', message: { orderId: 'o1', status: 'done' } });
    assert.equal(paid.checkout.status, 'CHECKOUT_ORDERED');
  });

  it('that is canceled leaves the source as it was', () => {
    const cart = registry.apply(frozen(source, target), {
      type: 'MergeCanceled',
      message: { mergeId: 'm1' },
    });
    assert.deepEqual(cart, { ...source, version: source.version + 2 });
  });

  it('is decided once: neither taken twice, nor after it was refused, nor refused after it was taken', () => {
    const cart = frozen(source, target);
    const take = mergeOf(cart);
    const refuse: Mutation = { type: 'MergeRefused', message: { sourceId: 's', mergeId: 'm1' } };
    const taken = registry.apply(target, take);
    const refused = registry.apply(target, refuse);
    for (const state of [taken, refused])
      for (const mutation of [take, refuse]) assert.throws(() => registry.apply(state, mutation), Rejection);
  });

  it('ends only by the steps of its own attempt', () => {
    const cart = frozen(source, target);
    for (const type of ['Merged', 'MergeCanceled'] as const) {
      const other: Mutation = { type, message: { mergeId: 'm2' } };
      assert.throws(() => registry.apply(cart, other), Rejection);
      assert.throws(() => registry.apply(source, other), Rejection);
    }
  });

  describe('goes on', () => {
    const cart = frozen(source, target);
    const refuse: Mutation = { type: 'MergeRefused', message: { sourceId: 's', mergeId: 'm1' } };

    it('with the target, once the source is frozen', () => {
      assert.deepEqual(nextMergeStep(cart, target), {
        cartId: 't',
        mutation: mergeOf(cart),
        otherwise: refuse,
      });
    });
    it('with the source, once the target has decided', () => {
      const step = (to: Cart): unknown => nextMergeStep(cart, to)?.mutation;
      assert.deepEqual(step(registry.apply(target, mergeOf(cart))), {
        type: 'Merged',
        message: { mergeId: 'm1' },
      });
      assert.deepEqual(step(registry.apply(target, refuse)), {
        type: 'MergeCanceled',
        message: { mergeId: 'm1' },
      });
    });
    it('with the source at once, where the target can never take it', () => {
      const gone = registry.apply(frozen(target, source, SUM, 'm9'), {
        type: 'Merged',
        message: { mergeId: 'm9' },
      });
      assert.equal(nextMergeStep(cart, gone)?.mutation.type, 'MergeCanceled');
    });
    it('with nothing, where there is no merge or it is over', () => {
      assert.equal(nextMergeStep(source, target), null);
      const over = registry.apply(cart, { type: 'Merged', message: { mergeId: 'm1' } });
      assert.equal(nextMergeStep(over, target), null);
    });
    it('for who asks for the same again, and for nobody else', () => {
      assert.equal(otherMerge(source, 't', SUM), null);
      assert.equal(otherMerge(cart, 't', SUM), null);
      assert.equal(otherMerge(cart, 'u', SUM)?.code, 'cart-merging');
      assert.equal(otherMerge(cart, 't', 'MERGE_STRATEGY_MAX')?.details.cartId, 't');
    });
  });
});
