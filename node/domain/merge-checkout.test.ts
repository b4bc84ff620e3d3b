import assert from 'node:assert/strict';
import { aProduct } from '../actor/testing/fixtures.ts';
import { emptyCart } from './cart.ts';
import { beginMerge, nextMergeStep } from './merge-steps.ts';
import { createRegistry } from './mutations.ts';
import { Rejection } from './rejection.ts';
import { priceLine } from './settle.ts';
import type { Cart, Line } from './cart.ts';
import type { Mutation } from './mutation.ts';

const registry = createRegistry();
const strategy = 'MERGE_STRATEGY_SUM';
const mergeId = 'm1';

function applied(cart: Cart, ...mutations: Mutation[]): Cart {
  return mutations.reduce((before, mutation) => registry.apply(before, mutation), cart);
}

function cartOf(id: string, ...mutations: Mutation[]): Cart {
  return applied(emptyCart(id), ...mutations);
}

function add(sku: string, quantity = 1): Mutation {
  return { type: 'AddItem', message: { product: aProduct(sku), quantity } };
}

function opened(more: object = {}): Mutation {
  const message = {
    orderId: 'o1',
    status: 'checkout_incomplete',
    payloadHash: Uint8Array.of(1),
    cartVersion: 1,
    paymentInProgress: false,
    ...more,
  };
  return { type: 'InitializeCheckout', message };
}

function lineOf(sku: string, quantity = 1): Line {
  return priceLine({ id: 1, product: aProduct(sku), quantity, deliveryId: 0 });
}

function paid(...lines: Line[]): Mutation {
  const message = {
    orderId: 'o1',
    status: 'AUTHORIZED',
    paid: { lines, deliveries: [] },
    successorId: 'next',
  };
  return { type: 'OrderCreated', message };
}

function frozen(source: Cart, target: Cart): Cart {
  return applied(source, beginMerge(registry, source, target, { sourceId: source.id, strategy }, mergeId));
}

/** The steps from a frozen source to the end, as whoever comes by makes them. */
function finished(source: Cart, target: Cart): { source: Cart; target: Cart } {
  const carts = { source, target };
  for (let step = nextMergeStep(source, target); step !== null;) {
    const which = step.cartId === source.id ? 'source' : 'target';
    try {
      carts[which] = applied(carts[which], step.mutation);
    } catch (error) {
      assert.ok(error instanceof Rejection);
      // What refuses for ever refuses to note that, too.
      try {
        if (step.otherwise !== undefined) carts[which] = applied(carts[which], step.otherwise);
      } catch (second) {
        assert.ok(second instanceof Rejection);
      }
    }
    step = nextMergeStep(carts.source, carts.target);
  }
  return carts;
}

function refuses(run: () => unknown, code: string): void {
  assert.throws(run, (error) => error instanceof Rejection && error.code === code);
}

const pieces = ({ lines }: { readonly lines: readonly Line[] }): unknown =>
  lines.map(({ product, quantity }) => [product.sku, quantity]);

