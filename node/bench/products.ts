import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Product } from '../domain/cart.ts';

/** What the bench sells: enough articles for a cart of 200 lines, with names and pictures as long as real ones. */
export const COUNTRY = 'se';

export const products: readonly Product[] = Array.from({ length: 250 }, (_, n) => {
  const number = String(n + 1).padStart(3, '0');
  return {
    sku: `BENCH-SKU-${number}`,
    name: `Cotton sweater, crew neck, size ${number}`,
    unitPrice: 9900 + 10 * n,
    unitDiscount: 0,
    taxRate: 2500,
    currency: 'SEK',
    country: COUNTRY,
    type: 'physical',
    image: `https://images.example/sweaters/${number}.jpg`,
  };
});

/** A catalog file with these articles, for the nodes of a run. Returns its path. */
export function writeCatalog(directory: string): string {
  const file = join(directory, 'catalog.json');
  const articles = products.map(({ sku, name, type, image, unitPrice, taxRate }) => {
    return { sku, name, type, image, prices: { [COUNTRY]: { unitPrice, taxRate } } };
  });
  writeFileSync(
    file,
    JSON.stringify({ currencies: { [COUNTRY]: 'SEK' }, products: articles, deliveries: [] }),
  );
  return file;
}
