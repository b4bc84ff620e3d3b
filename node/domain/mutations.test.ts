import assert from 'node:assert/strict';
import { emptyCart } from './cart.ts';
import { createRegistry } from './mutations.ts';
import { UnregisteredMutationError } from './registry.ts';
import { Rejection } from './rejection.ts';
import { aDelivery, aProduct } from '../actor/testing/fixtures.ts';
import type { Cart, Product } from './cart.ts';
import type { Mutation } from './mutation.ts';

const registry = createRegistry();

function applied(...mutations: Mutation[]): Cart {
  return mutations.reduce((cart, mutation) => registry.apply(cart, mutation), emptyCart('c'));
}

function add(product: Product | string = 'A', quantity = 1): Mutation {
  return {
    type: 'AddItem',
    message: { product: typeof product === 'string' ? aProduct(product) : product, quantity },
  };
}

function set(...skus: string[]): Mutation {
  const items = skus.map((sku) => ({ sku, quantity: 1, country: 'se' }));
  const resolved = skus.map((sku) => ({ product: aProduct(sku), quantity: 1 }));
  return { type: 'SetCartRequest', message: { items, resolved } };
}

function deliver(items: number[] = [], provider = 'standard'): Mutation {
  return { type: 'SetDelivery', message: { provider, items, resolved: aDelivery(provider) } };
}

function remove(id: number): Mutation {
  return { type: 'RemoveItem', message: { id } };
}

function refusal(cart: Cart, mutation: Mutation): Rejection {
  try {
    registry.apply(cart, mutation);
  } catch (error) {
    assert.ok(error instanceof Rejection, String(error));
    return error;
  }
  return assert.fail('the mutation was applied');
}

const ids = (cart: Cart): number[] => cart.lines.map(({ id }) => id);

describe('adding', () => {
  it('makes lines with ids that count up, priced with tax', () => {
    const cart = applied(add('A', 2), add('B'));
    assert.deepEqual(
      cart.lines.map(({ id, quantity, totalPrice, totalTax }) => [id, quantity, totalPrice, totalTax]),
      [
        [1, 2, 39_800, 7960],
        [2, 1, 19_900, 3980],
      ],
    );
    assert.deepEqual([cart.version, cart.currency, cart.country], [2, 'SEK', 'se']);
    assert.deepEqual(cart.totals, { items: 59_700, deliveries: 0, discount: 0, total: 59_700, tax: 11_940 });
  });

  it('raises the quantity of the same sku, variant and store', () => {
    const small = aProduct('A', { variant: 'S' });
    const cart = applied(add('A'), add('A', 2), add(small), add(aProduct('A', { storeId: '7' })), add(small));
    assert.deepEqual(
      cart.lines.map(({ id, quantity }) => [id, quantity]),
      [
        [1, 3],
        [2, 2],
        [3, 1],
      ],
    );
  });

  it('takes discounts off before tax', () => {
    const cart = applied(add(aProduct('A', { unitPrice: 10_000, unitDiscount: 2500 }), 2));
    assert.deepEqual(cart.totals, { items: 15_000, deliveries: 0, discount: 5000, total: 15_000, tax: 3000 });
  });

  it('puts the catalog’s new price on the line and warns with the old and the new', () => {
    const dearer = aProduct('A', { unitPrice: 20_000 });
    const cart = applied(add('A'), add('B'), add(dearer));
    assert.equal(cart.lines[0]?.totalPrice, 40_000);
    assert.deepEqual(cart.warnings, [
      { code: 'price-changed', lineId: 1, oldAmount: 19_900, newAmount: 20_000 },
    ]);
    const back = registry.apply(cart, add('A'));
    assert.deepEqual(back.warnings, [
      { code: 'price-changed', lineId: 1, oldAmount: 20_000, newAmount: 19_900 },
    ]);
    assert.deepEqual(registry.apply(cart, remove(1)).warnings, []);
  });

  it('refuses another currency or country than the cart’s, until it is empty', () => {
    const euro = aProduct('E', { currency: 'EUR', country: 'de' });
    assert.equal(refusal(applied(add('A')), add(euro)).code, 'currency-mismatch');
    assert.equal(refusal(applied(add('A')), add(aProduct('B', { country: 'fi' }))).code, 'currency-mismatch');
    const cart = applied(add('A'), remove(1), add(euro));
    assert.deepEqual([cart.currency, cart.country], ['EUR', 'de']);
  });

  it('refuses more pieces, lines and money than a cart holds', () => {
    assert.equal(refusal(applied(add('A', 999)), add('A')).details.limit, 999);
    const cheap = (index: number): Mutation => add(aProduct(`S${index}`, { unitPrice: 1 }));
    const full = applied(...Array.from({ length: 250 }, (_, index) => cheap(index)));
    const tooMany = refusal(full, cheap(250));
    assert.deepEqual([tooMany.code, tooMany.details.limit], ['line-limit', 250]);
    assert.equal(registry.apply(full, cheap(0)).lines.length, 250);
    assert.equal(
      refusal(emptyCart('c'), add(aProduct('A', { unitPrice: 60_000_000 }), 2)).code,
      'line-total-limit',
    );
    const free = aProduct('A', { unitPrice: 60_000_000, unitDiscount: 60_000_000 });
    assert.equal(refusal(emptyCart('c'), add(free, 2)).code, 'line-total-limit', 'before the discount');
  });
});

