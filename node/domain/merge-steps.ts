import { decisionOf } from './merge.ts';
import { MERGES_MAX } from './limits.ts';
import { mergedAway } from './registry.ts';
import { Rejection } from './rejection.ts';
import type { Cart, MergeStrategy } from './cart.ts';
import type { Messages, Mutation } from './mutation.ts';
import type { MutationRegistry } from './registry.ts';

/** What is to be done next, in which cart. */
export interface MergeStep {
  readonly cartId: string;
  readonly mutation: Mutation;
  /** Instead, in the same cart, where that is rejected. */
  readonly otherwise?: Mutation;
}

/** Into which cart, and how. */
export interface MergeWish {
  readonly sourceId: string;
  readonly strategy: MergeStrategy;
}

/**
 * What a merge begins with, for a cart that is not in one. Everything that speaks against it is found here, before anything is changed; what changes in
 * between is met by the steps. Throws {@link Rejection}.
 */
export function beginMerge(
  registry: MutationRegistry,
  source: Cart,
  target: Cart,
  { sourceId, strategy }: MergeWish,
  mergeId: string,
): Mutation {
  if (sourceId === target.id)
    throw new Rejection('invalid', 'self-merge', 'a cart can’t be merged into itself', { field: 'source' });
  const mutation: Mutation = { type: 'Merging', message: { targetId: target.id, strategy, mergeId } };
  // As it would be: what is thrown is the reason, and the source's is told as the source's.
  const frozen = pointing('source', () => registry.apply(source, mutation));
  registry.apply(target, mergeOf(frozen));
  return mutation;
}

/** What the target is to be changed by, for a source that is frozen. */
export function mergeOf({ id, merging, lines, deliveries }: Cart): Mutation & { type: 'Merge' } {
  if (merging === undefined) throw new Error('the cart is not being merged');
  const { strategy, mergeId } = merging;
  const message: Messages['Merge'] = { sourceId: id, strategy, mergeId, source: { lines, deliveries } };
  return { type: 'Merge', message };
}

/** The step that follows from what is there; null where the source is in no merge, or at its end. Both are as they are now. */
export function nextMergeStep(source: Cart, target: Cart): MergeStep | null {
  const { merging } = source;
  if (merging === undefined || merging.done) return null;
  const { mergeId } = merging;
  const decision = decisionOf(target, mergeId);
  if (decision !== undefined || refusesForEver(target)) {
    const type = decision?.refused === false ? 'Merged' : 'MergeCanceled';
    return { cartId: source.id, mutation: { type, message: { mergeId } } };
  }
  return {
    cartId: target.id,
    mutation: mergeOf(source),
    otherwise: { type: 'MergeRefused', message: { sourceId: source.id, mergeId } },
  };
}

/** It need not remember that it refused: it can never do otherwise. */
function refusesForEver({ checkout, merging, mergeDecisions = [] }: Cart): boolean {
  return (
    checkout.status === 'CHECKOUT_ORDERED' || merging?.done === true || mergeDecisions.length >= MERGES_MAX
  );
}

/** Why a wish can't go on with the merge that its source is in or had; null where it is that merge. */
export function otherMerge({ merging }: Cart, targetId: string, strategy: MergeStrategy): Rejection | null {
  if (merging === undefined) return null;
  if (merging.targetId === targetId && merging.strategy === strategy) return null;
  return mergedAway(merging).within('source');
}

function pointing<T>(path: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof Rejection ? error.within(path) : error;
  }
}
