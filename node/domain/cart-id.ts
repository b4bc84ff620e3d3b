/** Shapes of carts' ids. */
const MINTED = /^[0-9A-Za-z]{22}$/;
const ANY = /^[A-Za-z0-9_-]{1,64}$/;

/** Has the shape of the ids that this service mints: 128 random bits in base62. */
export function isMinted(id: string): boolean {
  return MINTED.test(id);
}

/** May be named by a client. */
export function isCartId(id: string, policy: 'any' | 'minted'): boolean {
  return (policy === 'minted' ? MINTED : ANY).test(id);
}
