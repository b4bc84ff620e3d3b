import { ID_MAX, LINE_TOTAL_MAX, LINES_MAX, QUANTITY_MAX } from './limits.ts';
import { Rejection } from './rejection.ts';
import { priceLine } from './settle.ts';
import type { Line, Product, Warning } from './cart.ts';
import type { Draft, MutationRegistry } from './registry.ts';

/** Mutations of lines. */
export function registerLineMutations(registry: MutationRegistry): void {
  registry.register({
    type: 'AddItem',
    totals: true,
    handler: (cart, { product, quantity }) => add(cart, product, quantity),
  });
  registry.register({
    type: 'SetCartRequest',
    totals: true,
    handler: (cart, { items, resolved }) => {
      if (resolved?.length !== items.length)
        throw new Error('SetCartRequest was applied without the catalog’s answers');
      cart.lines = [];
      cart.lastLineId = 0;
      // Nothing of the old content binds the new one.
      cart.currency = '';
      cart.country = '';
      cart.warnings = [];
      for (const { product, quantity } of resolved) add(cart, product, quantity);
    },
  });
  registry.register({ type: 'RemoveItem', totals: true, handler: (cart, { id }) => remove(cart, id) });
  registry.register({
    type: 'ChangeQuantity',
    totals: true,
    handler: (cart, { id, quantity }) => {
      if (quantity === 0) remove(cart, id);
      else replace(cart, find(cart, id), quantity);
    },
  });
  registry.register({
    type: 'Clear',
    totals: true,
    handler: (cart) => {
      cart.lines = [];
    },
  });
}

/** The index of a line; throws `unknown-line`, of the field that named it. */
export function find(cart: Draft, id: number, field = 'id'): number {
  const index = cart.lines.findIndex((line) => line.id === id);
  if (index === -1) throw new Rejection('missing', 'unknown-line', `the cart has no line ${id}`, { field });
  return index;
}

/** A cart has one country and one currency, those of its first line. Throws `currency-mismatch`. */
export function bindCurrency(
  cart: Draft,
  priced: { readonly currency: string; readonly country: string },
): void {
  if (cart.currency === '') {
    cart.currency = priced.currency;
    cart.country = priced.country;
    return;
  }
  if (cart.currency !== priced.currency || cart.country !== priced.country) {
    throw new Rejection(
      'conflict',
      'currency-mismatch',
      `the cart is in ${cart.currency} for ${cart.country}; this is in ${priced.currency} for ${priced.country}`,
      { field: 'country' },
    );
  }
}

/** Raises the article's line, or makes one. */
export function add(cart: Draft, product: Product, quantity: number): void {
  bindCurrency(cart, product);
  const index = cart.lines.findIndex((line) => sameArticle(line.product, product));
  if (index !== -1) {
    replace(cart, index, (cart.lines[index] as Line).quantity + quantity, product);
    return;
  }
  if (cart.lines.length >= LINES_MAX || cart.lastLineId >= ID_MAX) {
    throw new Rejection('invalid', 'line-limit', `a cart has at most ${LINES_MAX} lines`, {
      field: 'sku',
      limit: LINES_MAX,
    });
  }
  const line = priceLine({ id: cart.lastLineId + 1, product, quantity, deliveryId: 0 });
  checkTotal(line);
  cart.lastLineId = line.id;
  cart.lines = [...cart.lines, line];
}

function remove(cart: Draft, id: number): void {
  const index = find(cart, id);
  cart.lines = cart.lines.toSpliced(index, 1);
}

/** Puts another quantity on a line and, where the catalog was asked again, its newest answer. */
export function replace(cart: Draft, index: number, quantity: number, product?: Product): void {
  const old = cart.lines[index] as Line;
  if (quantity > QUANTITY_MAX) {
    throw new Rejection('invalid', 'quantity-limit', `a line holds at most ${QUANTITY_MAX} pieces`, {
      field: 'quantity',
      limit: QUANTITY_MAX,
    });
  }
  const line = priceLine({
    id: old.id,
    product: product ?? old.product,
    quantity,
    deliveryId: old.deliveryId,
  });
  checkTotal(line);
  cart.lines = cart.lines.with(index, line);
  if (product !== undefined) warnOfPrice(cart, old, product);
}

/** Gives a line the catalog's newest answer. A line that is gone or has become another article is left alone. */
export function repriceLine(cart: Draft, id: number, product: Product): void {
  const index = cart.lines.findIndex((line) => line.id === id && sameArticle(line.product, product));
  if (index === -1) return;
  bindCurrency(cart, product);
  replace(cart, index, (cart.lines[index] as Line).quantity, product);
}

/** The shopper saw the old price on this line: a new one is never silent. */
export function warnOfPrice(cart: Draft, old: Line, product: Product): void {
  const oldAmount = old.product.unitPrice - old.product.unitDiscount;
  const newAmount = product.unitPrice - product.unitDiscount;
  if (oldAmount === newAmount) return;
  const warning: Warning = { code: 'price-changed', lineId: old.id, oldAmount, newAmount };
  cart.warnings = [...cart.warnings.filter((other) => other.lineId !== old.id), warning];
}

function checkTotal(line: Line): void {
  // The gross amount is bounded too: it is what a checkout provider is sent beside the discount.
  if (line.quantity * line.product.unitPrice > LINE_TOTAL_MAX) {
    throw new Rejection(
      'invalid',
      'line-total-limit',
      `a line's total is at most ${LINE_TOTAL_MAX} minor units`,
      {
        field: 'quantity',
        limit: LINE_TOTAL_MAX,
      },
    );
  }
}

export function sameArticle(a: Product, b: Product): boolean {
  return a === b || (a.sku === b.sku && a.variant === b.variant && a.storeId === b.storeId);
}
