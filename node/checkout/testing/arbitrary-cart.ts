import fc from 'fast-check';
import { aDelivery, aProduct } from '../../actor/testing/fixtures.ts';
import { emptyCart } from '../../domain/cart.ts';
import { LINE_TOTAL_MAX } from '../../domain/limits.ts';
import { createRegistry } from '../../domain/mutations.ts';
import type { Cart, Product } from '../../domain/cart.ts';
import type { Mutation } from '../../domain/mutation.ts';

const registry = createRegistry();

function add(product: Product, quantity: number): Mutation {
  return { type: 'AddItem', message: { product, quantity } };
}

/** Carts of one market with lines of several rates, discounts, long and odd names, and lines split over deliveries. */
export const arbitraryCart: fc.Arbitrary<Cart> = fc
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
