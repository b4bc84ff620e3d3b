import type { Mutation } from '../domain/mutation.ts';
import type { Entry } from './history-checker.ts';
import type { JournalRecord } from '../actor/record.ts';

/**
 * What a mutation asks for, as text: the client makes it from what it sends, the checker from what the journal holds, and equal
 * mutations give equal text. Prices are the catalog's and no part of it.
 */
function signatureOf(mutation: Mutation): string {
  switch (mutation.type) {
    case 'AddItem':
      return signatures.add(mutation.message.product.sku, mutation.message.quantity);
    case 'SetCartRequest':
      return signatures.set(mutation.message.items);
    case 'ChangeQuantity':
      return signatures.quantity(mutation.message.id, mutation.message.quantity);
    case 'RemoveItem':
      return signatures.remove(mutation.message.id);
    case 'SetDelivery':
      return signatures.deliver(mutation.message.provider, mutation.message.items);
    case 'SetPickupPoint':
      return signatures.pickup(mutation.message.deliveryId, mutation.message.pickupPoint.id);
    case 'RemoveDelivery':
      return signatures.undeliver(mutation.message.id);
    case 'Batch':
      return signatures.batch(mutation.message.mutations.map(signatureOf));
    case 'Clear':
      return signatures.clear;
    default:
      return mutation.type;
  }
}

export const signatures = {
  add: (sku: string, quantity: number): string => `add ${sku} ${quantity}`,
  set: (items: readonly { readonly sku: string; readonly quantity: number }[]): string =>
    `set ${items.map(({ sku, quantity }) => `${sku} ${quantity}`).join(', ')}`,
  quantity: (line: number, quantity: number): string => `quantity of ${line} ${quantity}`,
  remove: (line: number): string => `remove ${line}`,
  deliver: (provider: string, lines: readonly number[]): string =>
    `deliver by ${provider} ${lines.join(' ')}`,
  pickup: (delivery: number, point: string): string => `pick up ${delivery} at ${point}`,
  undeliver: (delivery: number): string => `undeliver ${delivery}`,
  clear: 'clear',
  batch: (parts: readonly string[]): string => `batch (${parts.join('; ')})`,
} as const;

/** A stored record's mutations, as the checker reads them. */
export function entriesOf({ firstVersion, applied }: JournalRecord): Entry[] {
  return applied.map(({ mutation, key }, index) => ({
    version: firstVersion + index,
    signature: signatureOf(mutation),
    ...(key === undefined ? {} : { key: Buffer.from(key).toString('hex') }),
  }));
}
