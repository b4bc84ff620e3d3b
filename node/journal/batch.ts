/** A cart occurs at most once in a batch: two entries would have to build on each other. Throws otherwise. */
export function requireUnique(batch: readonly { readonly cart: string }[]): void {
  if (batch.length < 2) return;
  const seen = new Set<string>();
  for (const { cart } of batch) {
    if (seen.has(cart)) throw new Error('a cart occurs twice in one batch');
    seen.add(cart);
  }
}
