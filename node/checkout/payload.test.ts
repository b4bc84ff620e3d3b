import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emptyCart } from '../domain/cart.ts';
import { LINE_TOTAL_MAX } from '../domain/limits.ts';
import { createRegistry } from '../domain/mutations.ts';
import { aDelivery, aProduct } from '../actor/testing/fixtures.ts';
import { paidContent } from './paid.ts';
import { contentOf } from './payload.ts';
import { hashOf, Seals } from './seal.ts';
import { placedOrderSchema } from './provider.ts';
import { judge } from './stand-in/judge.ts';
import type { Cart, Product } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { MerchantUrls, OrderPayload } from './payload.ts';

const registry = createRegistry();
const seals = new Seals('a secret of thirty-two characters');
const urls: MerchantUrls = {
  terms: 'https://shop.example/terms',
  checkout: 'https://shop.example/checkout',
  confirmation: 'https://shop.example/thanks?order={checkout.order.id}',
  push: 'https://shop.example/cart/checkout/push/x?order={checkout.order.id}',
  validation: 'https://shop.example/cart/checkout/validation/x?order={checkout.order.id}',
};
const options = { locales: { se: 'sv-SE', de: 'de-DE', fi: 'fi-FI' }, shopUrl: 'https://shop.example' };

function cartOf(...mutations: Mutation[]): Cart {
  return mutations.reduce((cart, mutation) => registry.apply(cart, mutation), emptyCart('c'));
}

function add(product: Product, quantity: number): Mutation {
  return { type: 'AddItem', message: { product, quantity } };
}

function payloadOf(cart: Cart): OrderPayload {
  return seals.payload(cart.id, contentOf(cart, urls, options));
}

/** Carts of one market with lines of several rates, discounts, long and odd names, and lines split over deliveries. */
const arbitraryCart: fc.Arbitrary<Cart> = fc
  .record({
    market: fc.constantFrom(['se', 'SEK'], ['de', 'EUR'], ['fi', 'EUR'], ['no', 'NOK'], ['gb', 'GBP']),
    lines: fc.array(
      fc.record({
        unitPrice: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 100_000_000 })),
        discountPart: fc.constantFrom(0, 0, 0.07, 0.5, 1),
        taxRate: fc.oneof(
          fc.constantFrom(0, 600, 700, 1200, 1400, 1900, 2000, 2500, 2550),
          fc.integer({ min: 0, max: 10_000 }),
        ),
        quantity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 999 })),
        name: fc.string({ minLength: 1, maxLength: 100, unit: 'grapheme' }),
        type: fc.constantFrom<Product['type'][]>('physical', 'digital', 'gift_card'),
        variant: fc.option(fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }), { nil: undefined }),
        image: fc.constantFrom(
          undefined,
          '/a b.webp',
          'https://cdn.example/ö.png',
          'nonsense:x',
          '//[',
          ''.padEnd(1024, 'é'),
        ),
      }),
      { minLength: 1, maxLength: 14 },
    ),
    deliveries: fc.array(
      fc.record({
        price: fc.integer({ min: 0, max: 99_900 }),
        taxRate: fc.constantFrom(0, 600, 1900, 2500),
        items: fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 4 }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ market, lines, deliveries }) => {
    const [country = '', currency = ''] = market;
    let cart = emptyCart('c');
    lines.forEach(({ discountPart, quantity, variant, image, ...line }, index) => {
      const product = aProduct(`S${index}`, {
        ...line,
        country,
        currency,
        unitDiscount: Math.floor(line.unitPrice * discountPart),
        ...(variant !== undefined && { variant }),
        ...(image !== undefined && { image, url: image }),
      });
      const most = Math.max(1, Math.floor(LINE_TOTAL_MAX / Math.max(1, line.unitPrice)));
      cart = registry.apply(cart, add(product, Math.min(quantity, most)));
    });
    deliveries.forEach(({ items, ...given }, index) => {
      const known = items.filter((id) => id <= lines.length);
      if (known.length === 0) return;
      const resolved = aDelivery(`D${index}`, { ...given, country, currency });
      const message = { provider: `D${index}`, items: known, resolved };
      cart = registry.apply(cart, { type: 'SetDelivery', message });
    });
    return cart;
  });

describe('an order’s payload', function () {
  this.timeout(120_000);

  it('is accepted by the strict judge for any cart', () => {
    fc.assert(
      fc.property(arbitraryCart, (cart) => {
        assert.deepEqual(judge(payloadOf(cart)), []);
      }),
      { numRuns: 5000 },
    );
  });

  it('has the cart’s own amounts', () => {
    fc.assert(
      fc.property(arbitraryCart, (cart) => {
        const { order_amount: amount, order_tax_amount: tax, order_lines: lines } = payloadOf(cart);
        assert.deepEqual([amount, tax], [cart.totals.total, cart.totals.tax]);
        assert.equal(lines.length, cart.lines.length + cart.deliveries.length);
      }),
      { numRuns: 500 },
    );
  });

  it('gives back what was paid, from the provider’s own order', () => {
    fc.assert(
      fc.property(arbitraryCart, (cart) => {
        const placed = placedOrderSchema.parse({ order_id: 'o', status: 'AUTHORIZED', ...payloadOf(cart) });
        const market = { country: placed.purchase_country, currency: placed.purchase_currency };
        assert.deepEqual(paidContent(placed.order_lines, market, cart).lines, cart.lines);
        const alone = paidContent(placed.order_lines, market, emptyCart('c'));
        const known = ({ id, product, quantity, totalPrice, totalTax }: Cart['lines'][number]): unknown => {
          const rest = { ...product, image: undefined, url: undefined };
          return { id, rest, quantity, totalPrice, totalTax };
        };
        assert.deepEqual(alone.lines.map(known), cart.lines.map(known));
        assert.deepEqual(alone.deliveries, cart.deliveries);
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for the same content, and its hash another one for another content', () => {
    const cart = cartOf(add(aProduct('A'), 2), add(aProduct('B', { taxRate: 600 }), 1));
    const again = cartOf(
      add(aProduct('A'), 1),
      add(aProduct('B', { taxRate: 600 }), 1),
      add(aProduct('A'), 1),
    );
    assert.notEqual(again.version, cart.version);
    assert.equal(JSON.stringify(payloadOf(again)), JSON.stringify(payloadOf(cart)));
    const hash = (one: Cart): string => hashOf(contentOf(one, urls, options)).toString('hex');
    const others = [
      cartOf(add(aProduct('A'), 2)),
      registry.apply(cart, { type: 'ChangeQuantity', message: { id: 1, quantity: 3 } }),
      registry.apply(cart, {
        type: 'SetDelivery',
        message: { provider: 'x', items: [], resolved: aDelivery('x') },
      }),
    ];
    assert.equal(new Set([cart, ...others].map(hash)).size, 4);
  });

  it('of the worked order has the amounts that the provider expects', () => {
    const cart = cartOf(add(aProduct('A'), 2), add(aProduct('B', { unitPrice: 8995, taxRate: 600 }), 1), {
      type: 'SetDelivery',
      message: { provider: 'standard', items: [], resolved: aDelivery() },
    });
    const { order_lines: lines, ...order } = payloadOf(cart);
    assert.deepEqual(
      lines.map((line) => [line.type, line.total_amount, line.total_tax_amount]),
      [
        ['physical', 39_800, 7960],
        ['physical', 8995, 509],
        ['shipping_fee', 4900, 980],
      ],
    );
    assert.deepEqual(
      [order.order_amount, order.order_tax_amount, order.locale, order.purchase_country],
      [53_695, 9449, 'sv-SE', 'SE'],
    );
  });
});
