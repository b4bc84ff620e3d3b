import { mkdirSync } from 'node:fs';
import { openDatabases } from './lmdb-databases.ts';
import { checkDataFile, JournalDamagedError, Room } from './lmdb-file.ts';
import {
  DamagedValueError,
  decodeHead,
  decodeLogRecord,
  decodePlace,
  decodeSession,
  decodeSnapshot,
  encodeSession,
  expiryKey,
  LAYOUT_VERSION,
  numberKey,
  textKey,
} from './lmdb-layout.ts';
import { WriterThread } from './lmdb-writer-thread.ts';
import type { Databases } from './lmdb-databases.ts';
import type { LogRecord, SessionRow, StoredHead } from './lmdb-layout.ts';
import type { Answers, Change, Condition, ConditionalWrite } from './lmdb-writes.ts';

/** Entry version of a session's row while it may write. Fencing and closing change it. */
const ALIVE = 1;
const OVER = 2;
/** Log positions that a process takes from the store at a time; the next block is sought when a quarter is left. */
const POSITION_BLOCK = 2 ** 20;
const POSITIONS_LOW = POSITION_BLOCK / 4;
const PAGE_BYTES = 4096;
/** Carts leave this much room to sessions and counters, which must go on when the disk is full, bytes. */
const SPARE_BYTES = 64 * PAGE_BYTES;
/** What these take of it. */
const OWN_BYTES = 16 * PAGE_BYTES;
/** Commits without an answer in time. With more, LMDB's lock is stuck and nothing is added to the queue behind it. */
const LATE_COMMITS_MAX = 4;
const TRIES_MAX = 16;
/** LMDB's codes for pages that are not there, or not what they should be, and for what follows from that. */
const DAMAGED_CODES: readonly unknown[] = [-30797, -30796, -30782];

export interface LmdbOptions {
  readonly path: string;
  /** Records kept for history behind the newest one, at least. */
  readonly historyRecords: number;
  /** Bound of the store's file, bytes. Address space only: it costs nothing until it is filled. */
  readonly mapSizeBytes: number;
  /** A write without an answer for this long is answered `unknown`, ms. */
  readonly writeTimeoutMs: number;
  /** Waits until a commit is on disk, by default the writer's word for it. Tests hold it back. */
  readonly flushed: (committed: Promise<unknown>) => Promise<unknown>;
}

export const lmdbDefaults: Omit<LmdbOptions, 'path'> = {
  historyRecords: 128,
  mapSizeBytes: 64 * 2 ** 30,
  writeTimeoutMs: 2000,
  flushed: (committed) => committed,
};

/** No answer in time; the commit may still land. */
export class CommitTimeoutError extends Error {
  override readonly name = 'CommitTimeoutError';
}

/** LMDB refused the commit; what it left behind can't be trusted. */
export class CommitFailedError extends Error {
  override readonly name = 'CommitFailedError';
}

/** Nothing was sent: the disk, or the bound of the file, leaves no room for it. */
export class NoRoomError extends Error {
  override readonly name = 'NoRoomError';
}

/** Nothing was sent: earlier commits have had no answer. */
export class CommitStalledError extends Error {
  override readonly name = 'CommitStalledError';
}

/** An entry of the index of expiry. */
export interface ExpiryEntry {
  readonly key: Buffer;
  readonly cart: string;
}

/** LMDB with our databases in it: reads in this thread, and conditional writes in another. */
export class LmdbStore {
  readonly #databases: Databases;
  readonly #writer: WriterThread;
  readonly #room: Room;
  readonly #options: LmdbOptions;
  readonly #fatal: (error: Error) => void;
  #nextPosition = 0;
  #endOfPositions = 0;
  #nextBlock: number | null = null;
  #reserving: Promise<void> | null = null;
  #lateCommits = 0;
  readonly #sending = new Set<Promise<unknown>>();

