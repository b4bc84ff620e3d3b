import { containedTax } from '../domain/money.ts';
import type { Cart, Delivery, Line } from '../domain/cart.ts';

/**
 * A cart as an order of Klarna/Kustom Checkout v3. Pure: the same content of a cart is the same payload, byte for byte.
 *
 * Amounts are the cart's own: tax per line, sums of lines, which is what the provider verifies.
 */
export interface OrderLine {
  readonly type: 'physical' | 'digital' | 'shipping_fee';
  readonly reference: string;
  readonly name: string;
  readonly quantity: number;
  readonly quantity_unit: string;
  readonly unit_price: number;
  readonly tax_rate: number;
  readonly total_amount: number;
  readonly total_discount_amount: number;
  readonly total_tax_amount: number;
  readonly product_url?: string;
  readonly image_url?: string;
  /** {@link LineMark} or {@link DeliveryMark} as JSON: what the order must give back once it is paid. */
  readonly merchant_data: string;
}

export interface LineMark {
  readonly line: number;
  readonly delivery: number;
  readonly variant?: string | undefined;
  readonly store?: string | undefined;
  readonly gift?: true;
}

export interface DeliveryMark {
  readonly delivery: number;
  readonly point?: string | undefined;
}

export interface MerchantUrls {
  readonly terms: string;
  readonly checkout: string;
  readonly confirmation: string;
  readonly push: string;
  /** Only where it is https: the provider takes no other. */
  readonly validation?: string;
}

/** The payload but for what names the cart. */
export interface OrderContent {
  readonly purchase_country: string;
  readonly purchase_currency: string;
  readonly locale: string;
  readonly order_amount: number;
  readonly order_tax_amount: number;
  readonly order_lines: readonly OrderLine[];
  readonly merchant_urls: MerchantUrls;
  readonly options?: { readonly require_validate_callback_success: true };
}

export interface OrderPayload extends OrderContent {
  readonly merchant_reference1: string;
  readonly merchant_data: string;
}

export interface PayloadOptions {
  /** By country, lower case. */
  readonly locales: Readonly<Record<string, string>>;
  /** What relative addresses of articles and images are relative to. */
  readonly shopUrl: string;
}

export function contentOf(
  cart: Pick<Cart, 'country' | 'currency' | 'lines' | 'deliveries' | 'totals'>,
  urls: MerchantUrls,
  { locales, shopUrl }: PayloadOptions,
): OrderContent {
  const country = cart.country.toUpperCase();
  return {
    purchase_country: country,
    purchase_currency: cart.currency,
    locale: locales[cart.country] ?? `en-${country}`,
    order_amount: cart.totals.total,
    order_tax_amount: cart.totals.tax,
    order_lines: [
      ...cart.lines.map((line) => articleLine(line, shopUrl)),
      ...cart.deliveries.map((delivery) => shippingLine(delivery)),
    ],
    merchant_urls: urls,
    // Silence must not be approval: what is paid could be what the cart no longer has.
    ...(urls.validation !== undefined && { options: { require_validate_callback_success: true } }),
  };
}

function articleLine({ id, product, quantity, deliveryId, ...line }: Line, shopUrl: string): OrderLine {
  const mark: LineMark = {
    line: id,
    delivery: deliveryId,
    variant: product.variant,
    store: product.storeId,
    ...(product.type === 'gift_card' && { gift: true }),
  };
  return {
    // The provider's `gift_card` pays an order; one that is sold is a digital article.
    type: product.type === 'physical' ? 'physical' : 'digital',
    reference: product.sku,
    name: product.name,
    quantity,
    quantity_unit: 'pcs',
    unit_price: product.unitPrice,
    tax_rate: product.taxRate,
    total_amount: line.totalPrice,
    total_discount_amount: quantity * product.unitDiscount,
    total_tax_amount: line.totalTax,
    ...address('product_url', product.url, shopUrl),
    ...address('image_url', product.image, shopUrl),
    merchant_data: JSON.stringify(mark),
  };
}

function shippingLine({ id, option, pickupPoint }: Delivery): OrderLine {
  const mark: DeliveryMark = { delivery: id, point: pickupPoint?.id };
  return {
    type: 'shipping_fee',
    reference: option.provider,
    name: option.name,
    quantity: 1,
    quantity_unit: 'pcs',
    unit_price: option.price,
    tax_rate: option.taxRate,
    total_amount: option.price,
    total_discount_amount: 0,
    total_tax_amount: containedTax(option.price, option.taxRate),
    merchant_data: JSON.stringify(mark),
  };
}

/** Bound of addresses of articles at the provider, characters. */
const ADDRESS_MAX = 1024;

/** The address as the provider takes it; left out where it is none. */
function address<Name extends string>(
  name: Name,
  value: string | undefined,
  base: string,
): { readonly [N in Name]?: string } {
  const url = value === undefined ? null : URL.parse(value, base);
  if (url === null || !/^https?:$/.test(url.protocol) || url.href.length > ADDRESS_MAX) return {};
  return { [name]: url.href } as { readonly [N in Name]?: string };
}
