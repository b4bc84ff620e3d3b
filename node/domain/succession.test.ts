import assert from 'node:assert/strict';
import { aDelivery, aProduct } from '../actor/testing/fixtures.ts';
import { emptyCart } from './cart.ts';
import { createRegistry } from './mutations.ts';
import { Rejection } from './rejection.ts';
import { priceLine } from './settle.ts';
import type { Cart, Line, Product } from './cart.ts';
import type { Mutation } from './mutation.ts';

const registry = createRegistry();

function applied(cart: Cart, ...mutations: Mutation[]): Cart {
  return mutations.reduce((before, mutation) => registry.apply(before, mutation), cart);
}

function cartOf(...mutations: Mutation[]): Cart {
  return applied(emptyCart('c'), ...mutations);
}

function add(sku: string, quantity = 1, product: Partial<Product> = {}): Mutation {
  return { type: 'AddItem', message: { product: aProduct(sku, product), quantity } };
}

function line(id: number, sku: string, quantity: number, deliveryId = 0): Line {
  return priceLine({ id, product: aProduct(sku), quantity, deliveryId });
}

function opened(orderId: string, more: object = {}): Mutation {
  const status = 'checkout_incomplete';
  const payloadHash = Uint8Array.of(1);
  const message = { orderId, status, payloadHash, cartVersion: 1, paymentInProgress: false, ...more };
  return { type: 'InitializeCheckout', message };
}

function paid(lines: readonly Line[], orderId = 'o1'): Mutation {
  const message = { orderId, status: 'AUTHORIZED', paid: { lines, deliveries: [] }, successorId: 's' };
  return { type: 'OrderCreated', message };
}

function refused(cart: Cart, mutation: Mutation, code: string): void {
  assert.throws(
    () => registry.apply(cart, mutation),
    (error) => error instanceof Rejection && error.code === code,
  );
}

const pieces = ({ lines }: { readonly lines: readonly Line[] }): unknown =>
  lines.map(({ product, quantity }) => [product.sku, quantity]);

describe('a checkout in the cart', () => {
  it('keeps whether payment is in progress until the provider holds something else', () => {
    const paying = cartOf(add('A'), opened('o1', { paymentInProgress: true }));
    assert.equal(paying.checkout.paymentInProgress, true);
    assert.equal(applied(paying, add('B')).checkout.paymentInProgress, true);
    assert.equal(applied(paying, opened('o1')).checkout.paymentInProgress, undefined);
  });

  it('is of one order: who asked the provider without knowing of it is refused', () => {
    const cart = cartOf(add('A'), opened('o1', { replaces: '' }));
    refused(cart, opened('o2', { replaces: '' }), 'checkout-conflict');
    refused(cart, opened('o2', { replaces: 'o3' }), 'checkout-conflict');
    assert.equal(applied(cart, opened('o2', { replaces: 'o1' })).checkout.reference, 'o2');
    assert.equal(applied(cart, opened('o1', { replaces: '' })).checkout.reference, 'o1');
  });

  it('takes the catalog’s new prices, each with a warning', () => {
    const cart = cartOf(
      add('A', 2),
      { type: 'SetDelivery', message: { provider: 'standard', items: [], resolved: aDelivery() } },
      opened('o1', {
        linePrices: [
          { lineId: 1, product: aProduct('A', { unitPrice: 20_000 }) },
          { lineId: 9, product: aProduct('Z') },
        ],
        deliveryPrices: [{ deliveryId: 1, option: aDelivery('standard', { price: 5000 }) }],
        pricedAtMs: 77,
      }),
    );
    assert.deepEqual(cart.warnings, [
      { code: 'price-changed', lineId: 1, oldAmount: 19_900, newAmount: 20_000 },
      { code: 'price-changed', lineId: 0, deliveryId: 1, oldAmount: 4900, newAmount: 5000 },
    ]);
    assert.deepEqual([cart.totals.total, cart.checkout.pricedAtMs], [45_000, 77]);
    assert.deepEqual(applied(cart, { type: 'RemoveDelivery', message: { id: 1 } }).warnings.length, 1);
  });

  it('leaves a line alone that has become another article since', () => {
    const cart = cartOf(add('A'), opened('o1', { linePrices: [{ lineId: 1, product: aProduct('B') }] }));
    assert.deepEqual(pieces(cart), [['A', 1]]);
  });
});

describe('an ordered cart', () => {
  const open = cartOf(add('A', 2), opened('o1'));

  it('keeps what was paid, and for its successor what is beyond that', () => {
    const cart = applied(open, add('A', 3), add('B', 4), paid([line(1, 'A', 2)]));
    assert.deepEqual(pieces(cart), [['A', 2]]);
    assert.equal(cart.checkout.succession?.cartId, 's');
    assert.deepEqual(pieces(cart.checkout.succession ?? { lines: [] }), [
      ['A', 3],
      ['B', 4],
    ]);
    assert.deepEqual([cart.totals.total, cart.checkout.status], [39_800, 'CHECKOUT_ORDERED']);
  });

  it('has what was paid although it was removed since', () => {
    const emptied = applied(open, { type: 'Clear', message: {} });
    const cart = applied(emptied, paid([line(1, 'A', 2)]));
    assert.deepEqual([pieces(cart), cart.currency, cart.country], [[['A', 2]], 'SEK', 'se']);
    assert.deepEqual(cart.checkout.succession, { cartId: 's', lines: [] });
  });

  it('tells articles apart by sku, variant and store, whatever their lines’ ids', () => {
    const items = [{ sku: 'B', quantity: 5, country: 'se' }];
    const resolved = [{ product: aProduct('B'), quantity: 5 }];
    const anew = applied(
      open,
      { type: 'SetCartRequest', message: { items, resolved } },
      add('A', 1, { variant: 'S' }),
    );
    const cart = applied(anew, paid([line(1, 'A', 2)]));
    assert.deepEqual(pieces(cart.checkout.succession ?? { lines: [] }), [
      ['B', 5],
      ['A', 1],
    ]);
  });

  it('is one once, and takes no other change than that its successor has taken over', () => {
    const cart = applied(open, add('B'), paid([line(1, 'A', 2)]));
    refused(cart, paid([line(1, 'A', 2)]), 'already-ordered');
    refused(cart, add('C'), 'already-ordered');
    refused(cart, opened('o2'), 'already-ordered');
    refused(cart, { type: 'TakenOver', message: { successorId: 'x' } }, 'checkout-conflict');
    const done = applied(cart, { type: 'TakenOver', message: { successorId: 's' } });
    assert.deepEqual(done.checkout.succession, { cartId: 's', lines: [] });
  });

  it('is made by an order that the cart knows, or by one whose content comes with it', () => {
    const unknown: Mutation = { type: 'OrderCreated', message: { orderId: 'o2', status: 'done' } };
    refused(open, unknown, 'no-checkout');
    assert.equal(applied(open, paid([line(1, 'A', 2)], 'o2')).checkout.reference, 'o2');
  });
});

describe('a successor', () => {
  it('takes over once, also beside what it has', () => {
    const take: Mutation = { type: 'TakeOver', message: { sourceId: 'p', lines: [line(4, 'B', 2)] } };
    const cart = cartOf(add('B'), take);
    assert.deepEqual([pieces(cart), cart.predecessor], [[['B', 3]], 'p']);
    assert.deepEqual(pieces(applied(cart, take)), [['B', 3]]);
    refused(cart, { type: 'TakeOver', message: { sourceId: 'q', lines: [] } }, 'checkout-conflict');
  });
});
