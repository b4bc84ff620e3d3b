import { requireUnique } from './batch.ts';
import { chainBehind, contentOf, readHistory } from './lmdb-chain.ts';
import {
  DamagedValueError,
  encodeHead,
  encodeLogRecord,
  encodeSnapshot,
  logKey,
  versionOf,
} from './lmdb-layout.ts';
import { ABSENT, lmdbDefaults, LmdbStore } from './lmdb-store.ts';
import { LmdbSessions } from './lmdb-sessions.ts';
import { sweep } from './lmdb-sweep.ts';
import type { StoredHead } from './lmdb-layout.ts';
import type { Condition, LmdbOptions } from './lmdb-store.ts';
import type {
  AppendEntry,
  ClaimOutcome,
  ColdRead,
  CreateEntry,
  Damaged,
  FenceOutcome,
  HandOverEntry,
  Head,
  HistoryRead,
  Journal,
  Refused,
  ReleaseEntry,
  Session,
  SessionOptions,
  Unknown,
  WriteOutcome,
} from './port.ts';

/** New pages that one entry may dirty, bytes: the ways down to its head and its snapshot, and the log's last page. */
const ENTRY_PAGES_BYTES = 8 * 4096;
const BATCH_PAGES_BYTES = 64 * 4096;

/**
 * The embedded journal: durable, and shared by the processes of one host that open the same directory.
 *
 * Compare-and-append happens in LMDB's writer: the head's entry version is (epoch, seq), the new head, the record and the snapshot are put only
 * if it still is what the caller built on, and all of that only if the caller's session lives. A batch is acknowledged when its commit was
 * flushed to disk. A log record knows the position of the cart's record before it, so that a cart is read from its head backwards and the
 * log's keys only ever grow at their end, which LMDB likes best.
 */
export class LmdbJournal implements Journal {
  readonly name = 'lmdb';
  readonly durable = true;
  readonly #store: LmdbStore;
  readonly #sessions: LmdbSessions;
  #closed = false;

  /**
   * Throws `JournalDamagedError` and what the file system throws. `fatal` is told when LMDB failed in a way after which the process must end;
   * nothing that was acknowledged is lost by ending it.
   */
  constructor(
    options: Pick<LmdbOptions, 'path'> & Partial<LmdbOptions>,
    wallMs: () => number,
    fatal: (error: Error) => void,
  ) {
    this.#store = new LmdbStore({ ...lmdbDefaults, ...options }, fatal);
    this.#sessions = new LmdbSessions(this.#store, wallMs);
  }

  openSession(options: SessionOptions): Promise<Session> {
    return this.#sessions.open(options);
  }

  renewSession(session: Session): Promise<'renewed' | 'fenced'> {
    return this.#sessions.renew(session);
  }

  fence(sessionId: string): Promise<FenceOutcome> {
    return this.#sessions.fence(sessionId);
  }

  closeSession(session: Session): Promise<void> {
    return this.#sessions.close(session);
  }

  mayServeReads(session: Session): boolean {
    return !this.#closed && this.#sessions.isAlive(session);
  }

