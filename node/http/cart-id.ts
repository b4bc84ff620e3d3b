import { hash, randomFillSync } from 'node:crypto';

export { isCartId, isMinted } from '../domain/cart-id.ts';

/**
 * A cart's id is a bearer secret: who knows it may change the cart. 128 random bits, written in base62 so that it needs no quoting anywhere.
 */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const LENGTH = 22;

// Random bytes are cheaper by the page than by the id.
const pool = Buffer.alloc(16 * 256);
let used = pool.length;

export function mintCartId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  let number = pool.readBigUInt64BE(used) * 0x1_0000_0000_0000_0000n + pool.readBigUInt64BE(used + 8);
  used += 16;
  let id = '';
  for (let digit = 0; digit < LENGTH; digit += 1) {
    id = DIGITS.charAt(Number(number % 62n)) + id;
    number /= 62n;
  }
  return id;
}

/** Eight digits of its hash: enough to follow one cart in logs and answers, and not to open it. */
export function cartDigest(id: string): string {
  return hash('sha256', id).slice(0, 8);
}
