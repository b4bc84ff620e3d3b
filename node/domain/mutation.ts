import { z } from 'zod';
import {
  BATCH_ITEMS_MAX,
  BATCH_MAX,
  DELIVERIES_MAX,
  ID_MAX,
  LINES_MAX,
  QUANTITY_MAX,
  TAX_RATE_MAX,
  UNIT_PRICE_MAX,
} from './limits.ts';
import type { Cart, Delivery, DeliveryOption, Line, MergeStrategy, PickupPoint, Product } from './cart.ts';

/**
 * The shapes of mutations: what may be asked (zod) and what is applied and journaled (types).
 *
 * Two of them are wishes that only the catalog can complete: AddRequest becomes AddItem; SetCartRequest and SetDelivery carry the
 * catalog's answer in `resolved`. Replay therefore never needs the catalog.
 */

// Control characters have no place in identifiers or names that end up in logs, headers and other systems. Half of a surrogate pair has no
// form in UTF-8: it would come back from the journal as something else.
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    // eslint-disable-next-line no-control-regex -- exactly these are refused
    .regex(/^[^\u0000-\u001f\u007f\ud800-\udfff]*$/u, 'must not contain control or half characters');

const lineId = z.int().min(1).max(ID_MAX);
const quantity = z.int().min(1).max(QUANTITY_MAX);
const amount = z.int().min(0).max(UNIT_PRICE_MAX);
const taxRate = z.int().min(0).max(TAX_RATE_MAX);
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be three upper-case letters (ISO 4217)');

/** Two letters in either case; lower case inside. */
export const country = z
  .string()
  .regex(/^[A-Za-z]{2}$/, 'must be two letters (ISO 3166-1)')
  .transform((letters) => letters.toLowerCase());

export const productSchema = z
  .strictObject({
    sku: text(255),
    name: text(255),
    unitPrice: amount,
    unitDiscount: amount,
    taxRate,
    currency,
    country,
    type: z.enum(['physical', 'digital', 'gift_card']),
    variant: text(64).exactOptional(),
    storeId: text(64).exactOptional(),
    image: text(1024).exactOptional(),
    url: text(1024).exactOptional(),
  })
  .refine((product) => product.unitDiscount <= product.unitPrice, {
    path: ['unitDiscount'],
    message: 'must be at most unitPrice',
  }) satisfies z.ZodType<Product>;

export const deliveryOptionSchema = z.strictObject({
  provider: text(64),
  name: text(255),
  price: amount,
  taxRate,
  currency,
  country,
}) satisfies z.ZodType<DeliveryOption>;

export const pickupPointSchema = z.strictObject({
  id: text(255),
  name: text(255).exactOptional(),
  address: text(255).exactOptional(),
  city: text(255).exactOptional(),
  zip: text(32).exactOptional(),
  country: z
    .string()
    .regex(/^[A-Za-z]{2}$/, 'must be two letters (ISO 3166-1)')
    .exactOptional(),
}) satisfies z.ZodType<PickupPoint>;

const bytes: z.ZodType<Uint8Array> = z.instanceof(Uint8Array);

const line = z.strictObject({
  id: lineId,
  product: productSchema,
  quantity,
  deliveryId: z.int().min(0).max(ID_MAX),
  totalPrice: z.int().min(0),
  totalTax: z.int().min(0),
}) satisfies z.ZodType<Line>;

const delivery = z.strictObject({
  id: lineId,
  option: deliveryOptionSchema,
  pickupPoint: pickupPointSchema.exactOptional(),
}) satisfies z.ZodType<Delivery>;
const cartId = text(64);

const mergeStrategy = z.enum([
  'MERGE_STRATEGY_SUM',
  'MERGE_STRATEGY_MAX',
  'MERGE_STRATEGY_KEEP',
  'MERGE_STRATEGY_REPLACE',
]);

const addRequest = z.strictObject({
  sku: text(255),
  quantity,
  country,
  storeId: text(64).exactOptional(),
  variant: text(64).exactOptional(),
});

