import fc from 'fast-check';
import { priceLine } from '../../domain/settle.ts';
import { aDelivery, aProduct } from './fixtures.ts';
import type { Line, PickupPoint, Product } from '../../domain/cart.ts';
import type { Mutation } from '../../domain/mutation.ts';

/** Random mutations over few skus, lines and deliveries, so that many of them meet. */

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });

/** The same sku is nearly always the same article; now and then its price changed. */
export const arbitraryProduct: fc.Arbitrary<Product> = fc
  .record({
    sku: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
    unitPrice: fc.oneof({ weight: 4, arbitrary: fc.constant(19_900) }, fc.integer({ min: 0, max: 100_000 })),
    taxRate: fc.constantFrom(0, 600, 1200, 1900, 2500, 2550),
    discountPart: fc.constantFrom(0, 0, 0.1, 1),
    variant: fc.constantFrom(undefined, undefined, 'S', 'M'),
    storeId: fc.constantFrom(undefined, undefined, undefined, '7'),
    currency: fc.oneof({ weight: 15, arbitrary: fc.constant('SEK') }, fc.constant('EUR')),
    name: text,
  })
  .map(({ sku, unitPrice, taxRate, discountPart, variant, storeId, currency, name }) =>
    aProduct(sku, {
      name,
      unitPrice,
      taxRate,
      currency,
      country: currency === 'SEK' ? 'se' : 'de',
      unitDiscount: Math.floor(unitPrice * discountPart),
      ...(variant !== undefined && { variant }),
      ...(storeId !== undefined && { storeId }),
    }),
  );

const quantity = fc.integer({ min: 1, max: 9 });
const id = fc.integer({ min: 1, max: 12 });
const item = fc.record({ product: arbitraryProduct, quantity });

const pickupPoint: fc.Arbitrary<PickupPoint> = fc
  .record({ id: text, name: text, city: fc.option(text, { nil: undefined }) })
  .map(({ city, ...rest }) => (city === undefined ? rest : { ...rest, city }));

/** Lines as an order at the provider has them: of one currency, each article once. */
const lines: fc.Arbitrary<Line[]> = fc
  .uniqueArray(item, {
    maxLength: 4,
    selector: ({ product: { sku, variant, storeId } }) => JSON.stringify([sku, variant, storeId]),
  })
  .map((items) =>
    items.map(({ product, quantity: pieces }, index) =>
      priceLine({
        id: index + 1,
        product: { ...product, currency: 'SEK', country: 'se' },
        quantity: pieces,
        deliveryId: index % 2,
      }),
    ),
  );
const mergeId = fc.constantFrom('m1', 'm2', 'm3');
const strategy = fc.constantFrom(
  'MERGE_STRATEGY_SUM',
  'MERGE_STRATEGY_MAX',
  'MERGE_STRATEGY_KEEP',
  'MERGE_STRATEGY_REPLACE',
);

/** What a cart gives to another: lines with ids of its own, of which some have one of two deliveries. */
const content = fc
  .uniqueArray(
    fc.record({ product: arbitraryProduct, quantity, deliveryId: fc.integer({ min: 0, max: 2 }) }),
    {
      maxLength: 4,
      selector: ({ product }) => JSON.stringify([product.sku, product.variant, product.storeId]),
    },
  )
  .map((lines) => ({
    lines: lines.map((line, index) => priceLine({ id: index + 1, ...line })),
    deliveries: [
      { id: 1, option: aDelivery('standard') },
      { id: 2, option: aDelivery('express'), pickupPoint: { id: 'P' } },
    ].filter(({ id: delivery }) => lines.some(({ deliveryId }) => deliveryId === delivery)),
  }));

/** The steps of merges, as they may come from anywhere. */
const mergeStep: fc.Arbitrary<Mutation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .record({ sourceId: fc.constantFrom('s1', 's2'), strategy, mergeId, source: content })
      .map((message): Mutation => ({ type: 'Merge', message })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ targetId: fc.constant('t1'), strategy, mergeId })
      .map((message): Mutation => ({ type: 'Merging', message })),
  },
  { weight: 1, arbitrary: mergeId.map((made): Mutation => ({ type: 'Merged', message: { mergeId: made } })) },
  {
    weight: 3,
    arbitrary: mergeId.map((made): Mutation => ({ type: 'MergeCanceled', message: { mergeId: made } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ sourceId: fc.constantFrom('s1', 's2'), mergeId })
      .map((message): Mutation => ({ type: 'MergeRefused', message })),
  },
);