describe('a merge and a checkout', () => {
  const target = cartOf('t', add('A', 3));

  it('of a source that is being paid: the merge is refused, as its lines are in that order', () => {
    const paying = cartOf('s', add('A'), opened({ paymentInProgress: true }));
    refuses(() => frozen(paying, target), 'payment-in-progress');
    const shownAgain = applied(paying, opened());
    assert.equal(frozen(shownAgain, target).merging?.done, false, 'and not once the provider says otherwise');
  });

  it('of a source that is on its way: the checkout is refused, and so is the order until the way is over', () => {
    const source = frozen(cartOf('s', add('A'), opened()), target);
    refuses(() => applied(source, opened({ paymentInProgress: true })), 'cart-merging');
    refuses(() => applied(source, paid(lineOf('A'))), 'cart-merging');
  });

  it('of a source that is gone: an order that was paid all the same is recorded, with what was paid', () => {
    const source = frozen(cartOf('s', add('A', 2), opened()), target);
    const { source: merged } = finished(source, target);
    assert.deepEqual(pieces(merged), []);
    const ordered = applied(merged, paid(lineOf('A', 2)));
    assert.equal(ordered.checkout.status, 'CHECKOUT_ORDERED');
    assert.deepEqual(pieces(ordered), [['A', 2]]);
    assert.deepEqual(ordered.checkout.succession?.lines, [], 'what else it had is in the target');
    assert.equal(ordered.merging?.done, true);
  });

  it('of a source that is let go: it can be ordered again', () => {
    const late = applied(target, opened(), paid(lineOf('A', 3)));
    const { source } = finished(frozen(cartOf('s', add('B'), opened()), target), late);
    assert.equal(source.merging, undefined);
    assert.deepEqual(pieces(source), [['B', 1]]);
    assert.equal(applied(source, paid(lineOf('B'))).checkout.status, 'CHECKOUT_ORDERED');
  });

  it('of a target that has taken the lines: what was not paid of them goes to the cart that follows', () => {
    const paying = applied(target, opened({ paymentInProgress: true }));
    const carts = finished(frozen(cartOf('s', add('A'), add('B', 5)), paying), paying);
    const ordered = applied(carts.target, paid(lineOf('A', 3)));
    assert.deepEqual(pieces(ordered), [['A', 3]]);
    const { cartId, lines } = ordered.checkout.succession ?? assert.fail();
    const next = cartOf(cartId, { type: 'TakeOver', message: { sourceId: 't', lines } });
    assert.deepEqual(pieces(next), [
      ['A', 1],
      ['B', 5],
    ]);
  });

  it('of a target: its prices have to be looked up anew, those that came along may be older', () => {
    const priced = applied(target, opened({ pricedAtMs: 1000 }));
    const carts = finished(frozen(cartOf('s', add('B')), priced), priced);
    const { pricedAtMs, ...rest } = priced.checkout;
    assert.equal(pricedAtMs, 1000);
    assert.deepEqual(carts.target.checkout, rest);
    assert.equal(
      carts.target.checkout.reference,
      'o1',
      'and its order is still the one that is brought up to date',
    );
  });

  it('of a target whose prices were looked up just before: they are not known to be those of what came along', () => {
    const carts = finished(frozen(cartOf('s', add('B')), target), target);
    const { version } = carts.target;
    const noted = applied(carts.target, opened({ pricedAtMs: 1000, cartVersion: target.version }));
    assert.equal(noted.checkout.pricedAtMs, undefined);
    const later = applied(noted, opened({ pricedAtMs: 2000, cartVersion: version }));
    assert.equal(later.checkout.pricedAtMs, 2000, 'but once it is asked for all of them');
  });

  it('of ordered carts is none: neither goes into the other', () => {
    const ordered = applied(target, opened(), paid(lineOf('A', 3)));
    refuses(() => frozen(ordered, cartOf('s', add('B'))), 'already-ordered');
    refuses(() => frozen(cartOf('s', add('B')), ordered), 'already-ordered');
  });

  it('of the cart that follows an ordered one: it goes into a third one, and is not filled a second time', () => {
    const lines = [lineOf('B', 2)];
    const over: Mutation = { type: 'TakeOver', message: { sourceId: 'c', lines } };
    const next = cartOf('next', over);
    const carts = finished(frozen(next, target), target);
    assert.deepEqual(pieces(carts.target), [
      ['A', 3],
      ['B', 2],
    ]);
    assert.equal(carts.source.predecessor, 'c', 'who finishes the order sees that it was done');
    refuses(() => applied(carts.source, over), 'cart-merged');
  });

  it('of a cart that nobody put anything into: it can’t be merged before it has what was left', () => {
    refuses(() => frozen(emptyCart('next'), target), 'unknown-source');
  });
});
