import type {
  AppendEntry,
  ClaimOutcome,
  ColdRead,
  CreateEntry,
  FenceOutcome,
  HandOverEntry,
  HistoryRead,
  Journal,
  ReleaseEntry,
  Session,
  SessionOptions,
  Swept,
  WriteOutcome,
} from '../../journal/port.ts';

export type Fault =
  /** Not written, and said so. */
  | 'refuse'
  | 'full'
  /** Written, and the answer is lost. */
  | 'lose-answer'
  /** Neither written nor answered. */
  | 'lose-request'
  /** The process ends just before or just after the write: it hears of nothing any more. */
  | 'die-before'
  | 'die-after'
  | 'none';

/**
 * A real journal with faults that no store produces on demand: held and lost answers, refusals. Everything else passes. The journals' own
 * tests cover the real stores.
 */
export class FaultyJournal implements Journal {
  readonly name: string;
  readonly durable: boolean;
  readonly #inner: Journal;
  /** Faults of the next writes (create, append, release), one each; undefined: that one goes well. */
  readonly faults: (Fault | undefined)[] = [];
  /** Batches written so far, by entries. */
  readonly batches: number[] = [];
  claims = 0;
  coldReads = 0;
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null = null;

  constructor(inner: Journal) {
    this.#inner = inner;
    this.name = inner.name;
    this.durable = inner.durable;
  }

  /** Writes wait from now on; the function returned lets them go on. */
  hold(): () => void {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#gate = { opened: promise, open: () => resolve(undefined) };
    return () => {
      this.#gate?.open();
      this.#gate = null;
    };
  }

  openSession(options: SessionOptions): Promise<Session> {
    return this.#inner.openSession(options);
  }
  renewSession(session: Session): Promise<'renewed' | 'fenced'> {
    return this.#inner.renewSession(session);
  }
  fence(sessionId: string): Promise<FenceOutcome> {
    return this.#inner.fence(sessionId);
  }
  closeSession(session: Session): Promise<void> {
    return this.#inner.closeSession(session);
  }
  mayServeReads(session: Session): boolean {
    return this.#inner.mayServeReads(session);
  }
  create(session: Session, batch: readonly CreateEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, () => this.#inner.create(session, batch));
  }
  append(session: Session, batch: readonly AppendEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, () => this.#inner.append(session, batch));
  }
  release(session: Session, batch: readonly ReleaseEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#write(batch, () => this.#inner.release(session, batch));
  }
  handOver(session: Session, batch: readonly HandOverEntry[]): Promise<readonly WriteOutcome[]> {
    return this.#inner.handOver(session, batch);
  }
  claim(session: Session, batch: readonly string[]): Promise<readonly ClaimOutcome[]> {
    this.claims += 1;
    return this.#inner.claim(session, batch);
  }
  readCold(cart: string): Promise<ColdRead> {
    this.coldReads += 1;
    return this.#inner.readCold(cart);
  }
  history(cart: string, fromSeq: number): Promise<HistoryRead> {
    return this.#inner.history(cart, fromSeq);
  }
  sweepExpired(session: Session, today: number, limit: number): Promise<Swept> {
    return this.#inner.sweepExpired(session, today, limit);
  }
  close(): Promise<void> {
    return this.#inner.close();
  }

  async #write(
    batch: readonly unknown[],
    send: () => Promise<readonly WriteOutcome[]>,
  ): Promise<readonly WriteOutcome[]> {
    if (batch.length === 0) return send();
    await this.#gate?.opened;
    this.batches.push(batch.length);
    const fault = this.faults.shift();
    const error = new Error(`injected: ${fault ?? 'none'}`);
    switch (fault) {
      case undefined:
      case 'none':
        return send();
      case 'die-before':
        return new Promise(() => undefined);
      case 'die-after':
        await send();
        return new Promise(() => undefined);
      case 'refuse':
        return batch.map(() => ({ status: 'refused', reason: 'unavailable', error }));
      case 'full':
        return batch.map(() => ({ status: 'refused', reason: 'full', error }));
      case 'lose-answer':
        await send();
        return batch.map(() => ({ status: 'unknown', error }));
      case 'lose-request':
        return batch.map(() => ({ status: 'unknown', error }));
    }
  }
}
