import { requireUnique } from './batch.ts';
import type {
  AppendEntry,
  ClaimOutcome,
  ColdRead,
  Conflict,
  Content,
  CreateEntry,
  FenceOutcome,
  HandOverEntry,
  Head,
  HistoryRead,
  Journal,
  Owner,
  Refused,
  ReleaseEntry,
  Session,
  SessionOptions,
  StoredRecord,
  Swept,
  WriteOutcome,
} from './port.ts';

interface SessionRow {
  readonly session: Session;
  leaseUntilMs: number;
  over: 'fenced' | 'closed' | null;
}

interface Row {
  epoch: number;
  seq: number;
  owner: string | null;
  expiresDay: number;
  snapshot: { readonly seq: number; readonly bytes: Uint8Array } | null;
  /** Oldest first, contiguous up to `seq`. */
  records: (StoredRecord & Written)[];
}

/** Which write made a record. */
interface Written {
  readonly session: string;
  readonly recordId: number;
}

export interface MemoryJournalOptions {
  /** Records kept behind the snapshot for {@link Journal.history}. */
  readonly historyRecords: number;
}

/** A journal of one process: every rule of the port but durability. Nothing survives the process. */
export class MemoryJournal implements Journal {
  readonly name = 'memory';
  readonly durable = false;
  readonly #wallMs: () => number;
  readonly #options: MemoryJournalOptions;
  readonly #sessions = new Map<string, SessionRow>();
  readonly #rows = new Map<string, Row>();
  #sessionCount = 0;
  #epochFloor = 1;
  #closed = false;

  constructor(wallMs: () => number, options: MemoryJournalOptions = { historyRecords: 128 }) {
    this.#wallMs = wallMs;
    this.#options = options;
  }

