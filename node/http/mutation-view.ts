import { z } from 'zod';
import { cartDigest } from './cart-id.ts';
import { mergeStrategies } from './request-schemas.ts';
import type { DeliveryOption, MergeStrategy, PickupPoint, Product } from '../domain/cart.ts';
import type { Messages, Mutation, MutationType } from '../domain/mutation.ts';

/**
 * A change as clients see it: what was applied, with the catalog's answers in it. What is nobody's business but this service's own (what the checkout
 * provider was sent, its callbacks, ids of other carts) is left out.
 */
const amount = z.int();

export const pickupPointView = z.strictObject({
  id: z.string(),
  name: z.string().optional(),
  address: z.string().optional(),
  city: z.string().optional(),
  zip: z.string().optional(),
  country: z.string().optional(),
});

const productView = z.strictObject({
  sku: z.string(),
  name: z.string(),
  unitPrice: amount,
  unitDiscount: amount,
  taxRate: z.int(),
  currency: z.string(),
  country: z.string(),
  type: z.string(),
  variant: z.string().optional(),
  storeId: z.string().optional(),
  image: z.string().optional(),
  url: z.string().optional(),
});

const addedItem = { product: productView, quantity: z.int().min(1) };
const id = z.int().min(1);
/** Another cart, as logs name it: its id is a secret. */
const digest = z.string();
const strategy = z.enum(Object.keys(mergeStrategies) as [keyof typeof mergeStrategies]);

const parts = [
  z.strictObject({ type: z.literal('AddItem'), ...addedItem }),
  z.strictObject({ type: z.literal('SetCartRequest'), items: z.array(z.strictObject(addedItem)) }),
  z.strictObject({ type: z.literal('RemoveItem'), id }),
  z.strictObject({ type: z.literal('ChangeQuantity'), id, quantity: z.int().min(0) }),
  z.strictObject({
    type: z.literal('SetDelivery'),
    provider: z.string(),
    name: z.string(),
    price: amount,
    taxRate: z.int(),
    items: z.array(id),
    pickupPoint: pickupPointView.optional(),
  }),
  z.strictObject({ type: z.literal('SetPickupPoint'), deliveryId: id, pickupPoint: pickupPointView }),
  z.strictObject({ type: z.literal('RemoveDelivery'), id }),
  z.strictObject({ type: z.literal('InitializeCheckout'), orderId: z.string(), status: z.string() }),
  z.strictObject({ type: z.literal('CreateCheckoutOrder'), country: z.string() }),
  z.strictObject({ type: z.literal('OrderCreated'), orderId: z.string(), status: z.string() }),
  z.strictObject({ type: z.literal('Clear') }),
  z.strictObject({ type: z.literal('TakeOver'), items: z.array(z.strictObject(addedItem)) }),
  z.strictObject({ type: z.literal('TakenOver') }),
  z.strictObject({
    type: z.literal('Merge'),
    source: digest,
    strategy,
    items: z.array(z.strictObject(addedItem)),
  }),
  z.strictObject({ type: z.literal('Merging'), target: digest, strategy }),
  z.strictObject({ type: z.literal('Merged') }),
  z.strictObject({ type: z.literal('MergeRefused'), source: digest }),
  z.strictObject({ type: z.literal('MergeCanceled') }),
] as const;

const part = z.discriminatedUnion('type', parts);
export const mutationView = z.discriminatedUnion('type', [
  ...parts,
  z.strictObject({ type: z.literal('Batch'), mutations: z.array(part) }),
]);

export type MutationView = z.input<typeof mutationView>;
type Part = z.input<typeof part>;

export function viewOf(mutation: Mutation): MutationView {
  if (mutation.type === 'Batch') return { type: 'Batch', mutations: mutation.message.mutations.map(partOf) };
  return partOf(mutation);
}

/** Wishes are completed before they are applied, and batches are not nested. */
type Applied = Exclude<MutationType, 'AddRequest' | 'Batch'>;

const views: { readonly [T in Applied]: (message: Messages[T]) => Part } = {
  AddItem: ({ product, quantity }) => ({ type: 'AddItem', product: productOf(product), quantity }),
  SetCartRequest: ({ resolved = [] }) => ({
    type: 'SetCartRequest',
    items: itemsOf(resolved),
  }),
  RemoveItem: (message) => ({ type: 'RemoveItem', id: message.id }),
  ChangeQuantity: (message) => ({ type: 'ChangeQuantity', id: message.id, quantity: message.quantity }),
  SetDelivery: ({ provider, resolved, items, pickupPoint }) => ({
    type: 'SetDelivery',
    provider,
    ...optionOf(resolved ?? null),
    items: [...items],
    pickupPoint: pickupPoint && pointOf(pickupPoint),
  }),
  SetPickupPoint: ({ deliveryId, pickupPoint }) => ({
    type: 'SetPickupPoint',
    deliveryId,
    pickupPoint: pointOf(pickupPoint),
  }),
  RemoveDelivery: (message) => ({ type: 'RemoveDelivery', id: message.id }),
  InitializeCheckout: ({ orderId, status }) => ({ type: 'InitializeCheckout', orderId, status }),
  CreateCheckoutOrder: ({ country }) => ({ type: 'CreateCheckoutOrder', country }),
  OrderCreated: ({ orderId, status }) => ({ type: 'OrderCreated', orderId, status }),
  Clear: () => ({ type: 'Clear' }),
  TakeOver: ({ lines }) => ({ type: 'TakeOver', items: itemsOf(lines) }),
  TakenOver: () => ({ type: 'TakenOver' }),
  Merge: ({ sourceId, strategy: how, source }) => ({
    type: 'Merge',
    source: cartDigest(sourceId),
    strategy: strategyOf(how),
    items: itemsOf(source?.lines ?? []),
  }),
  Merging: ({ targetId, strategy: how }) => ({
    type: 'Merging',
    target: cartDigest(targetId),
    strategy: strategyOf(how),
  }),
  Merged: () => ({ type: 'Merged' }),
  MergeRefused: ({ sourceId }) => ({ type: 'MergeRefused', source: cartDigest(sourceId) }),
  MergeCanceled: () => ({ type: 'MergeCanceled' }),
};

function partOf({ type, message }: Mutation): Part {
  if (!(type in views)) throw new Error(`mutation ${type} is applied nowhere`);
  // The key guarantees that a view only ever sees its own message type.
  return (views[type as Applied] as (message: Mutation['message']) => Part)(message);
}

function strategyOf(how: MergeStrategy): keyof typeof mergeStrategies {
  const names = Object.keys(mergeStrategies) as (keyof typeof mergeStrategies)[];
  return names.find((name) => mergeStrategies[name] === how) as keyof typeof mergeStrategies;
}

function itemsOf(items: readonly { readonly product: Product; readonly quantity: number }[]) {
  return items.map(({ product, quantity }) => ({ product: productOf(product), quantity }));
}

function productOf({ sku, name, unitPrice, unitDiscount, taxRate, currency, country, ...rest }: Product) {
  const { type, variant, storeId, image, url } = rest;
  const base = { sku, name, unitPrice, unitDiscount, taxRate, currency, country, type };
  return { ...base, variant, storeId, image, url } satisfies z.input<typeof productView>;
}

function optionOf(option: DeliveryOption | null) {
  return { name: option?.name ?? '', price: option?.price ?? 0, taxRate: option?.taxRate ?? 0 };
}

function pointOf({ id: point, name, address, city, zip, country }: PickupPoint) {
  return { id: point, name, address, city, zip, country } satisfies z.input<typeof pickupPointView>;
}
