import type {
  AppendEntry,
  CreateEntry,
  Journal,
  ReleaseEntry,
  Session,
  WriteOutcome,
} from '../journal/port.ts';

/**
 * Gathers the records of many carts into batches, so that many carts share one flush to disk.
 *
 * At most `outstandingMax` batches are under way; what arrives meanwhile makes up the next one. An idle journal is written to at the
 * end of the current turn of the event loop, when every request that was read from the sockets in this turn has joined.
 *
 * Shoppers that wait for each other's batch fall into two halves: while one half's batch is written, the other half's waits, and is sent before
 * those that were just answered can ask for more. So behind a batch of some size a few turns are left for these to join.
 */
export interface GroupCommitOptions {
  /** Batches under way at once. One: a larger batch costs the disk and the processor less than two smaller ones. */
  readonly outstandingMax: number;
  /** Entries in one batch. */
  readonly batchMax: number;
  /** Entries waiting; beyond it they are refused at once. */
  readonly waitingMax: number;
  /** Turns of the event loop that a batch waits for those whose batch was just answered. A turn in which nothing comes takes microseconds. */
  readonly gatherTurns: number;
}

/** A smaller batch shows no crowd that is worth waiting for. */
const CROWD_MIN = 8;
/** Turns may be long where a node has much else to do: no longer than a flush takes. */
const GATHER_MAX_MS = 5;

const defaults: GroupCommitOptions = {
  outstandingMax: 1,
  batchMax: 256,
  waitingMax: 16_384,
  gatherTurns: 16,
};

/** Told once a batch. */
export interface GroupCommitObserver {
  batchDone(kind: 'append' | 'release', entries: number, durationMs: number, refused: number): void;
}

type Done = (outcome: WriteOutcome) => void;

/** A record on its way: an append, or a create where there is no head yet. */
export interface RecordEntry extends CreateEntry {
  readonly head: AppendEntry['head'] | null;
  readonly snapshot?: Uint8Array | undefined;
}

interface Waiting<T> {
  readonly session: Session;
  readonly entry: T;
  readonly done: Done;
}