  openSession(options: SessionOptions): Promise<Session> {
    return this.#open(() => {
      this.#sessionCount += 1;
      const session: Session = { ...options, id: `memory-${this.#sessionCount}` };
      this.#sessions.set(session.id, { session, leaseUntilMs: this.#wallMs() + options.leaseMs, over: null });
      return session;
    });
  }

  renewSession(session: Session): Promise<'renewed' | 'fenced'> {
    return this.#open(() => {
      const row = this.#sessions.get(session.id);
      if (row === undefined || row.over !== null) return 'fenced';
      row.leaseUntilMs = this.#wallMs() + session.leaseMs;
      return 'renewed';
    });
  }

  fence(sessionId: string): Promise<FenceOutcome> {
    return this.#open(() => {
      const row = this.#sessions.get(sessionId);
      if (row === undefined) return { status: 'unknown-session' };
      if (row.over !== null) return { status: 'free' };
      // No renewal reaches further: the clock was set back.
      row.leaseUntilMs = Math.min(row.leaseUntilMs, this.#wallMs() + row.session.leaseMs);
      if (row.leaseUntilMs > this.#wallMs()) return { status: 'live', leaseUntilMs: row.leaseUntilMs };
      row.over = 'fenced';
      return { status: 'free' };
    });
  }

  closeSession(session: Session): Promise<void> {
    return this.#open(() => {
      const row = this.#sessions.get(session.id);
      if (row !== undefined) row.over ??= 'closed';
    });
  }

  mayServeReads(session: Session): boolean {
    return this.#sessions.get(session.id)?.over === null;
  }

  create(session: Session, batch: readonly CreateEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, (entry) => {
      const row = this.#rows.get(entry.cart);
      if (row !== undefined) return landedBefore(row, session, entry, 1) ?? this.#refuse(session, row, null);
      if (!this.mayServeReads(session)) return fenced();
      const epoch = this.#epochFloor;
      const made: Row = {
        epoch,
        seq: 1,
        owner: session.id,
        expiresDay: entry.expiresDay,
        snapshot: null,
        records: [written(session, entry, epoch, 1)],
      };
      this.#rows.set(entry.cart, made);
      return ok(made, false);
    });
  }

  claim(session: Session, batch: readonly string[]): Promise<readonly ClaimOutcome[]> {
    const entries = batch.map((cart) => ({ cart }));
    return this.#write<{ cart: string }, ClaimOutcome>(entries, ({ cart }) => {
      const row = this.#rows.get(cart);
      if (row === undefined) return { status: 'absent' };
      if (!this.mayServeReads(session)) return fenced();
      if (row.owner !== session.id) {
        const owner = this.#liveOwner(row);
        if (owner !== null) return { status: 'owned', owner };
        row.owner = session.id;
        row.epoch += 1;
      }
      return { status: 'ok', content: contentOf(row) };
    });
  }

  append(session: Session, batch: readonly AppendEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, (entry) => {
      const row = this.#rows.get(entry.cart);
      if (row === undefined || !this.#matches(row, entry.head, session)) {
        const { epoch, seq } = entry.head;
        const before = row === undefined ? null : landedBefore(row, session, entry, seq + 1, epoch);
        return before ?? this.#refuse(session, row, entry.head);
      }
      if (!this.mayServeReads(session)) return fenced();
      row.seq += 1;
      row.expiresDay = entry.expiresDay;
      row.records.push(written(session, entry, row.epoch, row.seq));
      if (entry.snapshot !== undefined) this.#snapshot(row, entry.snapshot);
      return ok(row, false);
    });
  }

  handOver(session: Session, batch: readonly HandOverEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, (entry) => {
      const target = this.#sessions.get(entry.to);
      if (target === undefined || target.over !== null) {
        return refused('unavailable', `session ${entry.to} is not there to take the cart`);
      }
      return this.#move(session, entry, entry.to);
    });
  }

  release(session: Session, batch: readonly ReleaseEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, (entry) => this.#move(session, entry, null));
  }

  readCold(cart: string): Promise<ColdRead> {
    return this.#open(() => {
      const row = this.#rows.get(cart);
      if (row === undefined) return { status: 'absent' };
      const owner = this.#liveOwner(row);
      return owner === null ? { status: 'ok', content: contentOf(row) } : { status: 'owned', owner };
    });
  }

  history(cart: string, fromSeq: number): Promise<HistoryRead> {
    return this.#open(() => {
      const row = this.#rows.get(cart);
      if (row === undefined) return { status: 'absent' };
      return { status: 'ok', records: row.records.filter(({ seq }) => seq >= fromSeq) };
    });
  }

  sweepExpired(session: Session, today: number, limit: number): Promise<Swept> {
    return this.#open(() => {
      const carts: string[] = [];
      if (!this.mayServeReads(session)) throw new Error('the session was fenced or closed');
      for (const [cart, row] of this.#rows) {
        if (carts.length >= limit) return { carts, more: true };
        if (row.expiresDay >= today) continue;
        this.#fenceLapsed(row.owner);
        if (this.#liveOwner(row) !== null) continue;
        this.#rows.delete(cart);
        this.#epochFloor = Math.max(this.#epochFloor, row.epoch + 1);
        carts.push(cart);
      }
      return { carts, more: false };
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** Runs on a later turn, as a real store would answer; rejects what was thrown. */
  async #open<T>(run: () => T): Promise<T> {
    if (this.#closed) throw new Error('the journal is closed');
    await Promise.resolve();
    return run();
  }

  #write<E extends { readonly cart: string }, O = WriteOutcome>(
    batch: readonly E[],
    each: (entry: E) => O | Refused,
  ): Promise<readonly (O | Refused)[]> {
    return this.#open(() => {
      requireUnique(batch);
      return batch.map(each);
    });
  }

  #move(session: Session, { cart, head }: ReleaseEntry, to: string | null): WriteOutcome {
    const row = this.#rows.get(cart);
    if (row === undefined || !this.#matches(row, head, session)) {
      const landed = row && row.owner === to && row.epoch === head.epoch + 1 && row.seq === head.seq;
      return row !== undefined && landed === true ? ok(row, true) : this.#refuse(session, row, head);
    }
    if (!this.mayServeReads(session)) return fenced();
    row.owner = to;
    row.epoch += 1;
    return ok(row, false);
  }

  /** Keeps the records behind the snapshot that the retention asks for. */
  #snapshot(row: Row, bytes: Uint8Array): void {
    row.snapshot = { seq: row.seq, bytes: new Uint8Array(bytes) };
    const first = row.seq - this.#options.historyRecords + 1;
    row.records = row.records.filter(({ seq }) => seq >= first);
  }

  #matches(row: Row, head: Head, session: Session): boolean {
    return row.owner === session.id && row.epoch === head.epoch && row.seq === head.seq;
  }

  /** Nobody else may ever ask for the carts of a session that died. */
  #fenceLapsed(owner: string | null): void {
    const row = owner === null ? undefined : this.#sessions.get(owner);
    if (row?.over === null && row.leaseUntilMs <= this.#wallMs()) row.over = 'fenced';
  }

  #liveOwner(row: Row): Owner | null {
    const owner = row.owner === null ? undefined : this.#sessions.get(row.owner);
    if (owner === undefined || owner.over !== null) return null;
    const { id, node, address } = owner.session;
    return { sessionId: id, node, address, leaseUntilMs: owner.leaseUntilMs };
  }

  /** It did not land: the session is over, or somebody else's did. */
  #refuse(session: Session, row: Row | undefined, expected: Head | null): Conflict | Refused {
    if (!this.mayServeReads(session)) return fenced();
    if (row === undefined) return { status: 'conflict', current: null, regressed: false };
    const behind =
      expected !== null &&
      (row.epoch < expected.epoch || (row.epoch === expected.epoch && row.seq < expected.seq));
    const current = { epoch: row.epoch, seq: row.seq, owner: this.#liveOwner(row) };
    return { status: 'conflict', current, regressed: behind };
  }
}

function written(
  { id }: Session,
  { recordId, record }: CreateEntry,
  epoch: number,
  seq: number,
): StoredRecord & Written {
  return { epoch, seq, record: new Uint8Array(record), session: id, recordId };
}

/** The answer to a record that landed in an earlier try, also where the cart went on or changed hands since. */
function landedBefore(
  row: Row,
  session: Session,
  entry: CreateEntry,
  seq: number,
  epoch?: number,
): WriteOutcome | null {
  const record = row.records.find((one) => one.seq === seq);
  if (record === undefined || record.session !== session.id || record.recordId !== entry.recordId)
    return null;
  if (epoch !== undefined && record.epoch !== epoch) return null;
  return { status: 'ok', head: { epoch: record.epoch, seq, position: 0 }, duplicate: true };
}

function fenced(): Refused {
  return refused('fenced', 'the session was fenced or closed');
}

function ok(row: Row, duplicate: boolean): WriteOutcome {
  return { status: 'ok', head: { epoch: row.epoch, seq: row.seq, position: 0 }, duplicate };
}

function refused(reason: Refused['reason'], message: string): Refused {
  return { status: 'refused', reason, error: new Error(message) };
}

function contentOf(row: Row): Content {
  const { snapshot } = row;
  return {
    head: { epoch: row.epoch, seq: row.seq, position: 0 },
    expiresDay: row.expiresDay,
    snapshot,
    tail: row.records.filter(({ seq }) => seq > (snapshot?.seq ?? 0)),
  };
}
