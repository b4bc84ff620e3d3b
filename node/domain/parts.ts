import type { Mutation } from './mutation.ts';

/** How much there is to a mutation: one for itself, and one for each line, price or mutation in any list of its, also of what it took over. */
export function partsOf({ message }: Mutation): number {
  return 1 + listedIn(message);
}

function listedIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const own = Array.isArray(value) ? value.length : 0;
  return Object.values(value).reduce<number>((parts, one) => parts + listedIn(one), own);
}
