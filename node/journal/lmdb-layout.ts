import { crc32 } from 'node:zlib';
import type { Head } from './port.ts';

/**
 * The bytes of the LMDB store. Values begin with a CRC-32 over the cart's id and the rest of the value, so that a flipped bit, or a value under
 * another cart's key, is noticed when it is read; leases and counters are text. Numbers are little endian.
 *
 *     carts      cart → crc32, place f64
 *     heads      place (8 bytes, big endian) → crc32, epoch u32, seq u32, expiresDay u32, owner u32 (session number, 0: nobody), position of its newest
 *                record f64, recordId f64
 *     log        position (8 bytes, big endian) → crc32, epoch u32, seq u32, session u32, previous position f64, recordId f64, length of id u8, id, record
 *     snapshots  cart → crc32, seq u32, snapshot
 *     sessions   session number (8 bytes, big endian) → crc32, JSON; entry version 1 while it may write, 2 when it is over
 *     leases     session number → end of the lease, ms, as text; entry version counts the renewals
 *     expiry     day, place when the entry was made (8 bytes each, big endian) → cart
 *     meta       layout, positions, sessions, epochFloor → its value, as text and as entry version
 *
 * A cart's place is a number that only grows, taken when the cart is made and anew each time it is claimed: heads of carts in use lie side by side,
 * however many others there are, and a commit writes few pages. By cart id, each head would dirty a page of its own.
 */
export const LAYOUT_VERSION = 2;

/** A stored value is not what was written. */
export class DamagedValueError extends Error {
  override readonly name = 'DamagedValueError';
}

/** Its `position` is the place: see above. */
export interface StoredHead extends Head {
  /** Position of its newest record. */
  readonly newest: number;
  readonly expiresDay: number;
  /** The owner's session number; 0: nobody. */
  readonly owner: number;
  readonly recordId: number;
}

export interface LogRecord {
  readonly cart: string;
  readonly epoch: number;
  readonly seq: number;
  /** Number of the session that wrote it. */
  readonly session: number;
  /** Position of the cart's record before this one; 0 for the first. */
  readonly previous: number;
  readonly recordId: number;
  readonly record: Uint8Array;
}

export interface SessionRow {
  readonly node: string;
  readonly address: string;
  readonly leaseMs: number;
  readonly over: 'fenced' | 'closed' | null;
}

const PLACE_BYTES = 12;
const HEAD_BYTES = 36;
const LOG_HEADER_BYTES = 33;
const SNAPSHOT_HEADER_BYTES = 8;
const EPOCH_LIMIT = 2 ** 21;
const SEQ_LIMIT = 2 ** 32;

/** The head's LMDB entry version: what compare-and-append compares. A double holds it exactly while epoch < 2²¹. */
export function versionOf({ epoch, seq }: Pick<Head, 'epoch' | 'seq'>): number {
  if (epoch >= EPOCH_LIMIT || seq >= SEQ_LIMIT)
    throw new RangeError(`epoch ${epoch}, seq ${seq} are out of range`);
  return epoch * SEQ_LIMIT + seq;
}

export function encodePlace(cart: string, place: number): Buffer {
  const bytes = Buffer.allocUnsafe(PLACE_BYTES);
  bytes.writeDoubleLE(place, 4);
  return seal(cart, bytes);
}

/** Throws {@link DamagedValueError}. */
export function decodePlace(cart: string, bytes: Buffer): number {
  verify(cart, bytes, PLACE_BYTES, 'place of its head');
  return bytes.readDoubleLE(4);
}

export function encodeHead(cart: string, head: StoredHead): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD_BYTES);
  bytes.writeUInt32LE(head.epoch, 4);
  bytes.writeUInt32LE(head.seq, 8);
  bytes.writeUInt32LE(head.expiresDay, 12);
  bytes.writeUInt32LE(head.owner, 16);
  bytes.writeDoubleLE(head.newest, 20);
  bytes.writeDoubleLE(head.recordId, 28);
  return seal(cart, bytes);
}

