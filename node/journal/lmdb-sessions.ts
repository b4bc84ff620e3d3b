import type { SessionRow } from './lmdb-layout.ts';
import type { LmdbStore } from './lmdb-store.ts';
import type { FenceOutcome, Owner, Session, SessionOptions } from './port.ts';

const PREFIX = 'lmdb-';

/** Sessions in the LMDB store. Their number is the owner in heads; their id is the number with a prefix. */
export class LmdbSessions {
  readonly #store: LmdbStore;
  readonly #wallMs: () => number;

  constructor(store: LmdbStore, wallMs: () => number) {
    this.#store = store;
    this.#wallMs = wallMs;
  }

  async open(options: SessionOptions): Promise<Session> {
    const { node, address, leaseMs } = options;
    const row: SessionRow = { node, address, leaseMs, over: null };
    const number = await this.#store.addSession(row, this.#wallMs() + leaseMs);
    return { ...options, id: `${PREFIX}${number}` };
  }

  async renew(session: Session): Promise<'renewed' | 'fenced'> {
    // Counted from before the renewal is sent.
    const leaseUntilMs = this.#wallMs() + session.leaseMs;
    return (await this.#store.renewLease(this.numberOf(session), leaseUntilMs)) ? 'renewed' : 'fenced';
  }

  async fence(sessionId: string): Promise<FenceOutcome> {
    const number = this.parse(sessionId);
    this.#store.refresh();
    const row = number === null ? null : this.#store.session(number);
    if (number === null || row === null) return { status: 'unknown-session' };
    if (row.over !== null) return { status: 'free' };
    const { untilMs, renewals } = this.#store.lease(number);
    const latestMs = this.#wallMs() + row.leaseMs;
    if (untilMs > latestMs) {
      // No renewal reaches so far: the clock was set back. The lease begins anew, or its carts would be locked for as long as that.
      await this.#store.setLease(number, latestMs, renewals);
      return { status: 'live', leaseUntilMs: latestMs };
    }
    if (untilMs > this.#wallMs()) return { status: 'live', leaseUntilMs: untilMs };
    await this.#store.endSession(number, row, 'fenced', renewals);
    // Its read transactions would keep pages from being used again.
    this.#store.readerCheck();
    this.#store.refresh();
    if (this.#store.session(number)?.over !== null) return { status: 'free' };
    return { status: 'live', leaseUntilMs: this.#store.lease(number).untilMs };
  }

  async close(session: Session): Promise<void> {
    const number = this.numberOf(session);
    this.#store.refresh();
    const row = this.#store.session(number);
    if (row?.over === null) await this.#store.endSession(number, row, 'closed');
  }

  isAlive(session: Session): boolean {
    this.#store.refresh();
    return this.#store.isAlive(this.numberOf(session));
  }

  /** The owner with that number, if its carts are not free. */
  living(number: number): Owner | null {
    if (number === 0) return null;
    const row = this.#store.session(number);
    if (row === null || row.over !== null) return null;
    const { node, address } = row;
    return {
      sessionId: `${PREFIX}${number}`,
      node,
      address,
      leaseUntilMs: this.#store.lease(number).untilMs,
    };
  }

  numberOf(session: Session): number {
    const number = this.parse(session.id);
    if (number === null) throw new Error(`session ${session.id} is not of this journal`);
    return number;
  }

  parse(sessionId: string): number | null {
    const number = sessionId.startsWith(PREFIX) ? Number(sessionId.slice(PREFIX.length)) : Number.NaN;
    return Number.isSafeInteger(number) && number > 0 ? number : null;
  }
}