export class GroupCommit {
  readonly #journal: Journal;
  readonly #options: GroupCommitOptions;
  readonly #observer: GroupCommitObserver;
  readonly #monotonicMs: () => number;
  #records: Waiting<RecordEntry>[] = [];
  #releases: Waiting<ReleaseEntry>[] = [];
  #outstanding = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(
    journal: Journal,
    monotonicMs: () => number,
    observer: GroupCommitObserver,
    options: GroupCommitOptions = defaults,
  ) {
    this.#journal = journal;
    this.#monotonicMs = monotonicMs;
    this.#observer = observer;
    this.#options = options;
  }

  /** Entries that wait for their batch. */
  get waiting(): number {
    return this.#records.length + this.#releases.length;
  }

  /** Calls `done` exactly once, never before this method returned. A cart may have only one entry under way. */
  write(session: Session, entry: RecordEntry, done: Done): void {
    this.#add(this.#records, { session, entry, done });
  }

  release(session: Session, entry: ReleaseEntry, done: Done): void {
    this.#add(this.#releases, { session, entry, done });
  }

  /** Resolves when nothing waits and nothing is under way. */
  async idle(): Promise<void> {
    while (this.waiting > 0 || this.#outstanding > 0) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  #add<T>(queue: Waiting<T>[], waiting: Waiting<T>): void {
    if (queue.length >= this.#options.waitingMax) {
      const error = new Error(`more than ${this.#options.waitingMax} entries wait for the journal`);
      queueMicrotask(() => waiting.done({ status: 'refused', reason: 'unavailable', error }));
      return;
    }
    queue.push(waiting);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#outstanding >= this.#options.outstandingMax) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** Flushes once as many wait, or that many turns or the time have passed. */
  #gather(wanted: number, turns: number, untilMs: number): void {
    const complete = this.#records.length >= Math.min(wanted, this.#options.batchMax);
    if (complete || turns === 0 || this.#monotonicMs() >= untilMs) {
      this.#flush();
      return;
    }
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#gather(wanted, turns - 1, untilMs);
    });
  }

  #flush(): void {
    while (this.#outstanding < this.#options.outstandingMax && this.waiting > 0) {
      const records = this.#records.splice(0, this.#options.batchMax);
      // Records first: shoppers wait for them, nobody waits for a release.
      const releases = this.#releases.splice(0, this.#options.batchMax - records.length);
      this.#outstanding += 1;
      void this.#send(records, releases);
    }
  }

  /** Never rejects. */
  async #send(
    records: readonly Waiting<RecordEntry>[],
    releases: readonly Waiting<ReleaseEntry>[],
  ): Promise<void> {
    await Promise.all([this.#sendRecords(records), this.#sendReleases(releases)]);
    this.#outstanding -= 1;
    // Releases are no crowd: nobody waits for them.
    if (records.length >= CROWD_MIN && this.#records.length > 0) {
      const untilMs = this.#monotonicMs() + GATHER_MAX_MS;
      this.#gather(this.#records.length + records.length, this.#options.gatherTurns, untilMs);
    } else this.#flush();
    if (this.#outstanding === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  async #sendRecords(records: readonly Waiting<RecordEntry>[]): Promise<void> {
    const fresh = records.filter(({ entry }) => entry.head === null);
    const next = records.filter((waiting): waiting is Waiting<AppendEntry> => waiting.entry.head !== null);
    await this.#timed('append', records.length, () =>
      Promise.all([
        settle(fresh, (session, entries) => this.#journal.create(session, entries)),
        settle(next, (session, entries) => this.#journal.append(session, entries)),
      ]),
    );
  }

  async #sendReleases(releases: readonly Waiting<ReleaseEntry>[]): Promise<void> {
    await this.#timed('release', releases.length, async () => [
      await settle(releases, (session, entries) => this.#journal.release(session, entries)),
    ]);
  }

  async #timed(kind: 'append' | 'release', entries: number, send: () => Promise<number[]>): Promise<void> {
    if (entries === 0) return;
    const startedMs = this.#monotonicMs();
    const refused = (await send()).reduce((sum, count) => sum + count, 0);
    this.#observer.batchDone(kind, entries, this.#monotonicMs() - startedMs, refused);
  }
}

/** Sends a batch, one call a session, and hands each entry its outcome. Returns how many were not written. */
async function settle<T extends { readonly cart: string }>(
  batch: readonly Waiting<T>[],
  send: (session: Session, entries: readonly T[]) => Promise<readonly WriteOutcome[]>,
): Promise<number> {
  let refused = 0;
  for (const group of bySession(batch)) {
    const outcomes = await outcomesOf(group, send);
    group.forEach(({ done }, index) => {
      const outcome = outcomes[index] as WriteOutcome;
      if (outcome.status === 'refused' || outcome.status === 'unknown') refused += 1;
      done(outcome);
    });
  }
  return refused;
}

async function outcomesOf<T>(
  group: readonly Waiting<T>[],
  send: (session: Session, entries: readonly T[]) => Promise<readonly WriteOutcome[]>,
): Promise<readonly WriteOutcome[]> {
  try {
    return await send(
      (group[0] as Waiting<T>).session,
      group.map(({ entry }) => entry),
    );
  } catch (cause) {
    // The port's methods don't reject for trouble with the store. Should one do, nothing is known of the batch.
    const error = cause instanceof Error ? cause : new Error(String(cause));
    return group.map(() => ({ status: 'unknown', error }));
  }
}

/** Nearly always one group: a node has one session, but for the moment in which it was fenced and begins another. */
function bySession<T>(batch: readonly Waiting<T>[]): Waiting<T>[][] {
  const groups = new Map<string, Waiting<T>[]>();
  for (const waiting of batch) {
    const group = groups.get(waiting.session.id);
    if (group === undefined) groups.set(waiting.session.id, [waiting]);
    else group.push(waiting);
  }
  return [...groups.values()];
}
