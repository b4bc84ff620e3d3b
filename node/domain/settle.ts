import { containedTax } from './money.ts';
import type { Cart, Line, Totals } from './cart.ts';
import type { Draft } from './registry.ts';

/**
 * Restores what follows from lines and deliveries: a delivery goes with its last line, a warning with what it is about, an empty cart
 * is bound to no currency, and totals are the sums of their parts.
 */
export function settle(cart: Draft): void {
  if (cart.deliveries.length > 0) {
    const used = new Set(cart.lines.map((line) => line.deliveryId));
    if (cart.deliveries.some((delivery) => !used.has(delivery.id))) {
      cart.deliveries = cart.deliveries.filter((delivery) => used.has(delivery.id));
    }
  }
  if (cart.warnings.length > 0) {
    const lines = new Set(cart.lines.map((line) => line.id));
    const deliveries = new Set(cart.deliveries.map((delivery) => delivery.id));
    cart.warnings = cart.warnings.filter(({ lineId, deliveryId }) =>
      deliveryId === undefined ? lines.has(lineId) : deliveries.has(deliveryId),
    );
  }
  if (cart.lines.length === 0) {
    cart.currency = '';
    cart.country = '';
  }
  cart.totals = totalsOf(cart);
}

/** A line's price with its discount taken off, for the whole quantity, and the tax in it. */
export function priceLine(line: Omit<Line, 'totalPrice' | 'totalTax'>): Line {
  const totalPrice = line.quantity * (line.product.unitPrice - line.product.unitDiscount);
  return { ...line, totalPrice, totalTax: containedTax(totalPrice, line.product.taxRate) };
}

/** The sums of the parts. */
export function totalsOf(cart: Pick<Cart, 'lines' | 'deliveries'>): Totals {
  let items = 0;
  let deliveries = 0;
  let discount = 0;
  let tax = 0;
  for (const line of cart.lines) {
    items += line.totalPrice;
    tax += line.totalTax;
    discount += line.quantity * line.product.unitDiscount;
  }
  for (const { option } of cart.deliveries) {
    deliveries += option.price;
    tax += containedTax(option.price, option.taxRate);
  }
  return { items, deliveries, discount, total: items + deliveries, tax };
}
