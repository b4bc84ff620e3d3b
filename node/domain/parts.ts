import type { Mutation } from './mutation.ts';

/** How much there is to a mutation: one for itself, and one for each line, price or mutation that it lists. */
export function partsOf(mutation: Mutation): number {
  if (mutation.type === 'Batch')
    return mutation.message.mutations.reduce((parts, one) => parts + partsOf(one), 1);
  return Object.values(mutation.message).reduce<number>(
    (parts, value) => (Array.isArray(value) ? parts + value.length : parts),
    1,
  );
}
