import { CommitFailedError, CommitStalledError, CommitTimeoutError, NoRoomError } from './lmdb-store.ts';
import type { StoredHead } from './lmdb-layout.ts';
import type { ConditionalWrite } from './lmdb-writes.ts';
import type { ClaimOutcome, Head, Refused, Unknown, WriteOutcome } from './port.ts';

/** New pages that one entry may dirty, bytes: the ways down to its place, its head and its snapshot, and the log's last page. */
const ENTRY_PAGES_BYTES = 12 * 4096;

/** What an entry brings along. */
export interface Sized {
  readonly cart: string;
  readonly head?: Head;
  readonly record?: Uint8Array;
  readonly snapshot?: Uint8Array | undefined;
}

/** A write that may land. */
export interface Planned {
  readonly entry: Sized;
  /** The head as it will be. */
  readonly head: StoredHead;
  /** Its first condition is the one on the head. */
  readonly write: ConditionalWrite;
  /** The head that this very write made in an earlier try; null when there was none. */
  readonly landed: (found: StoredHead) => Head | null;
}

/** What is decided without sending it: by its outcome, or by looking whether it landed before. */
export type Plan =
  | Planned
  | { readonly entry: Sized; readonly outcome: WriteOutcome }
  | { readonly entry: Sized; readonly head: null; readonly landed: Planned['landed'] };

export function isHead(looked: ClaimOutcome | StoredHead | undefined): looked is StoredHead {
  return looked !== undefined && 'recordId' in looked;
}

export function bytesOf(batch: readonly Sized[]): number {
  let bytes = 0;
  for (const { record, snapshot } of batch) {
    bytes += ENTRY_PAGES_BYTES + 2 * ((record?.length ?? 0) + (snapshot?.length ?? 0));
  }
  return bytes;
}

/** What an error of {@link LmdbStore.send} means for the entries; throws what is no trouble of the store. */
export function failureOf(error: unknown): Refused | Unknown {
  if (error instanceof NoRoomError) return refused('full', error);
  if (error instanceof CommitTimeoutError || error instanceof CommitFailedError)
    return { status: 'unknown', error };
  if (error instanceof CommitStalledError) return refused('unavailable', error);
  throw error;
}

export function refused(reason: Refused['reason'], error: Error): Refused {
  return { status: 'refused', reason, error };
}
