import { isDeepStrictEqual } from 'node:util';
import { complete } from '../actor/complete.ts';
import { Rejection } from '../domain/rejection.ts';
import type { Catalog } from '../catalog/port.ts';
import type { Cart } from '../domain/cart.ts';
import type { Messages, Mutation } from '../domain/mutation.ts';

export type Prices = Required<Pick<Messages['InitializeCheckout'], 'linePrices' | 'deliveryPrices'>>;

/**
 * What the catalog says of the cart's lines and deliveries now, as far as it differs from what the cart has.
 * Rejects as completing a mutation does: `unknown-sku` for what is sold no more, `catalog-unavailable`.
 */
export async function changedPrices(catalog: Catalog, cart: Cart): Promise<Prices> {
  const answers = await asked(catalog, cart);
  const linePrices = cart.lines.flatMap(({ id, product: old }, index) => {
    const answer = answers[index];
    if (answer?.type !== 'AddItem' || isDeepStrictEqual(answer.message.product, old)) return [];
    return [{ lineId: id, product: answer.message.product }];
  });
  const deliveryPrices = cart.deliveries.flatMap(({ id, option: old }, index) => {
    const answer = answers[cart.lines.length + index];
    const option = answer?.type === 'SetDelivery' ? answer.message.resolved : null;
    return !option || isDeepStrictEqual(option, old) ? [] : [{ deliveryId: id, option }];
  });
  return { linePrices, deliveryPrices };
}

async function asked(catalog: Catalog, cart: Cart): Promise<readonly Mutation[]> {
  try {
    const batch: Mutation = { type: 'Batch', message: { mutations: questions(cart) } };
    const { type, message } = await complete(catalog, batch, cart.country);
    return type === 'Batch' ? message.mutations : [];
  } catch (error) {
    throw error instanceof Rejection ? pointing(error, cart) : error;
  }
}

/** The wishes that would put the same into a cart again. */
function questions({ lines, deliveries, country }: Cart): Mutation[] {
  return [
    ...lines.map(({ product, quantity }): Mutation => {
      const { sku, storeId, variant } = product;
      const message = {
        sku,
        quantity,
        country,
        ...(storeId !== undefined && { storeId }),
        ...(variant !== undefined && { variant }),
      };
      return { type: 'AddRequest', message };
    }),
    ...deliveries.map(({ option }): Mutation => {
      return { type: 'SetDelivery', message: { provider: option.provider, items: [] } };
    }),
  ];
}

/** The same refusal, of the cart's line or delivery. */
function pointing(error: Rejection, cart: Cart): Rejection {
  const index = Number(/^mutations\[(\d+)\]/.exec(error.details.field ?? '')?.[1] ?? 0);
  const line = cart.lines[index];
  const place = line ? `items[${index}].sku` : `deliveries[${index - cart.lines.length}].provider`;
  const what = line ? `line ${line.id}` : `delivery ${cart.deliveries[index - cart.lines.length]?.id ?? 0}`;
  return new Rejection(error.kind, error.code, `${what} can’t be ordered any more: remove it`, {
    field: place,
  });
}
