import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { cartDigest } from './cart-id.ts';
import type { Cart, CheckoutStatus, Delivery, Line, Product, Warning } from '../domain/cart.ts';

/** The cart as clients see it. This file is the only one that knows the shape. */
const amount = z.int();

export const cartView = z.strictObject({
  id: z.string(),
  version: z.int().min(0),
  currency: z.string(),
  country: z.string(),
  items: z.array(
    z.strictObject({
      id: z.int().min(1),
      sku: z.string(),
      name: z.string(),
      quantity: z.int().min(1),
      unitPrice: amount,
      taxRate: z.int(),
      totalPrice: amount,
      totalTax: amount,
      discount: amount.optional(),
      type: z.string(),
      variant: z.string().optional(),
      storeId: z.string().optional(),
      image: z.string().optional(),
      url: z.string().optional(),
      deliveryId: z.int().optional(),
    }),
  ),
  deliveries: z.array(
    z.strictObject({
      id: z.int().min(1),
      provider: z.string(),
      name: z.string(),
      price: amount,
      taxRate: z.int(),
      items: z.array(z.int()),
      pickupPoint: z
        .strictObject({
          id: z.string(),
          name: z.string().optional(),
          address: z.string().optional(),
          city: z.string().optional(),
          zip: z.string().optional(),
          country: z.string().optional(),
        })
        .optional(),
    }),
  ),
  totals: z.strictObject({ items: amount, deliveries: amount, discount: amount, total: amount, tax: amount }),
  checkout: z.strictObject({
    status: z.enum(['none', 'requested', 'open', 'ordered']),
    reference: z.string().optional(),
    /** The shopper has confirmed the order; whether it was paid is not known yet. */
    paymentInProgress: z.literal(true).optional(),
    /** The cart that follows this ordered one. */
    successor: z.string().optional(),
  }),
  merge: z.strictObject({ status: z.enum(['merging', 'merged']), target: z.string() }).optional(),
  warnings: z.array(
    z.strictObject({
      code: z.string(),
      lineId: z.int().optional(),
      deliveryId: z.int().optional(),
      oldAmount: amount,
      newAmount: amount,
    }),
  ),
});

export type CartView = z.output<typeof cartView>;

const statuses: Readonly<Record<CheckoutStatus, CartView['checkout']['status']>> = {
  CHECKOUT_NONE: 'none',
  CHECKOUT_REQUESTED: 'requested',
  CHECKOUT_OPEN: 'open',
  CHECKOUT_ORDERED: 'ordered',
};

/** Carts whose last JSON is kept: those that are asked for again and again, not those in memory. */
const CARTS_KEPT = 4096;
/** … and how much of it: carts with hundreds of lines have a hundred times the JSON of most. Characters. */
const CHARACTERS_KEPT = 32 << 20;
/** With fewer lines than this, writing them anew costs less than what the garbage collector takes for keeping them. */
const LINES_KEPT_FROM = 16;

interface Rendered {
  readonly cart: Cart;
  readonly text: string;
  /** Null: not kept. */
  readonly items: Items | null;
}

interface Items {
  /** The JSON of each line, in the order of `cart.lines`. */
  readonly lines: readonly string[];
  /** All of it. */
  readonly text: string;
}

// Carts, lines and articles never change: what was written of one is good as long as it is the same object. By the cart's id and not in weak
// maps, whose entries cost the garbage collector more than all of the writing (measured: a tenth of the time under load).
const rendered = new LRUCache<string, Rendered>({
  max: CARTS_KEPT,
  maxSize: CHARACTERS_KEPT,
  sizeCalculation: ({ text, items }) => (items === null ? 1 : 3) * text.length,
});
const articles = new WeakMap<Product, readonly [front: string, back: string]>();

/** The cart's JSON. Of a cart that changed, only the lines that did are written anew. */
export function renderCart(cart: Cart): string {
  const last = rendered.get(cart.id);
  if (last?.cart === cart) return last.text;
  const items = itemsOf(cart, last);
  const text = cartText(cart, items.text);
  rendered.set(cart.id, { cart, text, items: items.lines.length < LINES_KEPT_FROM ? null : items });
  return text;
}