  /** Throws {@link JournalDamagedError}, and what the file system throws. `fatal` is told when the process must not go on. */
  constructor(options: LmdbOptions, fatal: (error: Error) => void) {
    this.#options = options;
    this.#fatal = fatal;
    mkdirSync(options.path, { recursive: true });
    checkDataFile(options.path);
    try {
      this.#databases = openDatabases(options.path, options.mapSizeBytes);
    } catch (cause) {
      throw new JournalDamagedError(options.path, cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    }
    this.#initialise();
    // Read transactions of killed sharers would keep old pages from being used again.
    this.readerCheck();
    this.#room = new Room(options.path, options.mapSizeBytes, () => this.#lastPageEnd());
    const { path, mapSizeBytes } = options;
    this.#writer = new WriterThread({ path, mapSizeBytes });
  }

  get historyRecords(): number {
    return this.#options.historyRecords;
  }

  readerCheck(): void {
    // Typed as missing, yet part of lmdb's documented interface.
    (this.#databases.root as unknown as { readerCheck(): number }).readerCheck();
  }

  /** Makes what other processes committed visible to the reads that follow in this turn. */
  refresh(): void {
    this.#databases.root.resetReadTxn();
  }

  /** Throws `DamagedValueError`. */
  head(cart: string): StoredHead | null {
    const bytes = this.#reading(() => this.#databases.all.carts.get(textKey(cart)));
    if (bytes === undefined) return null;
    const head = this.headAt(cart, decodePlace(cart, bytes));
    if (head === null) throw new DamagedValueError('its head is missing');
    return head;
  }

  /** The cart's head, if it still is at that place. Throws `DamagedValueError`. */
  headAt(cart: string, place: number): StoredHead | null {
    const entry = this.#reading(() => this.#databases.all.heads.getEntry(numberKey(place)));
    return entry === undefined ? null : decodeHead(cart, place, entry.value, entry.version ?? -1);
  }

  /** Throws `DamagedValueError`. */
  record(cart: string, position: number): LogRecord {
    return decodeLogRecord(
      cart,
      this.#reading(() => this.#databases.all.log.get(numberKey(position))),
    );
  }

  /** Throws `DamagedValueError`. */
  hasRecord(position: number): boolean {
    return this.#reading(() => this.#databases.all.log.doesExist(numberKey(position)));
  }

  /** Throws `DamagedValueError`. */
  snapshot(cart: string): { readonly seq: number; readonly bytes: Uint8Array } | null {
    const bytes = this.#reading(() => this.#databases.all.snapshots.get(textKey(cart)));
    return bytes === undefined ? null : decodeSnapshot(cart, bytes);
  }

  /** Cheap: every read from memory asks. */
  isAlive(session: number): boolean {
    return this.#databases.all.sessions.doesExist(numberKey(session), ALIVE);
  }

  /**
   * Whether a session lives is in the version of its entry. Damage to its value is no reason to refuse all of its carts: it takes the names away,
   * and the lease.
   */
  session(number: number): SessionRow | null {
    const entry = this.#databases.all.sessions.getEntry(numberKey(number));
    if (entry === undefined) return null;
    const row = rowOf(number, entry.value);
    return entry.version === ALIVE || row.over !== null ? row : { ...row, over: 'fenced' };
  }

  /** The end of a session's lease, ms (0: damaged), and how often it was renewed. */
  lease(number: number): { readonly untilMs: number; readonly renewals: number } {
    const entry = this.#databases.all.leases.getEntry(numberKey(number));
    return { untilMs: Number(entry?.value.toString()) || 0, renewals: entry?.version ?? 0 };
  }

  /** Entries of the index of expiry before a day, in its order, behind `after`. */
  dueBefore(day: number, after: Uint8Array | null, limit: number): ExpiryEntry[] {
    const end = expiryKey(day, 0);
    const start = after === null ? expiryKey(0, 0) : Buffer.concat([after, Buffer.alloc(1)]);
    return [...this.#databases.all.expiry.getRange({ start, end, limit })].map(({ key, value }) => {
      return { key: Buffer.from(key), cart: value.toString() };
    });
  }

  /** The epoch of the next new head. */
  epochFloor(): number {
    return this.#counter('epochFloor') ?? 1;
  }

  /** Sees to it that {@link takePosition} has that many. Rejects when the store does not answer. */
  async requirePositions(count: number): Promise<void> {
    if (this.#endOfPositions - this.#nextPosition < POSITIONS_LOW && this.#nextBlock === null) {
      const reserving = (this.#reserving ??= this.#reserve().finally(() => (this.#reserving = null)));
      // Nobody waits while there are some; a failure shows when there are none.
      reserving.catch(() => undefined);
    }
    if (this.#endOfPositions - this.#nextPosition + (this.#nextBlock === null ? 0 : POSITION_BLOCK) < count)
      await this.#reserving;
  }

  /** A position for a new log record, higher than every one that this process took before. */
  takePosition(): number {
    if (this.#nextPosition === this.#endOfPositions) {
      if (this.#nextBlock === null) throw new Error('positions were taken without being required');
      this.#nextPosition = this.#nextBlock * POSITION_BLOCK;
      this.#endOfPositions = this.#nextPosition + POSITION_BLOCK;
      this.#nextBlock = null;
    }
    return this.#nextPosition++;
  }

  /** A session with a number never used before. Rejects where nothing can be written. */
  async addSession(row: SessionRow, leaseUntilMs: number): Promise<number> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      this.refresh();
      const last = this.#counter('sessions') ?? 0;
      const number = last + 1;
      const key = numberKey(number);
      const added = await this.#sendOwn({
        when: [counterIs('sessions', last)],
        changes: [
          counterTo('sessions', number),
          { in: 'sessions', key, value: encodeSession(number, row), version: ALIVE },
          { in: 'leases', key, value: encodeLease(leaseUntilMs), version: 1 },
        ],
      });
      if (added) return number;
    }
    throw new Error('other processes open sessions all the time');
  }

