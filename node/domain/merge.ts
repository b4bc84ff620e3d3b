import { DELIVERIES_MAX, MERGES_MAX } from './limits.ts';
import { add, bindCurrency, replace, sameArticle, warnOfPrice } from './lines.ts';
import { mergedAway } from './registry.ts';
import { Rejection } from './rejection.ts';
import type { Cart, Delivery, Line, MergeDecision, MergeStrategy } from './cart.ts';
import type { MergeContent, Messages } from './mutation.ts';
import type { Draft, MutationRegistry } from './registry.ts';

/**
 * The steps by which a cart's lines go to another cart. Each is a change of one cart, durable before the next:
 *
 * 1. the source is frozen, and names the target                               Merging
 * 2. the target takes what is frozen, and remembers that it did               Merge
 * 3. the source has no lines any more                                         Merged
 *
 * Where the target can't take it, although it could when the merge began:
 *
 * 2. the target remembers that it refused                                     MergeRefused
 * 3. the source is as it was                                                  MergeCanceled
 *
 * What is frozen can't change, and the target decides once of each attempt. So any step may be tried again by anybody, and who comes by after a
 * crash goes on from what is there (`merge-steps.ts`). A refusal is as durable as a merge: else a slow try of the same attempt might succeed after
 * the source went on, and double it.
 */
export function registerMergeMutations(registry: MutationRegistry): void {
  registry.register({
    type: 'Merging',
    totals: false,
    handler: (cart, { targetId, strategy, mergeId }) => {
      // This change would be the cart's first.
      if (cart.version === 1)
        throw new Rejection('missing', 'unknown-source', 'there is no such cart to merge');
      if (cart.checkout.paymentInProgress === true)
        throw new Rejection(
          'conflict',
          'payment-in-progress',
          'the cart is being paid: its lines are in that order',
        );
      cart.merging = { targetId, strategy, mergeId, done: false };
    },
  });
  registry.register({ type: 'Merge', totals: true, handler: merge });
  registry.register({
    type: 'Merged',
    totals: true,
    whenMerging: 'always',
    handler: (cart, { mergeId }) => {
      cart.merging = { ...underWay(cart, mergeId), done: true };
      cart.lines = [];
    },
  });
  registry.register({
    type: 'MergeRefused',
    totals: false,
    whenMerging: 'always',
    handler: (cart, { sourceId, mergeId }) => decide(cart, sourceId, mergeId, true),
  });
  registry.register({
    type: 'MergeCanceled',
    totals: false,
    whenMerging: 'always',
    handler: (cart, { mergeId }) => {
      underWay(cart, mergeId);
      delete cart.merging;
    },
  });
}

/** The target has decided of that very attempt before: there is nothing to apply. */
export class MergeDecided extends Rejection {
  constructor() {
    super('conflict', 'cart-merged', 'that merge was decided before', { field: 'source' });
  }
}

/** What the cart has decided of that attempt. */
export function decisionOf({ mergeDecisions = [] }: Cart, mergeId: string): MergeDecision | undefined {
  return mergeDecisions.find((decision) => decision.mergeId === mergeId);
}

/**
 * Takes another cart's content into this one: every article is there afterwards, and the strategy says with which quantity where both have it.
 * The price is this cart's then; who saw the other one is warned. Deliveries come along with lines that have none here, into the like one where there is one: nobody pays twice for the same way.
 */
export function takeContent(cart: Draft, content: MergeContent, strategy: MergeStrategy): void {
  const chosen = new Map<number, number>();
  for (const line of content.lines) {
    const index = takeLine(cart, line, strategy);
    const taken = cart.lines[index] as Line;
    const delivery = content.deliveries.find(({ id }) => id === line.deliveryId);
    if (taken.deliveryId !== 0 || delivery === undefined) continue;
    const deliveryId = chosen.get(delivery.id) ?? takeDelivery(cart, delivery);
    chosen.set(delivery.id, deliveryId);
    cart.lines = cart.lines.with(index, { ...taken, deliveryId });
  }
}

function merge(cart: Draft, { sourceId, strategy, source, mergeId }: Messages['Merge']): void {
  if (!source || !mergeId) throw new Error('Merge was applied without what was frozen');
  decide(cart, sourceId, mergeId, false);
  try {
    takeContent(cart, source, strategy);
    forgetPricing(cart);
  } catch (error) {
    throw error instanceof Rejection ? error.within('source') : error;
  }
}

/** The catalog may have been asked for what came in long before it was for what is here. */
function forgetPricing(cart: Draft): void {
  const { pricedAtMs, ...checkout } = cart.checkout;
  if (pricedAtMs !== undefined) cart.checkout = checkout;
}

function decide(cart: Draft, sourceId: string, mergeId: string, refused: boolean): void {
  const { mergeDecisions = [], version } = cart;
  if (decisionOf(cart, mergeId) !== undefined) throw new MergeDecided();
  if (mergeDecisions.length >= MERGES_MAX) {
    const details = { field: 'source', limit: MERGES_MAX };
    throw new Rejection('conflict', 'merge-limit', `a cart takes in at most ${MERGES_MAX} others`, details);
  }
  cart.mergeDecisions = [...mergeDecisions, { sourceId, mergeId, version, refused }];
}

/** The state that this attempt left; throws where there is none or it is over. */
function underWay(cart: Draft, mergeId: string): NonNullable<Cart['merging']> {
  const { merging } = cart;
  if (merging !== undefined && merging.mergeId === mergeId && !merging.done) return merging;
  throw merging === undefined
    ? new Rejection('conflict', 'cart-merged', 'that merge is over')
    : mergedAway(merging);
}

/** The index of the article's line. */
function takeLine(cart: Draft, line: Line, strategy: MergeStrategy): number {
  bindCurrency(cart, line.product);
  const index = cart.lines.findIndex(({ product }) => sameArticle(product, line.product));
  if (index === -1) {
    add(cart, line.product, line.quantity);
    return cart.lines.length - 1;
  }
  const { id, product, quantity } = cart.lines[index] as Line;
  replace(cart, index, combined(strategy, quantity, line.quantity));
  warnOfPrice(cart, { ...line, id }, product);
  return index;
}

function combined(strategy: MergeStrategy, here: number, there: number): number {
  switch (strategy) {
    case 'MERGE_STRATEGY_SUM':
      return here + there;
    case 'MERGE_STRATEGY_MAX':
      return Math.max(here, there);
    case 'MERGE_STRATEGY_KEEP':
      return here;
    case 'MERGE_STRATEGY_REPLACE':
      return there;
  }
}

/** The id of a delivery by the same provider to the same place, or of a new one. */
function takeDelivery(cart: Draft, { option, pickupPoint }: Delivery): number {
  const like = cart.deliveries.find(
    (other) => other.option.provider === option.provider && other.pickupPoint?.id === pickupPoint?.id,
  );
  if (like !== undefined) return like.id;
  if (cart.deliveries.length >= DELIVERIES_MAX) {
    const details = { field: 'deliveries', limit: DELIVERIES_MAX };
    throw new Rejection(
      'invalid',
      'delivery-limit',
      `a cart has at most ${DELIVERIES_MAX} deliveries`,
      details,
    );
  }
  bindCurrency(cart, option);
  const id = cart.lastDeliveryId + 1;
  cart.lastDeliveryId = id;
  cart.deliveries = [...cart.deliveries, { id, option, ...(pickupPoint && { pickupPoint }) }];
  return id;
}
