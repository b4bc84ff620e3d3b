import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  timingSafeEqual,
} from 'node:crypto';
import type { OrderContent, OrderPayload } from './payload.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Longest seal: that of an id of 64 characters, with room. */
const SEAL_MAX = 256;

/**
 * What the shop's secret does at the provider. A cart's id is a secret, so callbacks carry it sealed; and what a paid order says of its cart
 * is believed only where it was signed here. All of it is a function of the secret and the cart, so that payloads stay pure and every node
 * can open what another one sealed.
 */
export class Seals {
  readonly #cipherKey: Buffer;
  readonly #macKey: Buffer;

  constructor(secret: string) {
    this.#cipherKey = derive(secret, 'seal');
    this.#macKey = derive(secret, 'mac');
  }

  /** The cart's id, readable only here. The nonce follows from the id: the same cart has the same seal. */
  seal(cartId: string): string {
    const nonce = this.#mac('nonce', cartId).subarray(0, NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#cipherKey, nonce);
    const text = Buffer.concat([cipher.update(cartId, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
  }

  /** Null for what was not sealed with this secret. */
  open(seal: string): string | null {
    if (seal.length > SEAL_MAX || !/^[\w-]+$/.test(seal)) return null;
    const bytes = Buffer.from(seal, 'base64url');
    if (bytes.length <= NONCE_BYTES + TAG_BYTES) return null;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', this.#cipherKey, nonce);
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      return null;
    }
  }

  /** The whole payload: its content, and what tells later that it was made here, for this cart. */
  payload(cartId: string, content: OrderContent): OrderPayload {
    const hash = hashOf(content).toString('hex');
    const mac = this.#sign(cartId, hash, content.order_amount, content.purchase_currency).toString('hex');
    return {
      ...content,
      merchant_reference1: createHash('sha256').update(cartId).digest('hex').slice(0, 8),
      merchant_data: JSON.stringify({ hash, mac }),
    };
  }

  /** The hash of the content that an order was made from. Null where the order is not this cart's, or its amount is not what was signed. */
  hashIn(cartId: string, order: SignedOrder): Buffer | null {
    const mark = markOf(order.merchant_data);
    if (mark === null) return null;
    const expected = this.#sign(cartId, mark.hash, order.order_amount, order.purchase_currency);
    const given = Buffer.from(mark.mac, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
    return Buffer.from(mark.hash, 'hex');
  }

  /** The key under which an order is acknowledged, in the shape of a UUID v4: whoever repeats it, after whatever crash, sends the same. */
  acknowledgementKey(orderId: string): string {
    const bytes = this.#mac('acknowledge', orderId).subarray(0, 16);
    bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
    bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  #sign(cartId: string, hash: string, amount: number, currency: string): Buffer {
    return this.#mac('order', JSON.stringify([cartId, hash, amount, currency.toUpperCase()]));
  }

  #mac(purpose: string, text: string): Buffer {
    return createHmac('sha256', this.#macKey).update(`${purpose}\n${text}`).digest();
  }
}

/** What of a provider's order is signed. */
export interface SignedOrder {
  readonly order_amount: number;
  readonly purchase_currency: string;
  readonly merchant_data?: string | null | undefined;
}

/** SHA-256 of the content. Its fields have one order, so its JSON is canonical. */
export function hashOf(content: OrderContent): Buffer {
  return createHash('sha256').update(JSON.stringify(content)).digest();
}

function markOf(text: string | null | undefined): { readonly hash: string; readonly mac: string } | null {
  try {
    const mark = JSON.parse(text ?? '') as { hash?: unknown; mac?: unknown } | null;
    const isHash = (value: unknown): value is string =>
      typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
    if (!isHash(mark?.hash) || !isHash(mark.mac)) return null;
    return { hash: mark.hash, mac: mark.mac };
  } catch {
    return null;
  }
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `cartwright checkout ${purpose}`, 32));
}