describe('changing', () => {
  it('sets a quantity, removes with 0, and knows its lines', () => {
    const cart = applied(add('A'), add('B'), { type: 'ChangeQuantity', message: { id: 2, quantity: 5 } });
    assert.equal(cart.lines[1]?.quantity, 5);
    assert.deepEqual(
      ids(registry.apply(cart, { type: 'ChangeQuantity', message: { id: 2, quantity: 0 } })),
      [1],
    );
    assert.equal(
      refusal(cart, { type: 'ChangeQuantity', message: { id: 3, quantity: 1 } }).code,
      'unknown-line',
    );
    assert.equal(refusal(cart, remove(9)).kind, 'missing');
  });

  it('never uses a line id twice', () => {
    assert.deepEqual(ids(applied(add('A'), add('B'), remove(2), add('C'), remove(1), add('A'))), [3, 4]);
    assert.deepEqual(ids(applied(add('A'), { type: 'Clear', message: {} }, add('A'))), [2]);
  });

  it('starts anew with set: lines 1, 2, …, and another currency may come', () => {
    const cart = applied(add('X'), add('Y'), add('Z'), set('A', 'B', 'A'));
    assert.deepEqual(
      cart.lines.map(({ id, product, quantity }) => [id, product.sku, quantity]),
      [
        [1, 'A', 2],
        [2, 'B', 1],
      ],
    );
    assert.deepEqual(ids(registry.apply(cart, add('C'))), [1, 2, 3]);
    assert.deepEqual(registry.apply(cart, set()).lines, []);
  });

  it('leaves the cart that it was given as it was', () => {
    const cart = applied(add('A'), deliver());
    const before = structuredClone(cart);
    for (const mutation of [
      add('A'),
      add('B'),
      remove(1),
      set('C'),
      deliver([1]),
      { type: 'Clear', message: {} } as const,
    ]) {
      registry.apply(cart, mutation);
    }
    assert.deepEqual(cart, before);
  });
});

