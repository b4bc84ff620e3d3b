import { DamagedCartError, RetriableError } from './errors.ts';
import { decodeRecord, firstVersionOf } from './record.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { Journal, StoredRecord } from '../journal/port.ts';
import type { GrainPool } from './grain.ts';
import type { JournalRecord } from './record.ts';

/** Of what is stored of a page's changes: rendering more holds up the whole node. */
const PAGE_BYTES_MAX = 128 * 1024;

/** A change that was made, as the journal has kept it. */
export interface PastChange {
  readonly version: number;
  /** Time of its record, ms since 1970; never falls from change to change. */
  readonly atMs: number;
  readonly mutation: Mutation;
}

/** A part of a cart's history. */
export interface HistoryPage {
  /** The cart's version. */
  readonly version: number;
  /** The oldest version whose change is still kept; null for a cart that was never changed. */
  readonly retainedFrom: number | null;
  /** Oldest first. */
  readonly changes: readonly PastChange[];
  /** The version with which the next page begins; null behind the last one. */
  readonly next: number | null;
}

/**
 * The changes from `fromVersion` on, as far as they are kept, at most `limit` of them; fewer where they are large.
 *
 * It tells no more than a read of the cart does: what is in the journal while nobody was told yet that it landed is left out. Throws as a
 * read does.
 */
export async function readHistory(
  { pool, journal }: { readonly pool: GrainPool; readonly journal: Journal },
  id: string,
  fromVersion: number,
  limit: number,
): Promise<HistoryPage> {
  const { version } = await pool.read(id);
  const records = version === 0 ? [] : await readRecords(journal, id, 1);
  const oldest = records[0];
  if (oldest === undefined) return { version, retainedFrom: null, changes: [], next: null };
  const page = pageOf(records, fromVersion, { limit, version });
  return { version, retainedFrom: read(firstVersionOf, oldest), ...page };
}

/** The page's changes, and with which version the next one begins. A page has one change at least, where there is one. */
function pageOf(
  records: readonly StoredRecord[],
  fromVersion: number,
  { limit, version }: { readonly limit: number; readonly version: number },
): Pick<HistoryPage, 'changes' | 'next'> {
  const changes: PastChange[] = [];
  let bytes = 0;
  for (const stored of records.slice(indexOf(records, fromVersion))) {
    const found = changesOf(read(decodeRecord, stored));
    for (const change of found) {
      if (change.version < fromVersion || change.version > version) continue;
      if (changes.length >= limit || bytes >= PAGE_BYTES_MAX) return { changes, next: change.version };
      changes.push(change);
      bytes += stored.record.length / found.length;
    }
  }
  return { changes, next: null };
}

/** The kept records with a seq of at least `fromSeq`, oldest first; none for a cart without a head. */
export async function readRecords(
  journal: Journal,
  id: string,
  fromSeq: number,
): Promise<readonly StoredRecord[]> {
  const answer = await journal.history(id, fromSeq);
  switch (answer.status) {
    case 'ok':
      return answer.records;
    case 'absent':
      return [];
    case 'refused':
      throw new RetriableError('journal-unavailable', 'the journal gives no answer at the moment', 1000, {
        cause: answer.error,
      });
    case 'damaged':
      throw new DamagedCartError(`the cart’s history can’t be read: ${answer.error.message}`, {
        cause: answer.error,
      });
  }
}

/** What the records tell, one change a version, oldest first. */
export function pastChanges(records: readonly StoredRecord[]): PastChange[] {
  return records.flatMap((record) => changesOf(read(decodeRecord, record)));
}

/** Where the record is that has the version, or the first one if all are behind it. Versions rise from record to record. */
function indexOf(records: readonly StoredRecord[], version: number): number {
  let low = 0;
  let high = records.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (read(firstVersionOf, records[middle] as StoredRecord) <= version) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

function changesOf({ firstVersion, atMs, applied }: JournalRecord): PastChange[] {
  return applied.map(({ mutation }, index) => ({ version: firstVersion + index, atMs, mutation }));
}

function read<T>(decode: (bytes: Uint8Array) => T, { record }: StoredRecord): T {
  try {
    return decode(record);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new DamagedCartError(`the cart’s history can’t be read: ${message}`, { cause });
  }
}
