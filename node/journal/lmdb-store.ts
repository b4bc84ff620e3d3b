import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import { checkDataFile, JournalDamagedError, Room } from './lmdb-file.ts';
import {
  DamagedValueError,
  decodeHead,
  decodeLogRecord,
  decodePlace,
  decodeSession,
  decodeSnapshot,
  encodeSession,
  LAYOUT_VERSION,
  numberKey,
} from './lmdb-layout.ts';
import type { Database, RootDatabase } from 'lmdb';
import type { LogRecord, SessionRow, StoredHead } from './lmdb-layout.ts';

/** Entry version of a session's row while it may write. Fencing and closing change it. */
const ALIVE = 1;
const OVER = 2;
/** As an expected entry version: there must be no entry. lmdb documents null for it, its types forgot. */
export const ABSENT = null as unknown as number;
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
  /** Waits until a commit is on disk, by default LMDB's own word for it. Tests hold it back. */
  readonly flushed: (lmdb: Promise<unknown>) => Promise<unknown>;
}

export const lmdbDefaults: Omit<LmdbOptions, 'path'> = {
  historyRecords: 128,
  mapSizeBytes: 64 * 2 ** 30,
  writeTimeoutMs: 2000,
  flushed: (lmdb) => lmdb,
};

/** What became of one conditional write: it landed; its head was another one; or the session is over (or the epoch floor moved). */
export type Landing = 'landed' | 'head-differs' | 'not-allowed';

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

/** LMDB with our databases in it: reads, and conditional writes under a living session. */
export class LmdbStore {
  readonly carts: Database<Buffer, string>;
  readonly heads: Database<Buffer, Buffer>;
  readonly log: Database<Buffer, Buffer>;
  readonly snapshots: Database<Buffer, string>;
  readonly expiry: Database<string, [number, number]>;
  readonly #sessions: Database<Buffer, number>;
  readonly #leases: Database<Buffer, number>;
  readonly #meta: Database<number, string>;
  readonly #root: RootDatabase;
  readonly #room: Room;
  readonly #options: LmdbOptions;
  readonly #fatal: (error: Error) => void;
  #nextPosition = 0;
  #endOfPositions = 0;
  #nextBlock: number | null = null;
  #reserving: Promise<void> | null = null;
  #lateCommits = 0;

