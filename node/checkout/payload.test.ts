import assert from 'node:assert/strict';
import fc from 'fast-check';
import { emptyCart } from '../domain/cart.ts';
import { createRegistry } from '../domain/mutations.ts';
import { aDelivery, aProduct } from '../actor/testing/fixtures.ts';
import { paidContent } from './paid.ts';
import { contentOf } from './payload.ts';
import { hashOf, Seals } from './seal.ts';
import { placedOrderSchema } from './provider.ts';
import { judge } from './stand-in/judge.ts';
import { arbitraryCart } from './testing/arbitrary-cart.ts';
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
