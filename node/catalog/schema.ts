import { z } from 'zod';
import { deliveryOptionSchema, productSchema } from '../domain/mutation.ts';

/** What a catalog file may say; the bounds are those of the domain's own shapes. */
const article = productSchema.shape;
const option = deliveryOptionSchema.shape;

/** `YYYY-MM-DD`, in UTC. */
const day = z.iso.date();

/** A rate that holds, or rates that follow one another: each from its day on, the first without a day. */
const taxRate = z.union([
  article.taxRate,
  z
    .array(z.strictObject({ rate: article.taxRate, from: day.optional() }))
    .min(1)
    .max(50)
    .refine((rates) => rates.every(({ from }, index) => (index === 0) === (from === undefined)), {
      message: 'the first rate has no day, every other one has the day from which it holds',
    })
    .refine(
      (rates) => rates.every(({ from }, index) => index < 2 || (rates[index - 1]?.from ?? '') < (from ?? '')),
      {
        message: 'rates must be in the order of their days',
      },
    ),
]);

const price = z
  .strictObject({ unitPrice: article.unitPrice, unitDiscount: article.unitDiscount.default(0), taxRate })
  .refine(({ unitPrice, unitDiscount }) => unitDiscount <= unitPrice, {
    path: ['unitDiscount'],
    message: 'must be at most unitPrice',
  });

const countryCode = z.string().regex(/^[a-z]{2}$/, 'must be two lower-case letters (ISO 3166-1)');
const storeId = z.string().min(1).max(64);

const product = z.strictObject({
  sku: article.sku,
  name: article.name,
  type: article.type.default('physical'),
  image: z.string().min(1).max(1024).optional(),
  url: z.string().min(1).max(1024).optional(),
  variants: z.array(z.string().min(1).max(64)).min(1).max(200).optional(),
  /** Only these stores sell it; absent: every store does, and orders without a store. */
  stores: z.array(storeId).min(1).max(10_000).optional(),
  prices: z.record(countryCode, price),
});

export const catalogFileSchema = z
  .strictObject({
    currencies: z.record(countryCode, article.currency),
    products: z.array(product).max(1_000_000),
    deliveries: z.array(
      z.strictObject({
        provider: option.provider,
        names: z.record(countryCode, option.name),
        prices: z.record(countryCode, z.strictObject({ price: option.price, taxRate })),
      }),
    ),
  })
  .superRefine(({ currencies, products, deliveries }, context) => {
    const skus = new Set<string>();
    products.forEach(({ sku, prices }, index) => {
      if (skus.has(sku))
        context.addIssue({
          code: 'custom',
          path: ['products', index, 'sku'],
          message: `${sku} is there twice`,
        });
      skus.add(sku);
      for (const country of Object.keys(prices)) {
        if (country in currencies) continue;
        context.addIssue({
          code: 'custom',
          path: ['products', index, 'prices', country],
          message: 'the country has no currency',
        });
      }
    });
    deliveries.forEach(({ prices, names }, index) => {
      for (const country of Object.keys(prices)) {
        if (country in currencies && country in names) continue;
        context.addIssue({
          code: 'custom',
          path: ['deliveries', index, 'prices', country],
          message: 'needs a currency and a name',
        });
      }
    });
  });

export type CatalogFile = z.output<typeof catalogFileSchema>;
export type TaxRates = z.output<typeof taxRate>;

/** The rate that holds on a day, `YYYY-MM-DD`. */
export function taxRateOn(rates: TaxRates, today: string): number {
  if (typeof rates === 'number') return rates;
  let rate = 0;
  for (const entry of rates) {
    if (entry.from === undefined || entry.from <= today) ({ rate } = entry);
  }
  return rate;
}

/** A list of what is wrong, by its path in the file. */
export function describeIssues(error: z.ZodError): string {
  const shown = error.issues
    .slice(0, 10)
    .map(({ path, message }) => `${z.core.toDotPath(path) || 'the file'}: ${message}`);
  const more = error.issues.length - shown.length;
  return more === 0 ? shown.join('; ') : `${shown.join('; ')}; and ${more} more`;
}