function itemsOf(cart: Cart, last: Rendered | undefined): Items {
  if (!last?.items) {
    const lines = cart.lines.map(lineText);
    return { lines, text: lines.join() };
  }
  const { items } = last;
  const lines = changedLines(cart, last.cart, items.lines);
  // The most frequent change of a long cart is one more line.
  const grown =
    lines.length === items.lines.length + 1 && items.lines.every((line, at) => line === lines[at]);
  return { lines, text: grown ? `${items.text},${lines.at(-1)}` : lines.join() };
}

function changedLines(cart: Cart, before: Cart, texts: readonly string[]): string[] {
  const lines: string[] = [];
  const known = before.lines;
  let from = 0;
  for (const line of cart.lines) {
    // Lines keep their order; where some are gone the others moved up.
    let at = from;
    while (at < known.length && (known[at] as Line).id < line.id) at += 1;
    if (known[at] === line) {
      lines.push(texts[at] as string);
      from = at + 1;
    } else lines.push(lineText(line));
  }
  return lines;
}

function cartText(cart: Cart, items: string): string {
  const { totals, deliveries, warnings } = cart;
  const sent =
    deliveries.length === 0 ? '' : deliveries.map((delivery) => deliveryText(delivery, cart.lines)).join();
  return (
    `{"id":${JSON.stringify(cart.id)},"version":${cart.version},"currency":"${cart.currency}","country":"${cart.country}",` +
    `"items":[${items}],"deliveries":[${sent}],` +
    `"totals":{"items":${totals.items},"deliveries":${totals.deliveries},"discount":${totals.discount},` +
    `"total":${totals.total},"tax":${totals.tax}},` +
    `"checkout":{"status":"${statuses[cart.checkout.status]}"${checkoutText(cart.checkout)}},` +
    mergeText(cart) +
    `"warnings":${warnings.length === 0 ? '[]' : warningsText(warnings)}}`
  );
}

function checkoutText({ reference, paymentInProgress, succession }: Cart['checkout']): string {
  if (reference === undefined) return '';
  const progress = paymentInProgress === true ? ',"paymentInProgress":true' : '';
  // Not before it has what is to go there: it would look as if that were lost.
  const followed = succession?.lines.length === 0 ? `,"successor":${JSON.stringify(succession.cartId)}` : '';
  return `,"reference":${JSON.stringify(reference)}${progress}${followed}`;
}

function warningsText(warnings: readonly Warning[]): string {
  return JSON.stringify(
    warnings.map(({ code, lineId, deliveryId, oldAmount, newAmount }) => {
      const what = deliveryId === undefined ? { lineId } : { deliveryId };
      return { code, ...what, oldAmount, newAmount };
    }),
  );
}

/** The target is named as logs name it: its id is a secret, also to who knows this cart’s. */
function mergeText({ merging }: Cart): string {
  if (merging === undefined) return '';
  return `"merge":{"status":"${merging.done ? 'merged' : 'merging'}","target":"${cartDigest(merging.targetId)}"},`;
}

function lineText({ id, product, quantity, totalPrice, totalTax, deliveryId }: Line): string {
  const [front, back] = articleText(product);
  const discount = product.unitDiscount === 0 ? '' : `,"discount":${quantity * product.unitDiscount}`;
  const delivery = deliveryId === 0 ? '' : `,"deliveryId":${deliveryId}`;
  return `{"id":${id},${front},"quantity":${quantity},${back},"totalPrice":${totalPrice},"totalTax":${totalTax}${discount}${delivery}}`;
}

function articleText(product: Product): readonly [string, string] {
  let parts = articles.get(product);
  if (parts === undefined) {
    const { sku, name, unitPrice, taxRate, type, variant, storeId, image, url } = product;
    parts = [inner({ sku, name }), inner({ unitPrice, taxRate, type, variant, storeId, image, url })];
    articles.set(product, parts);
  }
  return parts;
}

/** An object's JSON without its braces. */
function inner(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}

function deliveryText({ id, option, pickupPoint }: Delivery, all: readonly Line[]): string {
  const { provider, name, price, taxRate } = option;
  const items = all.filter(({ deliveryId }) => deliveryId === id).map((line) => line.id);
  return JSON.stringify({ id, provider, name, price, taxRate, items, pickupPoint });
}