const simple: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 6, arbitrary: item.map((message): Mutation => ({ type: 'AddItem', message })) },
  { weight: 2, arbitrary: id.map((line): Mutation => ({ type: 'RemoveItem', message: { id: line } })) },
  {
    weight: 3,
    arbitrary: fc
      .record({ id, quantity: fc.integer({ min: 0, max: 9 }) })
      .map((message): Mutation => ({ type: 'ChangeQuantity', message })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        provider: fc.constantFrom('standard', 'express'),
        items: fc.array(id, { maxLength: 3 }),
        price: quantity,
      })
      .map(({ provider, items, price }): Mutation => {
        return {
          type: 'SetDelivery',
          message: { provider, items, resolved: aDelivery(provider, { price: price * 1000 }) },
        };
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ deliveryId: id, pickupPoint })
      .map((message): Mutation => ({ type: 'SetPickupPoint', message })),
  },
  {
    weight: 1,
    arbitrary: id.map((delivery): Mutation => ({ type: 'RemoveDelivery', message: { id: delivery } })),
  },
  {
    weight: 1,
    arbitrary: fc.array(item, { maxLength: 4 }).map((resolved): Mutation => {
      const items = resolved.map(({ product, quantity: pieces }) => ({
        sku: product.sku,
        quantity: pieces,
        country: product.country,
      }));
      return { type: 'SetCartRequest', message: { items, resolved } };
    }),
  },
  { weight: 1, arbitrary: fc.constant<Mutation>({ type: 'Clear', message: {} }) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        orderId: fc.constantFrom('o1', 'o2'),
        payloadHash: fc.uint8Array({ minLength: 4, maxLength: 4 }),
        paymentInProgress: fc.boolean(),
        given: fc.record(
          {
            replaces: fc.constantFrom('', 'o1', 'o2'),
            linePrices: fc.array(fc.record({ lineId: id, product: arbitraryProduct }), { maxLength: 3 }),
            deliveryPrices: fc.array(
              fc.record({ deliveryId: id, option: quantity.map((price) => aDelivery('express', { price })) }),
              { maxLength: 2 },
            ),
            pricedAtMs: fc.integer({ min: 0, max: 2 ** 40 }),
          },
          { requiredKeys: [] },
        ),
      })
      .map(({ orderId, payloadHash, paymentInProgress, given }): Mutation => ({
        type: 'InitializeCheckout',
        message: {
          orderId,
          status: 'checkout_incomplete',
          payloadHash,
          cartVersion: 1,
          paymentInProgress,
          ...given,
        },
      })),
  },
);

export const arbitraryMutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 60, arbitrary: simple },
  { weight: 10, arbitrary: mergeStep },
  {
    weight: 6,
    arbitrary: fc
      .array(simple, { minLength: 1, maxLength: 4 })
      .map((mutations): Mutation => ({ type: 'Batch', message: { mutations } })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Mutation>({ type: 'OrderCreated', message: { orderId: 'o1', status: 'done' } }),
  },
  {
    weight: 1,
    arbitrary: lines.map((paid): Mutation => {
      const deliveries = paid.length > 1 ? [{ id: 1, option: aDelivery() }] : [];
      const message = { orderId: 'o1', status: 'done', paid: { lines: paid, deliveries }, successorId: 's' };
      return { type: 'OrderCreated', message };
    }),
  },
  {
    weight: 1,
    arbitrary: lines.map((left): Mutation => ({ type: 'TakeOver', message: { sourceId: 'p', lines: left } })),
  },
  { weight: 2, arbitrary: fc.constant<Mutation>({ type: 'TakenOver', message: { successorId: 's' } }) },
);

export const arbitraryMutations = fc.array(arbitraryMutation, { minLength: 1, maxLength: 40 });
