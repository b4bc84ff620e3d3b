import { DELIVERIES_MAX } from './limits.ts';
import { bindCurrency, find } from './lines.ts';
import { Rejection } from './rejection.ts';
import type { Delivery, DeliveryOption, Line, Warning } from './cart.ts';
import type { Messages } from './mutation.ts';
import type { Draft, MutationRegistry } from './registry.ts';

/** Mutations of deliveries. */
export function registerDeliveryMutations(registry: MutationRegistry): void {
  registry.register({
    type: 'SetDelivery',
    totals: true,
    handler: (cart, message) => {
      if (!message.resolved) throw new Error('SetDelivery was applied without the catalog’s answer');
      setDelivery(cart, message, message.resolved);
    },
  });
  registry.register({
    type: 'SetPickupPoint',
    totals: false,
    handler: (cart, { deliveryId, pickupPoint }) => {
      const index = findDelivery(cart, deliveryId, 'deliveryId');
      cart.deliveries = cart.deliveries.with(index, { ...(cart.deliveries[index] as Delivery), pickupPoint });
    },
  });
  registry.register({
    type: 'RemoveDelivery',
    totals: true,
    handler: (cart, { id }) => {
      cart.deliveries = cart.deliveries.toSpliced(findDelivery(cart, id, 'id'), 1);
      cart.lines = cart.lines.map((line) => (line.deliveryId === id ? { ...line, deliveryId: 0 } : line));
    },
  });
}

function setDelivery(cart: Draft, message: Messages['SetDelivery'], option: DeliveryOption): void {
  const chosen = chooseLines(cart, message.items);
  bindCurrency(cart, option);
  // Counted after the move: a delivery that loses its last line to the new one makes room for it.
  const left = cart.deliveries.filter((delivery) =>
    cart.lines.some((line) => line.deliveryId === delivery.id && !chosen.has(line.id)),
  );
  if (left.length >= DELIVERIES_MAX) {
    throw new Rejection('invalid', 'delivery-limit', `a cart has at most ${DELIVERIES_MAX} deliveries`, {
      field: 'provider',
      limit: DELIVERIES_MAX,
    });
  }
  const id = cart.lastDeliveryId + 1;
  const delivery: Delivery = { id, option, ...(message.pickupPoint && { pickupPoint: message.pickupPoint }) };
  cart.lastDeliveryId = id;
  cart.deliveries = [...cart.deliveries, delivery];
  cart.lines = cart.lines.map((line): Line => (chosen.has(line.id) ? { ...line, deliveryId: id } : line));
}

/** Gives a delivery the catalog's newest answer. One that is gone or has another provider is left alone. */
export function repriceDelivery(cart: Draft, id: number, option: DeliveryOption): void {
  const index = cart.deliveries.findIndex(
    (delivery) => delivery.id === id && delivery.option.provider === option.provider,
  );
  const old = cart.deliveries[index];
  if (old === undefined) return;
  bindCurrency(cart, option);
  cart.deliveries = cart.deliveries.with(index, { ...old, option });
  if (old.option.price === option.price) return;
  const amounts = { oldAmount: old.option.price, newAmount: option.price };
  const warning: Warning = { code: 'price-changed', lineId: 0, deliveryId: id, ...amounts };
  cart.warnings = [...cart.warnings.filter(({ deliveryId }) => deliveryId !== id), warning];
}

/** The lines named, or all that have no delivery yet. */
function chooseLines(cart: Draft, items: readonly number[]): Set<number> {
  if (items.length > 0) {
    for (const [index, id] of items.entries()) find(cart, id, `items[${index}]`);
    return new Set(items);
  }
  const waiting = cart.lines.filter((line) => line.deliveryId === 0);
  if (waiting.length === 0) {
    throw new Rejection(
      'conflict',
      'lines-without-delivery-missing',
      'the cart has no line without a delivery',
      {
        field: 'items',
      },
    );
  }
  return new Set(waiting.map((line) => line.id));
}

function findDelivery(cart: Draft, id: number, field: string): number {
  const index = cart.deliveries.findIndex((delivery) => delivery.id === id);
  if (index === -1)
    throw new Rejection('missing', 'unknown-delivery', `the cart has no delivery ${id}`, { field });
  return index;
}