describe('deliveries', () => {
  it('give every line without one a delivery, when no lines are named', () => {
    const cart = applied(add('A'), add('B'), deliver([1]), deliver());
    assert.deepEqual(
      cart.lines.map(({ deliveryId }) => deliveryId),
      [1, 2],
    );
    assert.deepEqual(cart.totals, {
      items: 39_800,
      deliveries: 9800,
      discount: 0,
      total: 49_600,
      tax: 7960 + 1960,
    });
    assert.equal(refusal(cart, deliver()).code, 'lines-without-delivery-missing');
  });

  it('go with their last line', () => {
    assert.deepEqual(applied(add('A'), deliver(), remove(1)).deliveries, []);
    assert.deepEqual(
      applied(add('A'), deliver(), deliver([1], 'express')).deliveries.map(({ id }) => id),
      [2],
    );
    assert.equal(applied(add('A'), deliver(), set('A')).totals.deliveries, 0);
  });

  it('never use an id twice and know their lines', () => {
    const again = applied(add('A'), deliver(), { type: 'RemoveDelivery', message: { id: 1 } }, deliver());
    assert.deepEqual(
      again.deliveries.map(({ id }) => id),
      [2],
    );
    assert.equal(
      applied(add('A'), deliver(), { type: 'RemoveDelivery', message: { id: 1 } }).lines[0]?.deliveryId,
      0,
    );
    assert.equal(refusal(applied(add('A')), deliver([7])).code, 'unknown-line');
    assert.equal(
      refusal(applied(add('A')), { type: 'RemoveDelivery', message: { id: 1 } }).code,
      'unknown-delivery',
    );
  });

  it('take a pickup point, while they exist', () => {
    const pickupPoint = { id: 'PUP123', name: 'Locker 5', country: 'SE' };
    const point: Mutation = { type: 'SetPickupPoint', message: { deliveryId: 1, pickupPoint } };
    assert.deepEqual(applied(add('A'), deliver(), point).deliveries[0]?.pickupPoint, pickupPoint);
    assert.equal(refusal(applied(add('A')), point).code, 'unknown-delivery');
  });

  it('are bounded', () => {
    const lines = Array.from({ length: 51 }, (_, index) => add(`S${index}`));
    const many = Array.from({ length: 50 }, (_, index) => deliver([index + 1]));
    const cart = applied(...lines, ...many);
    assert.equal(refusal(cart, deliver([51])).code, 'delivery-limit');
    assert.equal(registry.apply(cart, deliver([50])).deliveries.length, 50, 'one goes as one comes');
  });
});

describe('batches', () => {
  it('apply all parts as one version', () => {
    const cart = applied({ type: 'Batch', message: { mutations: [add('A'), add('B'), deliver()] } });
    assert.deepEqual([cart.version, cart.lines.length, cart.deliveries.length], [1, 2, 1]);
  });

  it('apply nothing when one part is refused, and name it', () => {
    const rejection = refusal(applied(add('A')), {
      type: 'Batch',
      message: { mutations: [add('B'), remove(9)] },
    });
    assert.deepEqual([rejection.code, rejection.details.field], ['unknown-line', 'mutations[1].id']);
  });
});

describe('checkout', () => {
  const opened: Mutation = {
    type: 'InitializeCheckout',
    message: {
      orderId: 'o1',
      status: 'checkout_incomplete',
      payloadHash: new Uint8Array([1, 2]),
      cartVersion: 1,
      paymentInProgress: false,
    },
  };
  const ordered: Mutation = { type: 'OrderCreated', message: { orderId: 'o1', status: 'checkout_complete' } };
  const requested: Mutation = { type: 'CreateCheckoutOrder', message: { country: 'se' } };

  it('remembers the provider’s order, and stays open to changes until it was paid', () => {
    const cart = applied(add('A'), requested, opened, add('B'));
    assert.deepEqual(
      [cart.checkout.status, cart.checkout.reference, cart.checkout.cartVersion],
      ['CHECKOUT_OPEN', 'o1', 1],
    );
    assert.equal(registry.apply(cart, requested).checkout.reference, 'o1');
  });

  it('takes no change after the order was created', () => {
    const cart = applied(add('A'), opened, ordered);
    assert.equal(cart.checkout.status, 'CHECKOUT_ORDERED');
    for (const mutation of [
      add('A'),
      remove(1),
      deliver(),
      opened,
      ordered,
      { type: 'Clear', message: {} } as const,
    ]) {
      assert.equal(refusal(cart, mutation).code, 'already-ordered');
    }
  });

  it('refuses an order it does not know, an empty cart, and another country', () => {
    assert.equal(refusal(applied(add('A')), ordered).code, 'no-checkout');
    assert.equal(refusal(emptyCart('c'), requested).code, 'no-checkout');
    assert.equal(
      refusal(applied(add('A')), { type: 'CreateCheckoutOrder', message: { country: 'de' } }).code,
      'currency-mismatch',
    );
  });
});

describe('registry', () => {
  it('fails fast, with its name, for a mutation that nobody registered', () => {
    const wish: Mutation = { type: 'AddRequest', message: { sku: 'A', quantity: 1, country: 'se' } };
    assert.throws(() => registry.apply(emptyCart('c'), wish), new UnregisteredMutationError('AddRequest'));
  });

  it('refuses to register a type twice', () => {
    const definition = { type: 'Clear', totals: true, handler: () => undefined } as const;
    assert.throws(() => createRegistry().register(definition), /twice/);
  });
});
