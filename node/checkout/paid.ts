import { z } from 'zod';
import { sameArticle } from '../domain/lines.ts';
import { priceLine } from '../domain/settle.ts';
import type { Cart, Delivery, Line, PaidContent, Product, ProductType } from '../domain/cart.ts';

/** A line of a placed order, as far as it is read. What the provider adds to its own shapes is passed over. */
export const paidLineSchema = z.object({
  type: z.string(),
  reference: z.string(),
  name: z.string(),
  quantity: z.int().min(0),
  unit_price: z.int(),
  tax_rate: z.int(),
  total_amount: z.int(),
  total_discount_amount: z.int().nullish(),
  product_url: z.string().nullish(),
  image_url: z.string().nullish(),
  merchant_data: z.string().nullish(),
});
export type PaidLine = z.output<typeof paidLineSchema>;

const articleMark = z.object({
  line: z.int().min(1),
  delivery: z.int().min(0),
  variant: z.string().optional(),
  store: z.string().optional(),
  gift: z.literal(true).optional(),
});
const deliveryMark = z.object({ delivery: z.int().min(1), point: z.string().optional() });

/**
 * What was paid, as the provider's own order has it: the cart may have changed since. `cart` lends what no order can hold: its own product
 * where the article is still the same, and the whole of a pickup point. Throws where a line is none of ours.
 */
export function paidContent(
  lines: readonly PaidLine[],
  priced: { readonly country: string; readonly currency: string },
  cart: Cart,
): PaidContent {
  const currency = priced.currency.toUpperCase();
  const country = priced.country.toLowerCase();
  const paid: Line[] = [];
  const deliveries: Delivery[] = [];
  for (const line of lines) {
    const mark: unknown = JSON.parse(line.merchant_data ?? 'null');
    if (line.type === 'shipping_fee')
      deliveries.push(delivery(line, deliveryMark.parse(mark), country, currency, cart));
    else {
      const { line: id, delivery: deliveryId, ...rest } = articleMark.parse(mark);
      const product = known(article(line, rest, country, currency), cart);
      paid.push(priceLine({ id, product, quantity: line.quantity, deliveryId }));
    }
  }
  return { lines: paid, deliveries };
}

function article(
  line: PaidLine,
  { variant, store, gift }: Omit<z.output<typeof articleMark>, 'line' | 'delivery'>,
  country: string,
  currency: string,
): Product {
  const type: ProductType = gift === true ? 'gift_card' : line.type === 'physical' ? 'physical' : 'digital';
  return {
    sku: line.reference,
    name: line.name,
    unitPrice: line.unit_price,
    unitDiscount: line.quantity === 0 ? 0 : (line.total_discount_amount ?? 0) / line.quantity,
    taxRate: line.tax_rate,
    currency,
    country,
    type,
    ...(variant !== undefined && { variant }),
    ...(store !== undefined && { storeId: store }),
    ...(line.image_url && { image: line.image_url }),
    ...(line.product_url && { url: line.product_url }),
  };
}

/** The cart's own product where it says the same of the article. */
function known(paid: Product, cart: Cart): Product {
  const own = cart.lines.find(({ product }) => sameArticle(product, paid))?.product;
  const { name, unitPrice, unitDiscount, taxRate, currency, country } = paid;
  const same =
    own?.name === name &&
    own.unitPrice === unitPrice &&
    own.unitDiscount === unitDiscount &&
    own.taxRate === taxRate &&
    own.currency === currency &&
    own.country === country;
  return same ? own : paid;
}

function delivery(
  line: PaidLine,
  { delivery: id, point }: z.output<typeof deliveryMark>,
  country: string,
  currency: string,
  cart: Cart,
): Delivery {
  const { reference: provider, name, unit_price: price, tax_rate: taxRate } = line;
  const own = cart.deliveries.find((one) => one.id === id)?.pickupPoint;
  const pickupPoint = point === undefined ? undefined : own?.id === point ? own : { id: point };
  const option = { provider, name, price, taxRate, currency, country };
  return { id, option, ...(pickupPoint !== undefined && { pickupPoint }) };
}
