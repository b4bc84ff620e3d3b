import { tracedCatalog } from '../actor/spans.ts';
import { mergedAway } from '../domain/registry.ts';
import { Rejection } from '../domain/rejection.ts';
import { confirmationOf, offerOf, sameBytes } from './context.ts';
import { placeOrder } from './placing.ts';
import { AlreadyOrderedError, CheckoutError } from './port.ts';
import { changedPrices } from './prices.ts';
import { isComplete, ProviderError } from './provider.ts';
import type { Cart } from '../domain/cart.ts';
import type { Messages, Mutation } from '../domain/mutation.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { CheckoutContext } from './context.ts';
import type { OpenCheckout } from './port.ts';
import type { Prices } from './prices.ts';
import type { Errand, ProviderOrder } from './provider.ts';

/** Checkouts of one cart by several nodes at once: each lost race is a round. */
const ROUNDS_MAX = 4;

/** Prices that were looked up now; null where those of the cart are recent enough. */
type Lookup = { readonly prices: Prices; readonly atMs: number } | null;

/** What the provider holds. */
interface Held {
  readonly order: ProviderOrder;
  readonly hash: Uint8Array;
  /** The provider takes no change of the order, and it is not complete either. */
  readonly paymentInProgress: boolean;
  readonly how: 'created' | 'updated' | 'unchanged';
}

/** The cart's order was paid, and the cart does not know yet. */
interface Paid {
  readonly paid: string;
}

/**
 * The cart's order at the provider, made or brought up to date, and then noted in the cart. Nothing is noted before the provider holds it:
 * without success the cart is as it was, and what the provider may have made without an answer is shown to nobody and dies there.
 */
export async function openCheckout(
  context: CheckoutContext,
  cartId: string,
  errand: Errand,
): Promise<OpenCheckout> {
  const { observer, options } = context;
  for (let round = 1; ; round += 1) {
    observer.step('opening');
    const cart = await context.pool.read(cartId, errand.span);
    checkOrderable(context, cart);
    const lookup = await lookUp(context, cart, errand.span);
    const held = await hold(context, cart, lookup, errand);
    observer.step('answered');
    if ('paid' in held) {
      observer.opened('ordered');
      await placeNow(context, cartId, held.paid, errand);
      throw new AlreadyOrderedError(confirmationOf(options, held.paid));
    }
    const noting = { last: round === ROUNDS_MAX, span: errand.span };
    if (!(await note(context, cart, held, lookup, noting))) continue;
    observer.opened(held.how);
    return shown(held.order, cart.version);
  }
}

function checkOrderable({ options }: CheckoutContext, { checkout, lines, merging }: Cart): void {
  if (checkout.status === 'CHECKOUT_ORDERED')
    throw new AlreadyOrderedError(confirmationOf(options, checkout.reference ?? ''));
  // Before the provider is asked for an order that could not be noted.
  if (merging !== undefined) throw mergedAway(merging);
  if (lines.length === 0) throw new Rejection('conflict', 'no-checkout', 'an empty cart can’t be ordered');
}

async function lookUp(
  { catalog, clock, options }: CheckoutContext,
  cart: Cart,
  span: MaybeSpan,
): Promise<Lookup> {
  const atMs = Math.round(clock.wallMs());
  const { pricedAtMs } = cart.checkout;
  // Lines that came later are younger than that. A clock that was set back makes them old.
  if (pricedAtMs !== undefined && pricedAtMs <= atMs && atMs - pricedAtMs < options.priceTtlMs) return null;
  return { prices: await changedPrices(tracedCatalog(catalog, span), cart), atMs };
}