/** Throws {@link DamagedValueError}, also when the value does not belong to its entry version. */
export function decodeHead(cart: string, position: number, bytes: Buffer, version: number): StoredHead {
  verify(cart, bytes, HEAD_BYTES, 'head');
  const head: StoredHead = {
    epoch: bytes.readUInt32LE(4),
    seq: bytes.readUInt32LE(8),
    expiresDay: bytes.readUInt32LE(12),
    owner: bytes.readUInt32LE(16),
    position,
    newest: bytes.readDoubleLE(20),
    recordId: bytes.readDoubleLE(28),
  };
  if (versionOf(head) !== version) throw new DamagedValueError('the head does not match its version');
  return head;
}

export function encodeLogRecord({
  cart,
  epoch,
  seq,
  session,
  previous,
  recordId,
  record,
}: LogRecord): Buffer {
  const id = Buffer.byteLength(cart);
  const bytes = Buffer.allocUnsafe(LOG_HEADER_BYTES + id + record.length);
  bytes.writeUInt32LE(epoch, 4);
  bytes.writeUInt32LE(seq, 8);
  bytes.writeUInt32LE(session, 12);
  bytes.writeDoubleLE(previous, 16);
  bytes.writeDoubleLE(recordId, 24);
  bytes.writeUInt8(id, 32);
  bytes.write(cart, LOG_HEADER_BYTES);
  bytes.set(record, LOG_HEADER_BYTES + id);
  return seal(cart, bytes);
}

/** Throws {@link DamagedValueError}, also for a record of another cart. */
export function decodeLogRecord(cart: string, bytes: Buffer | undefined): LogRecord {
  if (bytes === undefined) throw new DamagedValueError('a record is missing');
  verify(cart, bytes, LOG_HEADER_BYTES, 'record');
  const end = LOG_HEADER_BYTES + bytes.readUInt8(32);
  return {
    cart: bytes.toString('utf8', LOG_HEADER_BYTES, end),
    epoch: bytes.readUInt32LE(4),
    seq: bytes.readUInt32LE(8),
    session: bytes.readUInt32LE(12),
    previous: bytes.readDoubleLE(16),
    recordId: bytes.readDoubleLE(24),
    record: bytes.subarray(end),
  };
}

export function encodeSnapshot(cart: string, seq: number, snapshot: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(SNAPSHOT_HEADER_BYTES + snapshot.length);
  bytes.writeUInt32LE(seq, 4);
  bytes.set(snapshot, SNAPSHOT_HEADER_BYTES);
  return seal(cart, bytes);
}

/** Throws {@link DamagedValueError}. */
export function decodeSnapshot(
  cart: string,
  bytes: Buffer,
): { readonly seq: number; readonly bytes: Uint8Array } {
  verify(cart, bytes, SNAPSHOT_HEADER_BYTES, 'snapshot');
  return { seq: bytes.readUInt32LE(4), bytes: bytes.subarray(SNAPSHOT_HEADER_BYTES) };
}

export function encodeSession(number: number, row: SessionRow): Buffer {
  const text = JSON.stringify(row);
  const bytes = Buffer.allocUnsafe(4 + Buffer.byteLength(text));
  bytes.write(text, 4);
  return seal(`session ${number}`, bytes);
}

/** Throws {@link DamagedValueError}. */
export function decodeSession(number: number, bytes: Buffer): SessionRow {
  verify(`session ${number}`, bytes, 4, `row of session ${number}`);
  return JSON.parse(bytes.toString('utf8', 4)) as SessionRow;
}

/** The key of a cart or a counter. */
export function textKey(text: string): Buffer {
  return Buffer.from(text);
}

/** In order of the days. */
export function expiryKey(day: number, place: number): Buffer {
  return Buffer.concat([numberKey(day), numberKey(place)]);
}

/** The key of a place, a position or a session: in order of the number. */
export function numberKey(number: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeUInt32BE(Math.floor(number / 2 ** 32), 0);
  key.writeUInt32BE(number % 2 ** 32, 4);
  return key;
}

function seal(id: string, bytes: Buffer): Buffer {
  bytes.writeUInt32LE(checksum(id, bytes), 0);
  return bytes;
}

function verify(id: string, bytes: Buffer, atLeast: number, what: string): void {
  if (bytes.length < atLeast || bytes.readUInt32LE(0) !== checksum(id, bytes)) {
    throw new DamagedValueError(`the ${what} does not match its checksum`);
  }
}

function checksum(id: string, bytes: Buffer): number {
  return crc32(bytes.subarray(4), crc32(id));
}
