import { requireUnique } from './batch.ts';
import { chainBehind, contentOf, findRecord, readHistory } from './lmdb-chain.ts';
import {
  DamagedValueError,
  encodeHead,
  encodeLogRecord,
  encodePlace,
  encodeSnapshot,
  expiryKey,
  numberKey,
  textKey,
  versionOf,
} from './lmdb-layout.ts';
import { bytesOf, failureOf, isHead, refused } from './lmdb-plan.ts';
import { alive, floorIs, lmdbDefaults, LmdbStore } from './lmdb-store.ts';
import { LmdbSessions } from './lmdb-sessions.ts';
import { LmdbSweeper } from './lmdb-sweep.ts';
import type { StoredHead } from './lmdb-layout.ts';
import type { Plan, Planned, Sized } from './lmdb-plan.ts';
import type { LmdbOptions } from './lmdb-store.ts';
import type { Change, Condition } from './lmdb-writes.ts';
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
  ReleaseEntry,
  Session,
  SessionOptions,
  Swept,
  WriteOutcome,
} from './port.ts';

/**
 * The embedded journal: durable, and shared by the processes of one host that open the same directory.
 *
 * Compare-and-append happens within LMDB's transaction: the head's entry version is (epoch, seq), the new head, the record and the snapshot are
 * put only if it still is what the caller built on and the caller's session lives. A batch is acknowledged when its transaction is on disk. A log record knows the position of the cart's record before it, so that a cart is read from its head backwards and the
 * log's keys only ever grow at their end, which LMDB likes best.
 */
