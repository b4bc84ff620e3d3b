import { contentOf } from './payload.ts';
import { hashOf } from './seal.ts';
import type { Clock } from '../actor/clock.ts';
import type { GrainPool } from '../actor/grain.ts';
import type { SuccessionStep } from '../actor/succession.ts';
import type { Catalog } from '../catalog/port.ts';
import type { Cart } from '../domain/cart.ts';
import type { MutationRegistry } from '../domain/registry.ts';
import type { MerchantUrls, OrderContent, PayloadOptions } from './payload.ts';
import type { CheckoutProvider } from './provider.ts';
import type { Seals } from './seal.ts';

export interface CheckoutOptions extends PayloadOptions {
  /** Where the provider reaches this API, without a slash at its end. */
  readonly publicUrl: string;
  /** Whether the provider may call there to have orders validated: it takes no address but https. */
  readonly validates: boolean;
  readonly termsUrl: string;
  /** The shop's page with the checkout in it. */
  readonly pageUrl: string;
  /** The shop's page that shows an order; `{checkout.order.id}` is filled in. */
  readonly confirmationUrl: string;
  /** Of everything that the provider is asked for one request, ms. */
  readonly timeoutMs: number;
  /** Prices that were looked up longer ago are looked up again, ms. */
  readonly priceTtlMs: number;
}

/** How far a checkout is. A process may end behind each of these: the proof has it end behind every one. */
export const checkoutSteps = [
  'opening',
  'asking',
  'answered',
  'storing',
  'stored',
  'validating',
  'approving',
  'approved',
  'placing',
  'order-read',
  'ordering',
  'ordered',
  'taking-over',
  'taken-over',
  'forgotten',
  'acknowledging',
  'acknowledged',
] as const;
export type CheckoutStep = (typeof checkoutSteps)[number] | SuccessionStep;

/** For metrics and logs. */
export interface CheckoutObserver {
  step(step: CheckoutStep): void;
  /** The provider did not do what it was asked. */
  failed(cart: string, correlationId: string, error: Error): void;
  opened(outcome: 'created' | 'updated' | 'unchanged' | 'ordered' | 'failed'): void;
  validated(approved: boolean): void;
  /** An order was paid for this cart, now. */
  ordered(): void;
  /** Somebody has paid and it does not fit the cart: a person must look at it. */
  alarm(cart: string, orderId: string, reason: string): void;
}

export interface CheckoutContext {
  readonly pool: GrainPool;
  readonly catalog: Catalog;
  readonly registry: MutationRegistry;
  readonly clock: Clock;
  readonly provider: CheckoutProvider;
  readonly seals: Seals;
  readonly options: CheckoutOptions;
  readonly observer: CheckoutObserver;
  /** An id for a cart that follows an ordered one. */
  readonly mintCartId: () => string;
}

/** The order that this content of a cart makes, and its hash. */
export function offerOf(
  { seals, options }: CheckoutContext,
  cart: Cart,
): { readonly content: OrderContent; readonly hash: Buffer } {
  const content = contentOf(cart, urlsOf(options, seals.seal(cart.id)), options);
  return { content, hash: hashOf(content) };
}

function urlsOf(
  { publicUrl, validates, termsUrl, pageUrl, confirmationUrl }: CheckoutOptions,
  seal: string,
): MerchantUrls {
  const callback = (name: string): string =>
    `${publicUrl}/cart/checkout/${name}/${seal}?order={checkout.order.id}`;
  return {
    terms: termsUrl,
    checkout: pageUrl,
    confirmation: confirmationUrl,
    push: callback('push'),
    ...(validates && { validation: callback('validation') }),
  };
}

export function confirmationOf({ confirmationUrl }: CheckoutOptions, orderId: string): string {
  return confirmationUrl.replace('{checkout.order.id}', encodeURIComponent(orderId));
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
