import { mkdirSync } from 'node:fs';
import { open } from 'lmdb';
import { checkDataFile, JournalDamagedError, Room } from './lmdb-file.ts';
import {
  DamagedValueError,
  decodeHead,
  decodeLogRecord,
  decodeSession,
  decodeSnapshot,
  encodeSession,
  LAYOUT_VERSION,
  logKey,
} from './lmdb-layout.ts';
import type { Database, RootDatabase } from 'lmdb';
import type { LogRecord, SessionRow, StoredHead } from './lmdb-layout.ts';

/** Entry version of a session's row while it may write. Fencing and closing change it. */
export const ALIVE = 1;
const OVER = 2;
/** As an expected entry version: there must be no entry. lmdb documents null for it, its types forgot. */
export const ABSENT = null as unknown as number;
/** Log positions that a session takes from the store at a time. */
const POSITION_BLOCK = 2 ** 20;
const PAGE_BYTES = 4096;

export interface LmdbOptions {
  readonly path: string;
  /** Records kept for history behind the newest one, at least. */
  readonly historyRecords: number;
  /** Bound of the store's file, bytes. Address space only: it costs nothing until it is filled. */
  readonly mapSizeBytes: number;
  /** A write without an answer for this long is answered `unknown`, ms. */
  readonly writeTimeoutMs: number;
}

export const lmdbDefaults: Omit<LmdbOptions, 'path'> = {
  historyRecords: 128,
  mapSizeBytes: 64 * 2 ** 30,
  writeTimeoutMs: 2000,
};

/** One conditional write within a batch: resolves with whether its condition held. */
export type Condition = Promise<boolean>;

/** LMDB with our databases in it: reads, and conditional writes under a living session. */
export class LmdbStore {
  readonly heads: Database<Buffer, string>;
  readonly log: Database<Buffer, Buffer>;
  readonly snapshots: Database<Buffer, string>;
  readonly expiry: Database<Buffer, [number, string]>;
  readonly #sessions: Database<Buffer, number>;
  readonly #meta: Database<number, string>;
  readonly #root: RootDatabase;
  readonly #room: Room;
  readonly #options: LmdbOptions;
  readonly #fatal: (error: Error) => void;
  #nextPosition = 0;
  #endOfPositions = 0;