export class LmdbJournal implements Journal {
  readonly name = 'lmdb';
  readonly durable = true;
  readonly #store: LmdbStore;
  readonly #sessions: LmdbSessions;
  readonly #sweeper: LmdbSweeper;
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
    this.#sweeper = new LmdbSweeper(this.#store, this.#sessions);
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
    const owner = this.#sessions.numberOf(session);
    return this.#write(session, batch, (floor) =>
      batch.map((entry) => {
        const position = this.#store.takePosition();
        const head: StoredHead = { epoch: floor, seq: 1, position, newest: position, owner, ...pick(entry) };
        const { cart, record, expiresDay } = entry;
        const bytes = encodeLogRecord({ ...head, cart, session: owner, previous: 0, record });
        return {
          entry,
          head,
          write: {
            when: [{ in: 'carts', key: textKey(cart), version: null }, alive(owner), floorIs(floor)],
            changes: [
              placeTo(cart, position),
              headTo(cart, head),
              { in: 'log', key: numberKey(position), value: bytes },
              { in: 'expiry', key: expiryKey(expiresDay, position), value: textKey(cart) },
            ],
          },
          landed: (found: StoredHead) => this.#findLanded(found, entry, owner, 1, null),
        };
      }),
    );
  }

  async append(session: Session, batch: readonly AppendEntry[]): Promise<readonly WriteOutcome[]> {
    this.#begin(batch);
    const owner = this.#sessions.numberOf(session);
    return this.#write(session, batch, () =>
      batch.map((entry) => {
        const { cart, record, snapshot } = entry;
        const { epoch, seq, position } = entry.head;
        const landed = (found: StoredHead): Head | null =>
          this.#findLanded(found, entry, owner, seq + 1, epoch);
        const found = guarded(() => this.#store.headAt(cart, position));
        if (found !== null && 'status' in found) return { entry, outcome: found };
        // Read first: only the owner may write, and a damaged head must not be written over.
        if (found === null || found.owner !== owner || !same(found, entry.head))
          return { entry, head: null, landed };
        const newest = this.#store.takePosition();
        const head: StoredHead = { epoch, seq: seq + 1, position, newest, owner, ...pick(entry) };
        const bytes = encodeLogRecord({ ...head, cart, session: owner, previous: found.newest, record });
        // Only records behind the new snapshot may go, and of these the newest stay for history.
        const trimmed = snapshot === undefined ? [] : chainBehind(this.#store, cart, found, head.seq);
        const changes: Change[] = [headTo(cart, head), { in: 'log', key: numberKey(newest), value: bytes }];
        if (snapshot) {
          const value = encodeSnapshot(cart, head.seq, snapshot);
          changes.push({ in: 'snapshots', key: textKey(cart), value });
        }
        for (const old of trimmed) changes.push({ in: 'log', key: numberKey(old), value: null });
        return {
          entry,
          head,
          write: { when: [headIs(found), alive(owner)], changes },
          landed,
        };
      }),
    );
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
    this.#store.refresh();
    const before = batch.map((cart) => this.#mayClaim(cart, me));
    const sought = entries.filter((_, index) => isHead(before[index]) && before[index].owner !== me);
    const answers = await this.#write(session, sought, () =>
      sought.map((entry) => {
        const head = before[entries.indexOf(entry)] as StoredHead;
        // Whoever claims it wants to change it: it moves to the others that are in use.
        const position = this.#store.takePosition();
        const moved = { ...head, epoch: head.epoch + 1, owner: me, position };
        return moving(me, entry, head, moved, () => null);
      }),
    );
    this.#store.refresh();
    return batch.map((cart, index): ClaimOutcome => {
      const looked = before[index] as ClaimOutcome | StoredHead;
      if (!isHead(looked)) return looked;
      const answer = answers[sought.findIndex((entry) => entry.cart === cart)];
      // A conflict says that somebody was faster; who it is now is seen below.
      if (answer !== undefined && answer.status !== 'ok' && answer.status !== 'conflict') return answer;
      return this.#claimed(cart, me);
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

  async sweepExpired(session: Session, today: number, limit: number): Promise<Swept> {
    this.#requireOpen();
    return this.#sweeper.sweep(this.#sessions.numberOf(session), today, limit);
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
    const me = this.#sessions.numberOf(session);
    return this.#write(session, batch, () =>
      batch.map((entry) => {
        const { cart, head: expected } = entry;
        const to = target(entry);
        const outcome = refused('unavailable', new Error('the session named is not there to take the cart'));
        if (to === null) return { entry, outcome };
        const landed = (found: StoredHead): Head | null => {
          return found.owner === to && found.epoch === expected.epoch + 1 && found.seq === expected.seq
            ? found
            : null;
        };
        const found = guarded(() => this.#store.head(cart));
        if (found !== null && 'status' in found) return { entry, outcome: found };
        if (found === null || found.owner !== me || !same(found, expected))
          return { entry, head: null, landed };
        return moving(me, entry, found, { ...found, epoch: found.epoch + 1, owner: to }, landed);
      }),
    );
  }

  /**
   * Plans a batch on the store as it is, sends what may land, and says what became of each entry. `plan` gets the epoch of new heads.
   */
  async #write(
    session: Session,
    batch: readonly Sized[],
    plan: (floor: number) => readonly Plan[],
  ): Promise<readonly WriteOutcome[]> {
    let plans: readonly Plan[];
    /** The first condition that did not hold, from 1; 0: it landed. */
    const answers = new Map<Plan, number>();
    try {
      await this.#store.requirePositions(batch.length);
      this.#store.refresh();
      plans = plan(this.#store.epochFloor());
      const sent = plans.filter((one): one is Planned => 'write' in one);
      if (sent.length > 0) {
        const landings = await this.#store.send(
          bytesOf(batch),
          sent.map(({ write }) => write),
        );
        sent.forEach((one, index) => answers.set(one, landings[index] as number));
      }
    } catch (error) {
      const failure = failureOf(error);
      return batch.map(() => failure);
    }
    this.#store.refresh();
    return plans.map((one) => {
      if ('outcome' in one) return one.outcome;
      const failed = answers.get(one);
      return failed === 0 && one.head !== null
        ? ok(one.head, false)
        : this.#lookAgain(session, one, failed !== undefined && failed > 1);
    });
  }

  /** It did not land now: either it landed before, or the session is over, or somebody else's did. */
  #lookAgain(
    session: Session,
    { entry, landed }: Pick<Planned, 'entry' | 'landed'>,
    headHeld: boolean,
  ): WriteOutcome {
    const { cart, head: expected = null } = entry;
    return guarded((): WriteOutcome => {
      const found = this.#store.head(cart);
      const before = found === null ? null : landed(found);
      if (before !== null) return ok(before, true);
      if (!this.#sessions.isAlive(session))
        return refused('fenced', new Error('the session was fenced or closed'));
      if (headHeld) return refused('unavailable', new Error('carts were swept at the same moment'));
      // A cart that is gone was swept, which takes an owner that is over.
      if (found === null) return { status: 'conflict', current: null, regressed: false };
      const regressed = expected !== null && versionOf(found) < versionOf(expected);
      const { epoch, seq } = found;
      return {
        status: 'conflict',
        current: { epoch, seq, owner: this.#sessions.living(found.owner) },
        regressed,
      };
    });
  }

  /** The record that this very entry made in an earlier try, also where the cart went on or changed hands since. */
  #findLanded(
    head: StoredHead,
    entry: CreateEntry,
    session: number,
    seq: number,
    epoch: number | null,
  ): Head | null {
    if (head.seq < seq) return null;
    const record = findRecord(this.#store, entry.cart, head, seq);
    if (record === null || record.session !== session || record.recordId !== entry.recordId) return null;
    if (epoch !== null && record.epoch !== epoch) return null;
    return { epoch: record.epoch, seq, position: head.position };
  }

  #mayClaim(cart: string, me: number): ClaimOutcome | StoredHead {
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

function moving(
  me: number,
  entry: Sized,
  from: StoredHead,
  to: StoredHead,
  landed: (found: StoredHead) => Head | null,
): Planned {
  const changes: Change[] = [headTo(entry.cart, to)];
  if (to.position !== from.position) {
    changes.push(placeTo(entry.cart, to.position));
    changes.push({ in: 'heads', key: numberKey(from.position), value: null });
  }
  return { entry, head: to, write: { when: [headIs(from), alive(me)], changes }, landed };
}

function headIs(head: StoredHead): Condition {
  return { in: 'heads', key: numberKey(head.position), version: versionOf(head) };
}

function headTo(cart: string, head: StoredHead): Change {
  return {
    in: 'heads',
    key: numberKey(head.position),
    value: encodeHead(cart, head),
    version: versionOf(head),
  };
}

function placeTo(cart: string, place: number): Change {
  return { in: 'carts', key: textKey(cart), value: encodePlace(cart, place), version: place };
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

function guarded<T>(read: () => T): T | Damaged {
  try {
    return read();
  } catch (error) {
    if (error instanceof DamagedValueError) return { status: 'damaged', error };
    throw error;
  }
}
