import { DamagedValueError } from './lmdb-layout.ts';
import type { LogRecord, StoredHead } from './lmdb-layout.ts';
import type { LmdbStore } from './lmdb-store.ts';
import type { Content, StoredRecord } from './port.ts';

/** A cart's records, found from its head backwards: each one names the position of the one before it. */

/** The cart's snapshot and every record behind it. Throws {@link DamagedValueError}, also when a record is missing. */
export function contentOf(store: LmdbStore, cart: string, head: StoredHead): Content {
  const snapshot = store.snapshot(cart);
  const tail: StoredRecord[] = [];
  for (const record of walk(store, cart, head, snapshot?.seq ?? 0)) tail.push(stored(record));
  const { epoch, seq, position, expiresDay } = head;
  return { head: { epoch, seq, position }, expiresDay, snapshot, tail: tail.reverse() };
}

/** The records from `fromSeq` on that are still kept, oldest first. */
export function readHistory(
  store: LmdbStore,
  cart: string,
  head: StoredHead,
  fromSeq: number,
): StoredRecord[] {
  const records: StoredRecord[] = [];
  const kept = store.snapshot(cart)?.seq ?? 0;
  // Behind the snapshot the chain may end anywhere: those records are kept for history only.
  for (const record of walk(store, cart, head, Math.max(0, fromSeq - 1), kept)) records.push(stored(record));
  return records.reverse();
}

/** Positions of the records that fall out of the retention when record `newSeq` is appended with a snapshot. */
export function chainBehind(store: LmdbStore, cart: string, head: StoredHead, newSeq: number): number[] {
  const last = newSeq - store.historyRecords;
  if (last < 1) return [];
  const positions: number[] = [];
  try {
    store.refresh();
    let { newest: position } = head;
    for (let seq = head.seq; seq >= 1 && position !== 0 && store.hasRecord(position); seq -= 1) {
      if (seq <= last) positions.push(position);
      position = store.record(cart, position).previous;
    }
  } catch (error) {
    // A damaged record stays for people to look at; what lies behind it is not reached, and stays as well.
    if (!(error instanceof DamagedValueError)) throw error;
  }
  return positions;
}

/** Positions of all records that the cart still has. */
export function readPositions(store: LmdbStore, cart: string, head: StoredHead): number[] {
  const positions: number[] = [];
  let { newest: position } = head;
  while (position !== 0 && store.hasRecord(position)) {
    positions.push(position);
    position = store.record(cart, position).previous;
  }
  return positions;
}

/** The record of that number, while the cart still has it. */
export function findRecord(store: LmdbStore, cart: string, head: StoredHead, seq: number): LogRecord | null {
  for (const record of walk(store, cart, head, seq - 1, head.seq)) {
    if (record.seq === seq) return record;
  }
  return null;
}

/** Newest first, down to but not including `untilSeq`. A record that is not there ends the walk only at or below `keptUntil`. */
function* walk(
  store: LmdbStore,
  cart: string,
  head: StoredHead,
  untilSeq: number,
  keptUntil = 0,
): Generator<LogRecord> {
  let { newest: position } = head;
  for (let { seq } = head; seq > untilSeq; seq -= 1) {
    if (seq <= keptUntil && !store.hasRecord(position)) return;
    const record = store.record(cart, position);
    if (record.seq !== seq || record.cart !== cart) {
      throw new DamagedValueError(`record ${seq} is not where the record behind it says`);
    }
    yield record;
    position = record.previous;
  }
}

function stored({ epoch, seq, record }: LogRecord): StoredRecord {
  return { epoch, seq, record };
}
