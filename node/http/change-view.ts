import { z } from 'zod';
import { mutationView, viewOf } from './mutation-view.ts';
import { cartView, renderCart } from './view.ts';
import type { HistoryPage, PastChange } from '../actor/cart-history.ts';
import type { FeedEvent } from '../actor/subscription.ts';

/** What clients see of changes: in `events`, as they happen, and in `history`. */
const past = z.strictObject({ version: z.int().min(1), time: z.iso.datetime(), mutation: mutationView });

/** The data of an event `change`. Only the newest of changes that the reader had missed has the cart. */
export const changeView = z.strictObject({ ...past.shape, cart: cartView.optional() });

export const historyView = z.strictObject({
  id: z.string(),
  version: z.int().min(0),
  retainedFrom: z.int().min(1).nullable(),
  changes: z.array(past),
  next: z.int().min(2).nullable(),
});

export function renderHistory(id: string, { version, retainedFrom, changes, next }: HistoryPage): string {
  return JSON.stringify({ id, version, retainedFrom, changes: changes.map(pastOf), next } satisfies z.input<
    typeof historyView
  >);
}

/** An event of the stream, as the bytes that are sent (WHATWG HTML, 9.2): its id is the version that the reader then has. */
export function renderEvent(event: FeedEvent): string {
  if (event.kind === 'state') return frame('state', event.cart.version, renderCart(event.cart));
  const text = JSON.stringify(pastOf(event));
  // A cart's JSON is kept as text.
  const data = event.cart === null ? text : `${text.slice(0, -1)},"cart":${renderCart(event.cart)}}`;
  return frame('change', event.version, data);
}

function frame(name: string, id: number, data: string): string {
  return `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;
}

function pastOf({ version, atMs, mutation }: PastChange): z.input<typeof past> {
  return { version, time: new Date(atMs).toISOString(), mutation: viewOf(mutation) };
}
