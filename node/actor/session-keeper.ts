import type { Journal, Session, SessionOptions } from '../journal/port.ts';
import type { Clock } from './clock.ts';

/**
 * Keeps this run's session with the journal alive: renews its lease, and begins a new session when somebody fenced this one.
 *
 * A renewal that fails is tried again; the lease may lapse meanwhile and is renewed all the same, as long as nobody fenced it, so a
 * short outage of the journal moves no cart.
 */
export interface SessionEvents {
  /** The session was fenced: its carts belong to others. A new session is sought. */
  lost(session: Session): void;
  /** The new session, after one was lost. */
  opened(session: Session): void;
  /** A renewal or an opening failed; it is tried again. */
  failed(error: Error): void;
}

export class SessionKeeper {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #stop = new AbortController();
  #session: Session | null = null;
  #loop: Promise<void> = Promise.resolve();
  #trouble: string | null = null;

  constructor(journal: Journal, clock: Clock, options: SessionOptions, events: SessionEvents) {
    this.#journal = journal;
    this.#clock = clock;
    this.#options = options;
    this.#events = events;
  }

  /** Null while a fenced session is being replaced. */
  get session(): Session | null {
    return this.#session;
  }

  /** Why the lease could not be renewed last time; null when it was. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Opens the first session and starts renewing. Rejects where the journal can't be written. */
  async start(): Promise<Session> {
    const session = await this.#journal.openSession(this.#options);
    this.#session = session;
    this.#loop = this.#run();
    return session;
  }

  /** Stops renewing and ends the session: its carts are free at once. Rejects when the journal does not answer. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
    const session = this.#session;
    this.#session = null;
    if (session !== null) await this.#journal.closeSession(session);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      try {
        await this.#clock.sleep(this.#options.leaseMs / 3, signal);
      } catch {
        return;
      }
      try {
        await this.#beat();
        this.#trouble = null;
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        this.#events.failed(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  async #beat(): Promise<void> {
    if (this.#session === null) {
      this.#session = await this.#journal.openSession(this.#options);
      this.#events.opened(this.#session);
      return;
    }
    const session = this.#session;
    if ((await this.#journal.renewSession(session)) === 'renewed') return;
    this.#session = null;
    this.#events.lost(session);
  }
}
