import { emptyCart } from '../domain/cart.ts';
import { decodeRecord, decodeSnapshot, RecordFormatError } from './record.ts';
import { RememberedRequests } from './remembered-requests.ts';
import type { Cart } from '../domain/cart.ts';
import type { MutationRegistry } from '../domain/registry.ts';
import type { Content } from '../journal/port.ts';
import type { StoredContent } from './resting-cart.ts';

/**
 * A cart as the journal tells it: the snapshot, and every record behind it applied once more.
 * Throws when the records don't fit together or don't apply: that cart is damaged, or was written by a newer release.
 */
export function replay(
  id: string,
  content: Content,
  registry: MutationRegistry,
  usedMs: number,
): StoredContent {
  const requests = new RememberedRequests();
  let cart: Cart = emptyCart(id);
  let atMs = 0;
  if (content.snapshot !== null) {
    const snapshot = decodeSnapshot(content.snapshot.bytes);
    cart = snapshot.state;
    atMs = snapshot.atMs;
    for (const request of snapshot.requests) requests.add(request);
  }
  let bytes = 0;
  for (const { record: stored } of content.tail) {
    const record = decodeRecord(stored);
    if (record.firstVersion !== cart.version + 1) {
      throw new RecordFormatError(
        `a record starts at version ${record.firstVersion}, the cart is at ${cart.version}`,
      );
    }
    atMs = record.atMs;
    // Before the new ones, as the grain did: an id may have come again.
    requests.forget(atMs);
    for (const { mutation, key, fingerprint, status } of record.applied) {
      cart = registry.apply(cart, mutation);
      if (key && fingerprint) requests.add({ key, fingerprint, status, version: cart.version, atMs });
    }
    bytes += stored.length;
  }
  const tail = { records: content.tail.length, bytes };
  return { head: content.head, cart, requests: requests.list(), atMs, tail, usedMs };
}
