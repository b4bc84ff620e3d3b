import { priceLine, totalsOf } from '../domain/settle.ts';
import { emptyCart } from '../domain/cart.ts';
import type { ProductTable } from './product-table.ts';
import type { Cart, Line } from '../domain/cart.ts';
import type { Head } from '../journal/port.ts';
import type { StoredRequest } from './record.ts';

/**
 * A cart in memory that nobody uses at the moment, as one string.
 *
 * Measured with five lines: line objects of their own take some 2 KB a cart, a string some 200 B including its place in the map,
 * and the garbage collector does not look into strings. What follows from the rest (prices of lines, totals) is left out and
 * computed again; articles are numbers of the {@link ProductTable}.
 */
export interface GrainContent {
  /** Null before the first record. */
  readonly head: Head | null;
  readonly cart: Cart;
  readonly requests: readonly StoredRequest[];
  /** Time of the last record, ms since 1970; 0 before the first. */
  readonly atMs: number;
  /** How far the journal's tail has grown behind the last snapshot. */
  readonly tail: { readonly records: number; readonly bytes: number };
  /** Monotonic ms of the last use. */
  readonly usedMs: number;
}

/** What the journal has of a cart that was stored at least once. */
export type StoredContent = GrainContent & { readonly head: Head };

/** [id, product number, quantity, delivery id] of each line, one after the other. */
type Lines = number[];

/** What most carts don't have. */
interface Rare {
  d?: Cart['deliveries'];
  w?: Cart['warnings'];
  p?: string;
  g?: Cart['merging'];
  m?: Cart['mergeDecisions'];
  c?: Omit<Cart['checkout'], 'payloadHash'> & { readonly payloadHash?: string };
  /** [key, fingerprint, status, version, time] of each remembered request; bytes in base64. */
  r?: [string, string, number, number, number][];
}

// The times come first: the purge reads them without parsing the rest.
type Packed = [
  atMs: number,
  usedMs: number,
  tailRecords: number,
  tailBytes: number,
  epoch: number,
  seq: number,
  position: number,
  version: number,
  currency: string,
  country: string,
  lastLineId: number,
  lastDeliveryId: number,
  lines: Lines,
  rare?: Rare,
];

/** Takes a reference to each line's article. Either {@link unpack} or {@link discard} gives them back. */
export function pack(
  { head, cart, requests, atMs, tail, usedMs }: StoredContent,
  products: ProductTable,
): string {
  const lines: Lines = [];
  for (const line of cart.lines) {
    lines.push(line.id, products.intern(line.product), line.quantity, line.deliveryId);
  }
  const packed: Packed = [
    atMs,
    Math.floor(usedMs),
    tail.records,
    tail.bytes,
    head.epoch,
    head.seq,
    head.position,
    cart.version,
    cart.currency,
    cart.country,
    cart.lastLineId,
    cart.lastDeliveryId,
    lines,
  ];
  const rare = rareOf(cart, requests);
  if (rare !== null) packed.push(rare);
  return JSON.stringify(packed);
}

export function unpack(id: string, text: string, products: ProductTable): StoredContent {
  const packed = JSON.parse(text) as Packed;
  const [atMs, usedMs, records, bytes, epoch, seq, position, version, currency, country, ...rest] = packed;
  const [lastLineId, lastDeliveryId, numbers, rare] = rest;
  const lines: Line[] = [];
  for (let at = 0; at < numbers.length; at += 4) {
    const [lineId, number, quantity, deliveryId] = numbers.slice(at, at + 4) as [
      number,
      number,
      number,
      number,
    ];
    lines.push(priceLine({ id: lineId, product: products.get(number), quantity, deliveryId }));
    products.release(number);
  }
  const deliveries = rare?.d ?? [];
  const empty = emptyCart(id);
  const cart: Cart = {
    ...empty,
    version,
    currency,
    country,
    lines,
    deliveries,
    totals: totalsOf({ lines, deliveries }),
    checkout: rare?.c === undefined ? empty.checkout : checkoutOf(rare.c),
    warnings: rare?.w ?? [],
    lastLineId,
    lastDeliveryId,
    ...(rare?.p !== undefined && { predecessor: rare.p }),
    ...(rare?.g && { merging: rare.g }),
    ...(rare?.m && { mergeDecisions: rare.m }),
  };
  const requests = rare?.r?.map(requestOf) ?? [];
  return { head: { epoch, seq, position }, cart, requests, atMs, tail: { records, bytes }, usedMs };
}

/** Lets go of a packed cart. */
export function discard(text: string, products: ProductTable): void {
  const numbers = (JSON.parse(text) as Packed)[12];
  for (let at = 1; at < numbers.length; at += 4) products.release(numbers[at] as number);
}

/** The head of a packed cart: what a release builds on. */
export function headOf(text: string): Head {
  const [, , , , epoch, seq, position] = JSON.parse(text) as Packed;
  return { epoch, seq, position };
}

/** When the cart last changed (ms since 1970) and was last used (monotonic ms), without unpacking the rest. */
export function timesOf(text: string): { readonly atMs: number; readonly usedMs: number } {
  const comma = text.indexOf(',');
  return {
    atMs: Number.parseInt(text.slice(1, comma), 10),
    usedMs: Number.parseInt(text.slice(comma + 1), 10),
  };
}

function rareOf(cart: Cart, requests: readonly StoredRequest[]): Rare | null {
  const rare: Rare = {};
  if (cart.deliveries.length > 0) rare.d = cart.deliveries;
  if (cart.warnings.length > 0) rare.w = cart.warnings;
  if (cart.predecessor !== undefined) rare.p = cart.predecessor;
  if (cart.merging !== undefined) rare.g = cart.merging;
  if (cart.mergeDecisions !== undefined) rare.m = cart.mergeDecisions;
  if (cart.checkout.status !== 'CHECKOUT_NONE') {
    const { payloadHash, ...rest } = cart.checkout;
    rare.c = payloadHash === undefined ? rest : { ...rest, payloadHash: base64(payloadHash) };
  }
  if (requests.length > 0) {
    rare.r = requests.map((request) => [
      base64(request.key),
      base64(request.fingerprint),
      request.status,
      request.version,
      request.atMs,
    ]);
  }
  for (const _ in rare) return rare;
  return null;
}

function checkoutOf({ payloadHash, ...rest }: NonNullable<Rare['c']>): Cart['checkout'] {
  return payloadHash === undefined ? rest : { ...rest, payloadHash: Buffer.from(payloadHash, 'base64') };
}

function requestOf([key, fingerprint, status, version, atMs]: NonNullable<Rare['r']>[number]): StoredRequest {
  return {
    key: Buffer.from(key, 'base64'),
    fingerprint: Buffer.from(fingerprint, 'base64'),
    status,
    version,
    atMs,
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