  /** Throws {@link JournalDamagedError}, and what the file system throws. `fatal` is told when the process must not go on. */
  constructor(options: LmdbOptions, fatal: (error: Error) => void) {
    this.#options = options;
    this.#fatal = fatal;
    mkdirSync(options.path, { recursive: true });
    checkDataFile(options.path);
    const binary = { useVersions: true, encoding: 'binary' } as const;
    try {
      this.#root = open({
        path: options.path,
        // With lmdb's default, true, a sharer that is killed can take acknowledged records of others with it.
        overlappingSync: false,
        mapSize: options.mapSizeBytes,
        maxDbs: 8,
        noMemInit: true,
      });
      this.heads = this.#root.openDB('heads', binary);
      this.log = this.#root.openDB('log', { encoding: 'binary', keyEncoding: 'binary' });
      this.snapshots = this.#root.openDB('snapshots', { encoding: 'binary' });
      this.expiry = this.#root.openDB('expiry', { encoding: 'binary' });
      this.#sessions = this.#root.openDB('sessions', binary);
      this.#meta = this.#root.openDB('meta', { useVersions: true, encoding: 'json' });
    } catch (cause) {
      throw new JournalDamagedError(options.path, cause instanceof Error ? cause.message : String(cause), {
        cause,
      });
    }
    this.#checkLayout();
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

  /** Throws {@link DamagedValueError}. */
  head(cart: string): StoredHead | null {
    const entry = this.heads.getEntry(cart);
    return entry === undefined ? null : decodeHead(cart, entry.value, entry.version ?? -1);
  }

  /** Throws {@link DamagedValueError}. */
  record(cart: string, position: number): LogRecord {
    return decodeLogRecord(cart, this.log.get(logKey(position)));
  }

  hasRecord(position: number): boolean {
    return this.log.doesExist(logKey(position));
  }

  /** Throws {@link DamagedValueError}. */
  snapshot(cart: string): { readonly seq: number; readonly bytes: Uint8Array } | null {
    const bytes = this.snapshots.get(cart);
    return bytes === undefined ? null : decodeSnapshot(cart, bytes);
  }

  /** Throws {@link DamagedValueError}. */
  session(number: number): SessionRow | null {
    const bytes = this.#sessions.get(number);
    return bytes === undefined ? null : decodeSession(number, bytes);
  }

  /** The epoch of the next new head. */
  epochFloor(): number {
    return this.#meta.get('epochFloor') ?? 1;
  }

  /** To be called inside a condition of {@link commit}. */
  raiseEpochFloor(above: number): void {
    if (above >= this.epochFloor()) void this.#meta.put('epochFloor', above + 1, above + 1);
  }

  /** A position for a new log record, higher than every one before it in this session. */
  takePosition(): number {
    if (this.#nextPosition === this.#endOfPositions) {
      const block = this.#root.transactionSync(() => {
        const next = this.#meta.get('positions') ?? 1;
        this.#meta.putSync('positions', next + 1, next + 1);
        return next;
      });
      this.#nextPosition = block * POSITION_BLOCK;
      this.#endOfPositions = this.#nextPosition + POSITION_BLOCK;
    }
    return this.#nextPosition++;
  }

  /** A session with a number never used before. Rejects where nothing can be written. */
  async addSession(row: SessionRow): Promise<number> {
    await this.#requireRoom();
    return this.#root.transactionSync(() => {
      const number = (this.#meta.get('sessions') ?? 0) + 1;
      this.#meta.putSync('sessions', number, number);
      this.#sessions.putSync(number, encodeSession(number, row), ALIVE);
      return number;
    });
  }

  /** Changes a session that is not over. False when it is over, or was not there. */
  async changeSession(number: number, change: (row: SessionRow) => SessionRow): Promise<boolean> {
    await this.#requireRoom();
    return this.#root.transactionSync(() => {
      const row = this.session(number);
      if (row === null || row.over !== null) return false;
      const changed = change(row);
      if (changed === row) return false;
      this.#sessions.putSync(number, encodeSession(number, changed), changed.over === null ? ALIVE : OVER);
      return true;
    });
  }

  /** True when new pages of that many bytes may be written. */
  hasRoom(bytes: number): Promise<boolean> {
    return this.#room.has(bytes);
  }

  /**
   * Sends conditional writes that count only while the session lives, all in one commit, and waits until they are flushed to disk.
   * `floor`, where given, must still be the epoch floor. Resolves with null when the session is over or the floor moved. Rejects with
   * {@link CommitTimeoutError} or {@link CommitFailedError}.
   */
  async commit(
    session: number,
    floor: number | null,
    write: () => Condition[],
  ): Promise<readonly boolean[] | null> {
    const conditions: Condition[] = [];
    const send = (): void => {
      conditions.push(...write());
    };
    const underFloor = (): void => {
      if (floor === null) send();
      else void this.#meta.ifVersion('epochFloor', floor === 1 ? ABSENT : floor, send);
    };
    const held = this.#sessions.ifVersion(session, ALIVE, underFloor).then(async (alive) => {
      const results = await Promise.all(conditions);
      // Committed is not durable yet.
      await this.#root.flushed;
      return alive ? results : null;
    });
    return this.#deadline(held);
  }

  async backup(path: string): Promise<void> {
    await this.#root.backup(path, true);
  }

  async close(): Promise<void> {
    await this.#room.close();
    await this.#root.close();
  }

  async #deadline<T>(commit: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new CommitTimeoutError(`LMDB has not committed within ${this.#options.writeTimeoutMs} ms`));
      }, this.#options.writeTimeoutMs);
    });
    const told = commit.catch((error: unknown) => {
      throw this.#commitFailed(error);
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

  async #requireRoom(): Promise<void> {
    if (!(await this.#room.has(16 * PAGE_BYTES))) throw new Error('the disk has no room for the journal');
  }

  #lastPageEnd(): number {
    const { lastPageNumber } = this.#root.getStats() as { lastPageNumber: number };
    return (lastPageNumber + 1) * PAGE_BYTES;
  }

  #checkLayout(): void {
    const layout = this.#root.transactionSync(() => {
      const stored = this.#meta.get('layout');
      if (stored === undefined) this.#meta.putSync('layout', LAYOUT_VERSION, LAYOUT_VERSION);
      return stored ?? LAYOUT_VERSION;
    });
    if (layout === LAYOUT_VERSION) return;
    const problem = `its layout is ${layout}, this release reads ${LAYOUT_VERSION}: it was written by another release`;
    throw new JournalDamagedError(this.#options.path, problem);
  }
}

/** No answer in time; the commit may still land. */
export class CommitTimeoutError extends Error {
  override readonly name = 'CommitTimeoutError';
}

/** LMDB refused the commit; what it left behind can't be trusted. */
export class CommitFailedError extends Error {
  override readonly name = 'CommitFailedError';
}

export { DamagedValueError };