  async create(session: Session, batch: readonly CreateEntry[]): Promise<readonly WriteOutcome[]> {
    this.#begin(batch);
    this.#store.refresh();
    const floor = this.#store.epochFloor();
    const owner = this.#sessions.numberOf(session);
    const planned = batch.map((entry) => {
      const position = this.#store.takePosition();
      const head: StoredHead = { epoch: floor, seq: 1, position, owner, ...pick(entry) };
      const record = encodeLogRecord({
        cart: entry.cart,
        epoch: floor,
        seq: 1,
        previous: 0,
        record: entry.record,
      });
      return { entry, head, record };
    });
    const write = (): Condition[] =>
      planned.map(({ entry: { cart, expiresDay }, head, record }) =>
        this.#store.heads.ifVersion(cart, ABSENT, () => {
          void this.#store.heads.put(cart, encodeHead(cart, head), versionOf(head));
          void this.#store.log.put(logKey(head.position), record);
          void this.#store.expiry.put([expiresDay, cart], Buffer.alloc(0));
        }),
      );
    const landed = await this.#commit(session, batch, write, floor);
    if ('failure' in landed) return landed.failure;
    return planned.map(({ entry, head }, index) => {
      if (landed.results[index] === true) return ok(head, false);
      return this.#lookAgain(entry.cart, null, (found) => {
        return found.owner === owner && found.seq === 1 && found.recordId === entry.recordId;
      });
    });
  }

  async append(session: Session, batch: readonly AppendEntry[]): Promise<readonly WriteOutcome[]> {
    this.#begin(batch);
    const owner = this.#sessions.numberOf(session);
    const planned = batch.map((entry) => {
      const { epoch, seq } = entry.head;
      const position = this.#store.takePosition();
      const head: StoredHead = { epoch, seq: seq + 1, position, owner, ...pick(entry) };
      const { cart, record } = entry;
      const bytes = encodeLogRecord({ cart, epoch, seq: head.seq, previous: entry.head.position, record });
      // Only records behind the new snapshot may go, and of these the newest stay for history.
      const trimmed =
        entry.snapshot === undefined ? [] : chainBehind(this.#store, cart, entry.head, head.seq);
      return { entry, head, bytes, trimmed };
    });
    const write = (): Condition[] =>
      planned.map(({ entry: { cart, head: expected, snapshot }, head, bytes, trimmed }) =>
        this.#store.heads.ifVersion(cart, versionOf(expected), () => {
          void this.#store.heads.put(cart, encodeHead(cart, head), versionOf(head));
          void this.#store.log.put(logKey(head.position), bytes);
          if (snapshot) void this.#store.snapshots.put(cart, encodeSnapshot(cart, head.seq, snapshot));
          for (const position of trimmed) void this.#store.log.remove(logKey(position));
        }),
      );
    const landed = await this.#commit(session, batch, write);
    if ('failure' in landed) return landed.failure;
    return planned.map(({ entry, head }, index) => {
      if (landed.results[index] === true) return ok(head, false);
      return this.#lookAgain(entry.cart, entry.head, (found) => {
        return (
          found.owner === owner && versionOf(found) === versionOf(head) && found.recordId === entry.recordId
        );
      });
    });
  }

  async handOver(session: Session, batch: readonly HandOverEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#move(session, batch, (entry) => {
      const target = this.#sessions.parse(entry.to);
      const row = target === null ? null : this.#store.session(target);
      return target === null || row === null || row.over !== null ? null : target;
    });
  }

  async release(session: Session, batch: readonly ReleaseEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#move(session, batch, () => 0);
  }

  async claim(session: Session, batch: readonly string[]): Promise<readonly ClaimOutcome[]> {
    const entries = batch.map((cart) => ({ cart }));
    this.#begin(entries);
    const me = this.#sessions.numberOf(session);
    const outcomes = batch.map((cart): ClaimOutcome | StoredHead => this.#mayClaim(cart, me));
    const wanted = batch.flatMap((cart, index) => {
      const head = outcomes[index] as ClaimOutcome | StoredHead;
      return 'status' in head || head.owner === me ? [] : [{ cart, head }];
    });
    if (wanted.length > 0) {
      const write = (): Condition[] =>
        wanted.map(({ cart, head }) =>
          this.#putMoved(cart, head, { ...head, epoch: head.epoch + 1, owner: me }),
        );
      const landed = await this.#commit(session, wanted, write);
      // None landed where one has no answer: the same claim again finds out.
      if ('failure' in landed) {
        const failure = landed.failure[0] as Refused | Unknown;
        return outcomes.map((outcome) => ('status' in outcome ? outcome : failure));
      }
    }
    this.#store.refresh();
    return batch.map((cart, index) => {
      const outcome = outcomes[index] as ClaimOutcome | StoredHead;
      return 'status' in outcome ? outcome : this.#claimed(cart, me);
    });
  }

  readCold(cart: string): Promise<ColdRead> {
    return this.#read((): ColdRead => {
      const head = this.#store.head(cart);
      if (head === null) return { status: 'absent' };
      const owner = this.#sessions.living(head.owner);
      return owner === null
        ? { status: 'ok', content: contentOf(this.#store, cart, head) }
        : { status: 'owned', owner };
    });
  }

  history(cart: string, fromSeq: number): Promise<HistoryRead> {
    return this.#read((): HistoryRead => {
      const head = this.#store.head(cart);
      if (head === null) return { status: 'absent' };
      return { status: 'ok', records: readHistory(this.#store, cart, head, fromSeq) };
    });
  }

  async sweepExpired(session: Session, today: number, limit: number): Promise<readonly string[]> {
    this.#requireOpen();
    return sweep(this.#store, this.#sessions, this.#sessions.numberOf(session), today, limit);
  }

  /** Writes a consistent copy of the store into an empty directory while the journal is in use. */
  backup(path: string): Promise<void> {
    this.#requireOpen();
    return this.#store.backup(path);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#store.close();
  }

  #begin(batch: readonly { readonly cart: string }[]): void {
    this.#requireOpen();
    requireUnique(batch);
  }

  #requireOpen(): void {
    if (this.#closed) throw new Error('the journal is closed');
  }

  async #read<T>(read: () => T): Promise<T | Damaged> {
    this.#requireOpen();
    await Promise.resolve();
    this.#store.refresh();
    return guarded(read);
  }

  /** Null as target: the entry names none that may own the cart. */
  async #move<E extends ReleaseEntry>(
    session: Session,
    batch: readonly E[],
    target: (entry: E) => number | null,
  ): Promise<readonly WriteOutcome[]> {
    this.#begin(batch);
    this.#store.refresh();
    const me = this.#sessions.numberOf(session);
    const planned = batch.map((entry) => {
      const to = target(entry);
      const found = guarded(() => this.#store.head(entry.cart));
      const fits = found !== null && !('status' in found) && found.owner === me && same(found, entry.head);
      return {
        entry,
        to,
        moved: fits && to !== null ? { ...found, epoch: found.epoch + 1, owner: to } : null,
      };
    });
    const sent = planned.flatMap(({ entry, moved }) => (moved === null ? [] : [{ entry, moved }]));
    const write = (): Condition[] =>
      sent.map(({ entry, moved }) => this.#putMoved(entry.cart, entry.head, moved));
    const landed = await this.#commit(session, batch, write);
    if ('failure' in landed) return landed.failure;
    return planned.map(({ entry, to, moved }) => {
      if (to === null)
        return refused('unavailable', new Error('the session named is not there to take the cart'));
      if (moved !== null && landed.results[sent.findIndex((one) => one.entry === entry)] === true)
        return ok(moved, false);
      return this.#lookAgain(entry.cart, entry.head, (found) => {
        return found.owner === to && found.epoch === entry.head.epoch + 1 && found.seq === entry.head.seq;
      });
    });
  }

  #putMoved(cart: string, expected: Pick<Head, 'epoch' | 'seq'>, moved: StoredHead): Condition {
    return this.#store.heads.ifVersion(cart, versionOf(expected), () => {
      void this.#store.heads.put(cart, encodeHead(cart, moved), versionOf(moved));
    });
  }

  async #commit(
    session: Session,
    batch: readonly Sized[],
    write: () => Condition[],
    floor: number | null = null,
  ): Promise<{ results: readonly boolean[] } | { failure: (Refused | Unknown)[] }> {
    const all = <T>(outcome: T): { failure: T[] } => ({ failure: batch.map(() => outcome) });
    let bytes = BATCH_PAGES_BYTES;
    for (const entry of batch) {
      bytes += ENTRY_PAGES_BYTES + 2 * ((entry.record?.length ?? 0) + (entry.snapshot?.length ?? 0));
    }
    if (!(await this.#store.hasRoom(bytes)))
      return all(refused('full', new Error('the disk has no room for the journal')));
    const number = this.#sessions.numberOf(session);
    try {
      const results = await this.#store.commit(number, floor, write);
      if (results === null) return all(refused('fenced', new Error('the session was fenced or closed')));
      if (results.length < batch.length && floor !== null) {
        return all(refused('unavailable', new Error('carts were swept at the same moment')));
      }
      return { results };
    } catch (error) {
      return all({ status: 'unknown', error: error as Error });
    }
  }

  /** The compare failed: either this very write landed before, or somebody else's did. */
  #lookAgain(cart: string, expected: Head | null, landed: (found: StoredHead) => boolean): WriteOutcome {
    this.#store.refresh();
    return guarded((): WriteOutcome => {
      const found = this.#store.head(cart);
      if (found === null) return { status: 'conflict', current: null, regressed: expected !== null };
      if (landed(found)) return ok(found, true);
      const regressed = expected !== null && versionOf(found) < versionOf(expected);
      const { epoch, seq } = found;
      return {
        status: 'conflict',
        current: { epoch, seq, owner: this.#sessions.living(found.owner) },
        regressed,
      };
    });
  }

  #mayClaim(cart: string, me: number): ClaimOutcome | StoredHead {
    this.#store.refresh();
    return guarded((): ClaimOutcome | StoredHead => {
      const head = this.#store.head(cart);
      if (head === null) return { status: 'absent' };
      if (head.owner === me) return head;
      const owner = this.#sessions.living(head.owner);
      return owner === null ? head : { status: 'owned', owner };
    });
  }

  #claimed(cart: string, me: number): ClaimOutcome {
    return guarded((): ClaimOutcome => {
      const head = this.#store.head(cart);
      if (head === null) return { status: 'absent' };
      if (head.owner === me) return { status: 'ok', content: contentOf(this.#store, cart, head) };
      const owner = this.#sessions.living(head.owner);
      if (owner !== null) return { status: 'owned', owner };
      return refused('unavailable', new Error('another session was faster and gave the cart up again'));
    });
  }
}

/** What an entry brings along. */
interface Sized {
  readonly cart: string;
  readonly record?: Uint8Array;
  readonly snapshot?: Uint8Array | undefined;
}

function pick({ expiresDay, recordId }: CreateEntry): Pick<StoredHead, 'expiresDay' | 'recordId'> {
  return { expiresDay, recordId };
}

function same(a: Pick<Head, 'epoch' | 'seq'>, b: Pick<Head, 'epoch' | 'seq'>): boolean {
  return a.epoch === b.epoch && a.seq === b.seq;
}

function ok({ epoch, seq, position }: Head, duplicate: boolean): WriteOutcome {
  return { status: 'ok', head: { epoch, seq, position }, duplicate };
}

function refused(reason: Refused['reason'], error: Error): Refused {
  return { status: 'refused', reason, error };
}

function guarded<T>(read: () => T): T | Damaged {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedValueError) return { status: 'damaged', error };
    throw error;
  }
}