  /** Throws {@link JournalDamagedError}, and what the file system throws. `fatal` is told when the process must not go on. */
  constructor(options: LmdbOptions, fatal: (error: Error) => void) {
    this.#options = options;
    this.#fatal = fatal;
    mkdirSync(options.path, { recursive: true });
    checkDataFile(options.path);
    const binary = { useVersions: true, encoding: 'binary' } as const;
    const number = { useVersions: true, encoding: 'json' } as const;
    try {
      this.#root = open({
        path: options.path,
        // lmdb takes a path with a dot in its last part for a file, unless it is told that it is a folder.
        noSubdir: false,
        // With lmdb's default, true, a sharer that is killed can take acknowledged records of others with it.
        overlappingSync: false,
        mapSize: options.mapSizeBytes,
        maxDbs: 9,
        noMemInit: true,
      });
      this.carts = this.#root.openDB('carts', binary);
      this.heads = this.#root.openDB('heads', { ...binary, keyEncoding: 'binary' });
      this.log = this.#root.openDB('log', { encoding: 'binary', keyEncoding: 'binary' });
      this.snapshots = this.#root.openDB('snapshots', { encoding: 'binary' });
      this.expiry = this.#root.openDB('expiry', { encoding: 'string' });
      this.#sessions = this.#root.openDB('sessions', binary);
      this.#leases = this.#root.openDB('leases', binary);
      this.#meta = this.#root.openDB('meta', number);
    } catch (cause) {
      throw new JournalDamagedError(options.path, cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    }
    this.#initialise();
    // Read transactions of killed sharers would keep old pages from being used again.
    this.readerCheck();
    this.#room = new Room(options.path, options.mapSizeBytes, () => this.#lastPageEnd());
  }

  get historyRecords(): number {
    return this.#options.historyRecords;
  }

  readerCheck(): void {
    // Typed as missing, yet part of lmdb's documented interface.
    (this.#root as unknown as { readerCheck(): number }).readerCheck();
  }

  /** Makes what other processes committed visible to the reads that follow in this turn. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Throws `DamagedValueError`. */
  head(cart: string): StoredHead | null {
    const bytes = this.#reading(() => this.carts.get(cart));
    if (bytes === undefined) return null;
    const head = this.headAt(cart, decodePlace(cart, bytes));
    if (head === null) throw new DamagedValueError('its head is missing');
    return head;
  }

  /** The cart's head, if it still is at that place. Throws `DamagedValueError`. */
  headAt(cart: string, place: number): StoredHead | null {
    const entry = this.#reading(() => this.heads.getEntry(numberKey(place)));
    return entry === undefined ? null : decodeHead(cart, place, entry.value, entry.version ?? -1);
  }

  /** Throws `DamagedValueError`. */
  record(cart: string, position: number): LogRecord {
    return decodeLogRecord(
      cart,
      this.#reading(() => this.log.get(numberKey(position))),
    );
  }

  /** Throws `DamagedValueError`. */
  hasRecord(position: number): boolean {
    return this.#reading(() => this.log.doesExist(numberKey(position)));
  }

  /** Throws `DamagedValueError`. */
  snapshot(cart: string): { readonly seq: number; readonly bytes: Uint8Array } | null {
    const bytes = this.#reading(() => this.snapshots.get(cart));
    return bytes === undefined ? null : decodeSnapshot(cart, bytes);
  }

  /** Cheap: every read from memory asks. */
  isAlive(session: number): boolean {
    return this.#sessions.doesExist(session, ALIVE);
  }

  /**
   * Whether a session lives is in the version of its entry. Damage to its value is no reason to refuse all of its carts: it takes the names away,
   * and the lease.
   */
  session(number: number): SessionRow | null {
    const entry = this.#sessions.getEntry(number);
    if (entry === undefined) return null;
    const row = rowOf(number, entry.value);
    return entry.version === ALIVE || row.over !== null ? row : { ...row, over: 'fenced' };
  }

  /** The end of a session's lease, ms (0: damaged), and how often it was renewed. */
  lease(number: number): { readonly untilMs: number; readonly renewals: number } {
    const entry = this.#leases.getEntry(number);
    return { untilMs: Number(entry?.value.toString()) || 0, renewals: entry?.version ?? 0 };
  }

  /** The epoch of the next new head. */
  epochFloor(): number {
    return this.#meta.get('epochFloor') ?? 1;
  }

  /** Raises the floor, within a {@link send}; what is nested in {@link underFloor} with the new one lands only if it rose. */
  raiseEpochFloor(from: number, to: number): void {
    if (to > from)
      void this.#meta.ifVersion('epochFloor', from, () => void this.#meta.put('epochFloor', to, to));
  }

  underFloor(floor: number, write: () => void): Promise<boolean> {
    return this.#meta.ifVersion('epochFloor', floor, write);
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
      const last = this.#meta.get('sessions') ?? 0;
      const number = last + 1;
      const added = await this.#send(OWN_BYTES, 0, () =>
        this.#meta.ifVersion('sessions', last, () => {
          void this.#meta.put('sessions', number, number);
          void this.#sessions.put(number, encodeSession(number, row), ALIVE);
          void this.#leases.put(number, encodeLease(leaseUntilMs), 1);
        }),
      );
      if (added) return number;
    }
    throw new Error('other processes open sessions all the time');
  }

  /** False when the session is over. */
  renewLease(number: number, leaseUntilMs: number): Promise<boolean> {
    this.refresh();
    const { renewals } = this.lease(number);
    return this.#send(OWN_BYTES, 0, () =>
      this.#sessions.ifVersion(
        number,
        ALIVE,
        () => void this.#leases.put(number, encodeLease(leaseUntilMs), renewals + 1),
      ),
    );
  }

  /** Puts another end to a lease that was renewed just so often. */
  setLease(number: number, leaseUntilMs: number, renewals: number): Promise<boolean> {
    return this.#send(OWN_BYTES, 0, () =>
      this.#leases.ifVersion(
        number,
        renewals,
        () => void this.#leases.put(number, encodeLease(leaseUntilMs), renewals + 1),
      ),
    );
  }

  /** Ends a session. With `renewals`, only if its lease was renewed just so often. */
  endSession(
    number: number,
    row: SessionRow,
    over: 'fenced' | 'closed',
    renewals?: number,
  ): Promise<boolean> {
    const end = (): Promise<boolean> =>
      this.#sessions.ifVersion(number, ALIVE, () => {
        void this.#sessions.put(number, encodeSession(number, { ...row, over }), OVER);
      });
    return this.#send(OWN_BYTES, 0, () => {
      return renewals === undefined ? end() : this.#leases.ifVersion(number, renewals, () => void end());
    });
  }

  /** Becomes true when the session was alive at the commit: to be nested in the condition on a head. */
  whileAlive(session: number, write: () => void): Promise<boolean> {
    return this.#sessions.ifVersion(session, ALIVE, write);
  }

  /**
   * Sends writes, all in this turn and so in one commit, and waits until they are flushed to disk. `bytes` of new pages must have room.
   * Rejects with {@link NoRoomError}, {@link CommitStalledError} (nothing was sent), {@link CommitTimeoutError} or {@link CommitFailedError} (not known).
   */
  send<T>(bytes: number, write: () => Promise<T>): Promise<T> {
    return this.#send(bytes, SPARE_BYTES, write);
  }

  async #send<T>(bytes: number, spare: number, write: () => Promise<T>): Promise<T> {
    if (this.#lateCommits >= LATE_COMMITS_MAX) {
      throw new CommitStalledError('LMDB’s lock is stuck: a process that holds it was stopped?');
    }
    if (!(await this.#room.take(bytes, spare))) throw new NoRoomError('there is no room for the journal');
    return this.#deadline(this.#commit(bytes, write));
  }

  async backup(path: string): Promise<void> {
    await this.#root.backup(path, true);
  }

  async close(): Promise<void> {
    await this.#reserving?.catch(() => undefined);
    await this.#room.close();
    await this.#root.close();
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
      const block = this.#meta.get('positions') ?? 1;
      const reserved = await this.#send(OWN_BYTES, 0, () =>
        this.#meta.ifVersion(
          'positions',
          block,
          () => void this.#meta.put('positions', block + 1, block + 1),
        ),
      );
      if (!reserved) continue;
      this.#nextBlock = block;
      return;
    }
    throw new Error('other processes take positions all the time');
  }

  async #commit<T>(bytes: number, write: () => Promise<T>): Promise<T> {
    try {
      const result = await write();
      // Committed is not durable yet.
      await this.#options.flushed(Promise.resolve(this.#root.flushed));
      return result;
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
    const { commitError } = error as { commitError?: Promise<unknown> };
    commitError?.catch(() => undefined);
    const failed = new CommitFailedError('LMDB could not commit', { cause: error });
    this.#fatal(failed);
    return failed;
  }

  #lastPageEnd(): number {
    const { lastPageNumber } = this.#root.getStats() as { lastPageNumber: number };
    return (lastPageNumber + 1) * PAGE_BYTES;
  }

  /** Every counter has an entry: "must not exist" is no condition that can be nested (see `lmdb.ts`). Its value is the entry's version as well. */
  #initialise(): void {
    const first = { layout: LAYOUT_VERSION, epochFloor: 1, positions: 1, sessions: 0 };
    this.#root.transactionSync(() => {
      if (this.#meta.doesExist('layout')) return;
      for (const [name, value] of Object.entries(first)) this.#meta.putSync(name, value, value);
    });
    for (const name of Object.keys(first)) this.#checkCounter(name);
    const layout = this.#meta.get('layout');
    if (layout === LAYOUT_VERSION) return;
    const problem = `its layout is ${layout}, this release reads ${LAYOUT_VERSION}: it was written by another release`;
    throw new JournalDamagedError(this.#options.path, problem);
  }

  /** With a wrong counter, positions of records or numbers of sessions would be given out again. */
  #checkCounter(name: string): void {
    try {
      const entry = this.#meta.getEntry(name);
      if (entry !== undefined && Number.isSafeInteger(entry.value) && entry.value === entry.version) return;
    } catch {
      // Not even a number.
    }
    throw new JournalDamagedError(this.#options.path, `its counter ${name} is not what was written`);
  }
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