  /** False when the session is over. */
  renewLease(number: number, leaseUntilMs: number): Promise<boolean> {
    this.refresh();
    const { renewals } = this.lease(number);
    return this.#sendOwn({ when: [alive(number)], changes: [leaseTo(number, leaseUntilMs, renewals + 1)] });
  }

  /** Puts another end to a lease that was renewed just so often. */
  setLease(number: number, leaseUntilMs: number, renewals: number): Promise<boolean> {
    return this.#sendOwn({
      when: [renewed(number, renewals)],
      changes: [leaseTo(number, leaseUntilMs, renewals + 1)],
    });
  }

  /** Ends a session. With `renewals`, only if its lease was renewed just so often. */
  endSession(
    number: number,
    row: SessionRow,
    over: 'fenced' | 'closed',
    renewals?: number,
  ): Promise<boolean> {
    const value = encodeSession(number, { ...row, over });
    return this.#sendOwn({
      when: renewals === undefined ? [alive(number)] : [alive(number), renewed(number, renewals)],
      changes: [{ in: 'sessions', key: numberKey(number), value, version: OVER }],
    });
  }

  /**
   * Sends writes for carts, and waits until they are on disk; what is sent within one turn makes one commit. `bytes` of new pages must have room.
   * Rejects with {@link NoRoomError}, {@link CommitStalledError} (nothing was sent), {@link CommitTimeoutError} or {@link CommitFailedError} (not known).
   */
  send(bytes: number, writes: readonly ConditionalWrite[]): Promise<Answers> {
    return this.#send(bytes, SPARE_BYTES, writes);
  }

  /** One write for sessions and counters. True when it landed. */
  async #sendOwn(write: ConditionalWrite): Promise<boolean> {
    const [answer] = await this.#send(OWN_BYTES, 0, [write]);
    return answer === 0;
  }

  #send(bytes: number, spare: number, writes: readonly ConditionalWrite[]): Promise<Answers> {
    const sending = this.#sendNow(bytes, spare, writes).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    return sending;
  }

  async #sendNow(bytes: number, spare: number, writes: readonly ConditionalWrite[]): Promise<Answers> {
    if (this.#lateCommits >= LATE_COMMITS_MAX) {
      throw new CommitStalledError('LMDB’s lock is stuck: a process that holds it was stopped?');
    }
    await this.#writer.ready.catch((error: unknown) => {
      throw this.#commitFailed(error);
    });
    if (!(await this.#room.take(bytes, spare))) throw new NoRoomError('there is no room for the journal');
    return this.#deadline(this.#commit(bytes, writes));
  }

  async backup(path: string): Promise<void> {
    await this.#databases.root.backup(path, true);
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#sending]);
    await this.#writer.close();
    await this.#room.close();
    await this.#databases.root.close();
  }

  /** Reads something of a cart. Where LMDB can't find its way to it, that cart is damaged, and no other is held up. */
  #reading<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      const { code, message } = cause as Error & { readonly code?: unknown };
      if (!DAMAGED_CODES.includes(code)) throw cause;
      // The read transaction failed with it and would fail the next cart as well.
      this.refresh();
      throw new DamagedValueError(`what is stored of it can’t be reached: ${message}`, { cause });
    }
  }

  async #reserve(): Promise<void> {
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      this.refresh();
      const block = this.#counter('positions') ?? 1;
      const reserved = await this.#sendOwn({
        when: [counterIs('positions', block)],
        changes: [counterTo('positions', block + 1)],
      });
      if (!reserved) continue;
      this.#nextBlock = block;
      return;
    }
    throw new Error('other processes take positions all the time');
  }

  async #commit(bytes: number, writes: readonly ConditionalWrite[]): Promise<Answers> {
    try {
      const committed = this.#writer.commit(writes);
      await this.#options.flushed(committed);
      return await committed;
    } finally {
      this.#room.give(bytes);
    }
  }

  async #deadline<T>(commit: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let late = false;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = true;
        this.#lateCommits += 1;
        reject(new CommitTimeoutError(`LMDB has not committed within ${this.#options.writeTimeoutMs} ms`));
      }, this.#options.writeTimeoutMs);
    });
    const told = commit
      .catch((error: unknown) => {
        throw this.#commitFailed(error);
      })
      .finally(() => {
        if (late) this.#lateCommits -= 1;
      });
    // After a timeout nobody waits for the commit any more; its failure has been told to `fatal` then.
    told.catch(() => undefined);
    try {
      return await Promise.race([told, timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** lmdb's heap can't be trusted after a failed commit (see {@link Room}): the process must end before it does harm. */
  #commitFailed(error: unknown): CommitFailedError {
    const failed = new CommitFailedError('LMDB could not commit', { cause: error });
    this.#fatal(failed);
    return failed;
  }

  #lastPageEnd(): number {
    const { lastPageNumber } = this.#databases.root.getStats() as { lastPageNumber: number };
    return (lastPageNumber + 1) * PAGE_BYTES;
  }

  #counter(name: string): number | undefined {
    return this.#databases.all.meta.getEntry(textKey(name))?.version;
  }

  #initialise(): void {
    const first = { layout: LAYOUT_VERSION, epochFloor: 1, positions: 1, sessions: 0 };
    const { root, all } = this.#databases;
    root.transactionSync(() => {
      if (all.meta.doesExist(textKey('layout'))) return;
      for (const [name, value] of Object.entries(first))
        all.meta.putSync(textKey(name), Buffer.from(String(value)), value);
    });
    for (const name of Object.keys(first)) this.#checkCounter(name);
    const layout = this.#counter('layout');
    if (layout === LAYOUT_VERSION) return;
    const problem = `its layout is ${layout}, this release reads ${LAYOUT_VERSION}: it was written by another release`;
    throw new JournalDamagedError(this.#options.path, problem);
  }

  /** Its value is the entry's version as well. With a wrong counter, positions of records or numbers of sessions would be given out again. */
  #checkCounter(name: string): void {
    const entry = this.#databases.all.meta.getEntry(textKey(name));
    const text = entry?.value.toString() ?? '';
    if (/^\d+$/.test(text) && Number(text) === entry?.version && Number.isSafeInteger(entry.version)) return;
    throw new JournalDamagedError(this.#options.path, `its counter ${name} is not what was written`);
  }
}

