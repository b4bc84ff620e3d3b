import { closeSync, constants, existsSync, fstatSync, openSync, readSync, write } from 'node:fs';
import { join } from 'node:path';

/** The data file inside an LMDB directory. */
function dataFile(directory: string): string {
  return join(directory, 'data.mdb');
}

/** The store can't be opened as it is. The message says what is wrong and what to do. */
export class JournalDamagedError extends Error {
  override readonly name = 'JournalDamagedError';

  constructor(directory: string, problem: string, options?: ErrorOptions) {
    super(
      `the journal in ${directory} is damaged: ${problem}. Nothing was changed. To restore: keep this directory aside, put a backup's ` +
        'data.mdb into an empty one and start again; node/journal/README.md has the steps.',
      options,
    );
  }
}

// LMDB's two meta pages (struct MDB_meta behind the 24-byte page header of this LMDB branch).
const MAGIC = 0xbeefc0de;
const FORMAT = 2;
const META_BYTES = 160;

/**
 * Reads LMDB's meta pages before LMDB does. It maps the file and trusts what they say: a file that was cut short would end the process
 * with SIGBUS in the middle of some request. Throws {@link JournalDamagedError}. A missing or empty file is a new store.
 */
export function checkDataFile(directory: string): void {
  const path = dataFile(directory);
  if (!existsSync(path)) return;
  const file = openSync(path, constants.O_RDONLY);
  try {
    const { size } = fstatSync(file);
    if (size === 0) return;
    const first = readMeta(file, 0);
    if (first === null) throw new JournalDamagedError(directory, 'its first meta page is not LMDB’s');
    const second = readMeta(file, first.pageSize);
    if (second === null) throw new JournalDamagedError(directory, 'its second meta page is not LMDB’s');
    const newest = first.transaction > second.transaction ? first : second;
    const needed = (newest.lastPage + 1) * newest.pageSize;
    if (size < needed) {
      throw new JournalDamagedError(
        directory,
        `data.mdb has ${size} bytes, its content ends at ${needed}: it was cut short`,
      );
    }
    for (const root of newest.roots) {
      if (root !== -1 && root > newest.lastPage)
        throw new JournalDamagedError(directory, 'a root page lies behind the end');
    }
  } finally {
    closeSync(file);
  }
}

interface Meta {
  readonly pageSize: number;
  readonly lastPage: number;
  readonly transaction: number;
  /** Page numbers of the two root pages; -1: empty. */
  readonly roots: readonly number[];
}

function readMeta(file: number, offset: number): Meta | null {
  const bytes = Buffer.alloc(META_BYTES);
  if (readSync(file, bytes, 0, META_BYTES, offset) < META_BYTES) return null;
  const pageSize = bytes.readUInt32LE(48);
  const sane =
    bytes.readUInt32LE(24) === MAGIC &&
    bytes.readUInt32LE(28) === FORMAT &&
    pageSize >= 256 &&
    pageSize <= 65_536;
  if (!sane) return null;
  return {
    pageSize,
    lastPage: Number(bytes.readBigUInt64LE(144)),
    transaction: Number(bytes.readBigUInt64LE(152)),
    roots: [Number(bytes.readBigInt64LE(88)), Number(bytes.readBigInt64LE(136))],
  };
}

/** The file grows by this much at a time, bytes. */
const GROWTH = 8 << 20;

/**
 * Keeps room at the end of the data file, so that LMDB never meets a full disk.
 *
 * A commit that fails for want of space leaves lmdb's native heap corrupted (seen with lmdb 3.5.6: the process aborts soon after). So the
 * space that writes may need is made beforehand, as zeros behind LMDB's last page, and set aside while they are under way. O_APPEND lets every
 * process that shares the directory do so: what is appended never lies over what another one just wrote.
 */
export class Room {
  readonly #file: number;
  readonly #lastPageEnd: () => number;
  readonly #mapSize: number;
  /** Set aside for writes under way, bytes. */
  #taken = 0;
  #growing: Promise<void> | null = null;

  /** `lastPageEnd` tells where LMDB's content ends, bytes; `mapSize` is the bound of the file, bytes. */
  constructor(directory: string, mapSize: number, lastPageEnd: () => number) {
    this.#file = openSync(dataFile(directory), constants.O_WRONLY | constants.O_APPEND);
    this.#lastPageEnd = lastPageEnd;
    this.#mapSize = mapSize;
  }

  /**
   * Sets room for that many bytes of new pages aside, until {@link give} gets them back. False when there is none, or less than `spare` would be
   * left. Waits for the file to grow only where it must.
   */
  async take(bytes: number, spare: number): Promise<boolean> {
    this.#taken += bytes;
    let size = this.#size();
    let missing = this.#missing(spare);
    // The next ones shall not have to wait.
    if (missing > -GROWTH / 2 && missing < Infinity) void this.#grow();
    for (let gaveUp = false; missing > 0 && missing < Infinity && !gaveUp; missing = this.#missing(spare)) {
      // One that was under way may have met the disk as it was before.
      const own = this.#growing === null;
      await this.#grow();
      const before = size;
      size = this.#size();
      gaveUp = own && size === before;
    }
    if (missing <= 0) return true;
    this.give(bytes);
    return false;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }

  async close(): Promise<void> {
    await this.#growing;
    closeSync(this.#file);
  }

  /** How much more the file needs for all that is under way, bytes; infinite where it may not grow so far. */
  #missing(spare: number): number {
    const end = this.#lastPageEnd() + this.#taken + spare;
    return end > this.#mapSize ? Infinity : end - this.#size();
  }

  #size(): number {
    return fstatSync(this.#file).size;
  }

  /** Never rejects: how much was gained is seen in the size. */
  #grow(): Promise<void> {
    this.#growing ??= new Promise<void>((resolve) => {
      write(this.#file, Buffer.alloc(GROWTH), 0, GROWTH, null, () => {
        this.#growing = null;
        resolve();
      });
    });
    return this.#growing;
  }
}