/** Has the provider hold what the cart has, with the prices looked up; or finds that its order was paid. */
async function hold(
  context: CheckoutContext,
  cart: Cart,
  lookup: Lookup,
  errand: Errand,
): Promise<Held | Paid> {
  const { provider, seals } = context;
  const { content, hash } = offerOf(context, priced(context, cart, lookup));
  const payload = seals.payload(cart.id, content);
  const { reference, payloadHash } = cart.checkout;
  const made = async (): Promise<Held> => {
    const order = await provider.create(payload, errand);
    return { order, hash, paymentInProgress: false, how: 'created' };
  };
  context.observer.step('asking');
  if (reference === undefined) return made();
  const paid: Paid = { paid: reference };
  // What has left the checkout may have become an order: a new one would be paid twice.
  const replaced = async (): Promise<Held | Paid> =>
    (await provider.placed(reference, errand)) === 'gone' ? made() : paid;
  if (payloadHash !== undefined && sameBytes(payloadHash, hash)) {
    const order = await provider.read(reference, errand);
    if (order === 'gone') return replaced();
    if (isComplete(order)) return paid;
    // Believed is what the provider holds: another node's older update may have come behind ours.
    if (sameBytes(seals.hashIn(cart.id, order) ?? Buffer.alloc(0), hash))
      return { order, hash, paymentInProgress: false, how: 'unchanged' };
  }
  const updated = await provider.update(reference, payload, errand);
  if (updated === 'gone') return replaced();
  if (updated !== 'read-only') return { order: updated, hash, paymentInProgress: false, how: 'updated' };
  const order = await provider.read(reference, errand);
  if (order === 'gone') return replaced();
  if (isComplete(order)) return paid;
  const old = seals.hashIn(cart.id, order) ?? payloadHash ?? hash;
  return { order, hash: old, paymentInProgress: true, how: 'unchanged' };
}

/** The cart as it will be with the new prices: not yet stored anywhere. */
function priced({ registry }: CheckoutContext, cart: Cart, lookup: Lookup): Cart {
  if (lookup === null) return cart;
  return registry.apply(
    cart,
    initialize({ orderId: '-', status: '-', payloadHash: Buffer.alloc(0) }, cart, lookup),
  );
}

/** False where another node noted another order meanwhile: the shopper must be shown that one. */
async function note(
  { pool, observer }: CheckoutContext,
  cart: Cart,
  { order, hash, paymentInProgress }: Held,
  lookup: Lookup,
  { last, span }: { readonly last: boolean; readonly span: MaybeSpan },
): Promise<boolean> {
  const { checkout } = cart;
  const known =
    checkout.status === 'CHECKOUT_OPEN' &&
    checkout.reference === order.order_id &&
    checkout.providerStatus === order.status &&
    checkout.payloadHash !== undefined &&
    sameBytes(checkout.payloadHash, hash) &&
    (checkout.paymentInProgress ?? false) === paymentInProgress;
  if (known && lookup === null) return true;
  const what = { orderId: order.order_id, status: order.status, payloadHash: hash, paymentInProgress };
  const storing = pool.apply(cart.id, { mutation: initialize(what, cart, lookup), span });
  observer.step('storing');
  try {
    await storing;
    observer.step('stored');
    return true;
  } catch (error) {
    if (!last && error instanceof Rejection && error.code === 'checkout-conflict') return false;
    throw error;
  }
}

function initialize(
  what: Pick<Messages['InitializeCheckout'], 'orderId' | 'status' | 'payloadHash'> & {
    readonly paymentInProgress?: boolean;
  },
  cart: Cart,
  lookup: Lookup,
): Mutation {
  return {
    type: 'InitializeCheckout',
    message: {
      paymentInProgress: false,
      ...what,
      cartVersion: cart.version,
      replaces: cart.checkout.reference ?? '',
      ...(lookup !== null && { ...lookup.prices, pricedAtMs: lookup.atMs }),
    },
  };
}

/** The shopper has paid and the push has not come yet. Where this fails the push will do it. */
async function placeNow(
  context: CheckoutContext,
  cartId: string,
  orderId: string,
  errand: Errand,
): Promise<void> {
  try {
    await placeOrder(context, cartId, orderId, errand);
  } catch (error) {
    if (!(error instanceof ProviderError || error instanceof CheckoutError)) throw error;
  }
}

/** What is between the node and the provider is nobody else's. */
function shown(order: ProviderOrder, version: number): OpenCheckout {
  const open = Object.entries(order).filter(([name]) => !INTERNAL.has(name));
  return { snippet: order.html_snippet, order: Object.fromEntries(open), version };
}

const INTERNAL = new Set(['merchant_data', 'merchant_urls']);
