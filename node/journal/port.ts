/**
 * The journal: where a cart's records live, and the one arbiter of who may write them.
 *
 * Every write names the head it builds on and lands only if the head is still there (compare-and-append). Two nodes
 * that both believe they own a cart therefore cost latency, never data: the loser's write is answered `conflict`.
 *
 * Rules for every adapter (`journal.contract.ts` checks them):
 * - A write that is answered `ok` is durable, as far as the adapter is durable at all, and visible to every later read.
 * - Every change of ownership (create, claim, hand-over, release) makes a new, higher epoch for that cart. New heads take
 *   their epoch from a journal-wide floor that lies above every deleted head, so a re-made cart never matches an old owner.
 * - Sending the very same entry again is safe: where it landed before, the answer is `ok` with `duplicate: true`.
 *   It is the only way to resolve an `unknown` answer; re-reading is not enough, an orphaned write may still land.
 * - A session that was fenced or closed writes nothing any more.
 * - Entries of one batch are independent: one conflict fails no other entry. A cart occurs at most once in a batch.
 * - The methods do not reject for trouble with the store; they answer `refused` or `unknown` for each entry. They reject only
 *   for misuse (a cart twice in a batch, a closed journal).
 */
export interface Journal {
  /** Short name for logs and metrics: `memory`, `lmdb`. */
  readonly name: string;
  /** True where an acknowledged write survives the process and the machine's power loss. */
  readonly durable: boolean;

  /** Begins a session: one run of one node. Its id has never been used before. Rejects where the store can't be written. */
  openSession(options: SessionOptions): Promise<Session>;
  /** Extends the lease by `session.leaseMs` from now. A lapsed but unfenced session may renew. Rejects when the store does not answer. */
  renewSession(session: Session): Promise<'renewed' | 'fenced'>;
  /**
   * Makes the end of another session's lease a durable fact, after which it can never write or renew; its carts are free.
   * A lease that still runs is left alone and its end is told. Rejects when the store does not answer.
   */
  fence(sessionId: string): Promise<FenceOutcome>;
  /** Ends a session in order: every cart it still owns is free at once. Idempotent. Rejects when the store does not answer. */
  closeSession(session: Session): Promise<void>;
  /**
   * May the session answer reads from memory at this moment? Synchronous and cheap. False once the session is fenced, closed, or
   * (for stores whose lease is a promise about time) past two thirds of its lease.
   */
  mayServeReads(session: Session): boolean;

  /** Makes the head of a cart that has none, together with its first record (seq 1), owned by the session. */
  create(session: Session, batch: readonly CreateEntry[]): Promise<readonly WriteOutcome[]>;
  /** Becomes owner of carts whose owner is null, closed or fenced, and loads them. A cart the session owns already is loaded. */
  claim(session: Session, batch: readonly string[]): Promise<readonly ClaimOutcome[]>;
  /** Appends one record to each cart. */
  append(session: Session, batch: readonly AppendEntry[]): Promise<readonly WriteOutcome[]>;
  /** Names another live session as owner. The one commit point of a hand-over. */
  handOver(session: Session, batch: readonly HandOverEntry[]): Promise<readonly WriteOutcome[]>;
  /** Gives carts up: their owner is null afterwards. */
  release(session: Session, batch: readonly ReleaseEntry[]): Promise<readonly WriteOutcome[]>;

  /** A cart's content without becoming its owner: only where no live session owns it. */
  readCold(cart: string): Promise<ColdRead>;
  /** The retained records with seq ≥ `fromSeq`, oldest first. Records behind the retention are gone; the first one tells. */
  history(cart: string, fromSeq: number): Promise<HistoryRead>;
  /**
   * Deletes up to `limit` carts whose `expiresDay` lies before `today` and that no live session owns. It may look at a part of the carts only:
   * `more` says that another call goes on from there. Rejects when the store does not answer.
   */
  sweepExpired(session: Session, today: number, limit: number): Promise<Swept>;
  /** Waits for what is under way and lets go of the store. Does not close sessions. Idempotent. */
  close(): Promise<void>;
}

/** The `expiresDay` of a cart that is never swept, until a change gives it another one. */
export const NEVER = 0x7fff_ffff;