/** What a caller may send, by message; `country` is always there: edges fill in their default. */
export const schemas = {
  AddRequest: addRequest,
  AddItem: z.strictObject({ product: productSchema, quantity }),
  SetCartRequest: z.strictObject({ items: z.array(addRequest).max(LINES_MAX) }),
  RemoveItem: z.strictObject({ id: lineId }),
  ChangeQuantity: z.strictObject({ id: lineId, quantity: z.int().min(0).max(QUANTITY_MAX) }),
  SetDelivery: z.strictObject({
    provider: text(64),
    items: z.array(lineId).max(LINES_MAX).default([]),
    pickupPoint: pickupPointSchema.exactOptional(),
  }),
  SetPickupPoint: z.strictObject({ deliveryId: lineId, pickupPoint: pickupPointSchema }),
  RemoveDelivery: z.strictObject({ id: lineId }),
  InitializeCheckout: z.strictObject({
    orderId: text(255),
    status: text(64),
    payloadHash: bytes,
    cartVersion: z.int().min(0),
    paymentInProgress: z.boolean(),
    replaces: z.string().max(255).exactOptional(),
    linePrices: z
      .array(z.strictObject({ lineId, product: productSchema }))
      .max(LINES_MAX)
      .readonly()
      .exactOptional(),
    deliveryPrices: z
      .array(z.strictObject({ deliveryId: lineId, option: deliveryOptionSchema }))
      .max(DELIVERIES_MAX)
      .readonly()
      .exactOptional(),
    pricedAtMs: z.int().min(0).exactOptional(),
  }),
  CreateCheckoutOrder: z.strictObject({
    country,
    terms: text(2000).exactOptional(),
    checkout: text(2000).exactOptional(),
    confirmation: text(2000).exactOptional(),
    push: text(2000).exactOptional(),
    validation: text(2000).exactOptional(),
  }),
  OrderCreated: z.strictObject({
    orderId: text(255),
    status: text(64),
    paid: z
      .strictObject({
        lines: z.array(line).max(LINES_MAX).readonly(),
        deliveries: z.array(delivery).max(DELIVERIES_MAX).readonly(),
      })
      .exactOptional(),
    successorId: cartId.exactOptional(),
  }),
  TakeOver: z.strictObject({ sourceId: cartId, lines: z.array(line).max(LINES_MAX).readonly() }),
  TakenOver: z.strictObject({ successorId: cartId }),
  Clear: z.strictObject({}),
  Merge: z.strictObject({ sourceId: cartId, strategy: mergeStrategy }),
} as const;

/** The bound of a batch's list, for edges that describe it. */
export const batchMax = BATCH_MAX;
export const batchItemsMax = BATCH_ITEMS_MAX;

type Sent = { [T in keyof typeof schemas]: z.output<(typeof schemas)[T]> };

/** Every message that can be applied, by its protobuf name. */
export interface Messages extends Omit<Sent, 'SetCartRequest' | 'SetDelivery' | 'Merge'> {
  SetCartRequest: Sent['SetCartRequest'] & { readonly resolved?: readonly Sent['AddItem'][] };
  SetDelivery: Sent['SetDelivery'] & { readonly resolved?: DeliveryOption | null };
  Merge: Sent['Merge'] & { readonly source?: MergeContent | null; readonly mergeId?: string };
  Merging: { readonly targetId: string; readonly strategy: MergeStrategy; readonly mergeId: string };
  Merged: { readonly mergeId: string };
  MergeRefused: { readonly sourceId: string; readonly mergeId: string };
  MergeCanceled: { readonly mergeId: string };
  Batch: { readonly mutations: readonly Mutation[] };
}

/** What a cart gives to another one. */
export type MergeContent = Pick<Cart, 'lines' | 'deliveries'>;

export type MutationType = keyof Messages;

/** One mutation: the protobuf message's name and its content. */
export type Mutation = {
  [T in MutationType]: { readonly type: T; readonly message: Messages[T] };
}[MutationType];
