import { randomBytes } from 'node:crypto';
import { requestText } from './http-connection.ts';
import { COUNTRY, products } from './products.ts';
import type { Requests } from './load.ts';

const LINES = 5;

export function addText(cart: string, sku: string): string {
  return requestText('POST', `/cart/byid/${cart}`, { sku, quantity: 1, country: COUNTRY });
}

/** Adds five articles to a cart, one request each, then goes on with a new cart: what most carts see. */
export function shopper(): Requests {
  let cart = '';
  let line = LINES;
  return () => {
    if (line === LINES) {
      cart = randomBytes(16).toString('base64url');
      line = 0;
    }
    const { sku } = products[line++] as { sku: string };
    return addText(cart, sku);
  };
}