export interface SessionOptions {
  /** The node's name, for people. */
  readonly node: string;
  /** host:port where other nodes reach this one; empty when there is none. */
  readonly address: string;
  /** Length of the lease, ms. */
  readonly leaseMs: number;
}

export interface Swept {
  /** Ids of the carts that were deleted. */
  readonly carts: readonly string[];
  /** False when every cart has been looked at. */
  readonly more: boolean;
}

/** One run of a node. A restarted node is a new session: ownership is never inherited by name. */
export interface Session extends SessionOptions {
  readonly id: string;
}

export type FenceOutcome =
  /** Fenced now or before, or closed in order: its carts are free. */
  | { readonly status: 'free' }
  /** The lease still runs, until this wall-clock time in ms. */
  | { readonly status: 'live'; readonly leaseUntilMs: number }
  | { readonly status: 'unknown-session' };

/**
 * The point a write builds on. `position` belongs to the adapter: callers keep it with the head and hand it back, no more.
 */
export interface Head {
  /** Counts the owners of a cart; 1 ≤ epoch < 2²¹. */
  readonly epoch: number;
  /** Counts the cart's records; 1 ≤ seq < 2³². */
  readonly seq: number;
  readonly position: number;
}

export interface CreateEntry {
  readonly cart: string;
  /** Unique within the session; the same number again marks the same write sent again. */
  readonly recordId: number;
  readonly record: Uint8Array;
  /** The day (whole days since 1970, UTC) after which the cart may be swept, or {@link NEVER}. */
  readonly expiresDay: number;
}

export interface AppendEntry extends CreateEntry {
  readonly head: Head;
  /** The cart as of this record. Stored with it, in the same write; records behind it fall to the retention. */
  readonly snapshot?: Uint8Array | undefined;
}

export interface HandOverEntry {
  readonly cart: string;
  readonly head: Head;
  /** Id of the session that shall own the cart. */
  readonly to: string;
}

export interface ReleaseEntry {
  readonly cart: string;
  readonly head: Head;
}

/** Nothing was written; asking again may help. `full`: the store has no room. */
export interface Refused {
  readonly status: 'refused';
  readonly reason: 'full' | 'unavailable' | 'fenced';
  readonly error: Error;
}

/** It is not known whether the write landed. Send the very same entry again until it is. */
export interface Unknown {
  readonly status: 'unknown';
  readonly error: Error;
}

/** The stored value does not match its checksum. The cart is left as it is, for people to look at. */
export interface Damaged {
  readonly status: 'damaged';
  readonly error: Error;
}

export interface Owner {
  readonly sessionId: string;
  readonly node: string;
  readonly address: string;
  readonly leaseUntilMs: number;
}

/** Somebody else was faster, or the caller never was the owner. */
export interface Conflict {
  readonly status: 'conflict';
  /** What is there instead; null when the cart has no head. */
  readonly current: { readonly epoch: number; readonly seq: number; readonly owner: Owner | null } | null;
  /** True when the head is behind what the caller knows to be durable: the store lost acknowledged records. */
  readonly regressed: boolean;
}

export type WriteOutcome =
  | { readonly status: 'ok'; readonly head: Head; readonly duplicate: boolean }
  | Conflict
  | Refused
  | Unknown
  | Damaged;

export interface StoredRecord {
  readonly epoch: number;
  readonly seq: number;
  readonly record: Uint8Array;
}

/** A cart's content: the latest snapshot, if any, and every record behind it, contiguous up to the head. */
export interface Content {
  readonly head: Head;
  readonly expiresDay: number;
  readonly snapshot: { readonly seq: number; readonly bytes: Uint8Array } | null;
  readonly tail: readonly StoredRecord[];
}

export type ClaimOutcome =
  | { readonly status: 'ok'; readonly content: Content }
  | { readonly status: 'absent' }
  /** A live session owns it. */
  | { readonly status: 'owned'; readonly owner: Owner }
  | Refused
  | Unknown
  | Damaged;

export type ColdRead =
  | { readonly status: 'ok'; readonly content: Content }
  | { readonly status: 'absent' }
  | { readonly status: 'owned'; readonly owner: Owner }
  | Refused
  | Damaged;

export type HistoryRead =
  | { readonly status: 'ok'; readonly records: readonly StoredRecord[] }
  | { readonly status: 'absent' }
  | Refused
  | Damaged;