/** The session may still write. */
export function alive(session: number): Condition {
  return { in: 'sessions', key: numberKey(session), version: ALIVE };
}

/** The epoch of new heads is still that. */
export function floorIs(floor: number): Condition {
  return counterIs('epochFloor', floor);
}

export function floorTo(floor: number): Change {
  return counterTo('epochFloor', floor);
}

function counterIs(name: string, value: number): Condition {
  return { in: 'meta', key: textKey(name), version: value };
}

function counterTo(name: string, value: number): Change {
  return { in: 'meta', key: textKey(name), value: Buffer.from(String(value)), version: value };
}

function renewed(session: number, times: number): Condition {
  return { in: 'leases', key: numberKey(session), version: times };
}

function leaseTo(session: number, untilMs: number, renewals: number): Change {
  return { in: 'leases', key: numberKey(session), value: encodeLease(untilMs), version: renewals };
}

/** Nameless and without a lease where it is damaged. */
function rowOf(number: number, value: Buffer): SessionRow {
  try {
    return decodeSession(number, value);
  } catch (error) {
    if (error instanceof DamagedValueError) return { node: '', address: '', leaseMs: 0, over: null };
    throw error;
  }
}

function encodeLease(untilMs: number): Buffer {
  return Buffer.from(String(untilMs));
}
