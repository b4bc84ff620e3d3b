import { DamagedCartError, RetriableError, UnknownOutcomeError } from './errors.ts';
import { replay } from './replay.ts';
import type { MutationRegistry } from '../domain/registry.ts';
import type { ClaimOutcome, ColdRead, Content, Journal, Owner, Session } from '../journal/port.ts';
import type { Clock } from './clock.ts';
import type { StoredContent } from './resting-cart.ts';

/** Claims or reads may be asked again so often because an owner changed in between. */
const ATTEMPTS_MAX = 16;

export interface LoaderContext {
  readonly clock: Clock;
  readonly registry: MutationRegistry;
  readonly journal: Journal;
}

/**
 * Brings carts from the journal into memory: by becoming their owner, or by a cold read where nobody owns them.
 *
 * A cart may still belong to a session that died without a word. Then its lease must end first and the end be made durable (`fence`): the
 * request waits that long, at most `claimWaitMs`. One such wait serves all carts of that session.
 */
export class Loader {
  readonly #context: LoaderContext;
  readonly #claimWaitMs: number;
  readonly #signal: AbortSignal;
  readonly #fencing = new Map<string, Promise<void>>();

  constructor(context: LoaderContext, claimWaitMs: number, signal: AbortSignal) {
    this.#context = context;
    this.#claimWaitMs = claimWaitMs;
    this.#signal = signal;
  }

  /** Becomes the cart's owner. Null when it has no head: the first record will make it. */
  async claim(session: Session, cart: string): Promise<StoredContent | null> {
    const content = await this.#settle(session, cart, async () => {
      const [outcome] = await this.#context.journal.claim(session, [cart]);
      return outcome as ClaimOutcome;
    });
    // A claim loads what the session owns already; it never answers that the session itself is in the way.
    if (content === 'mine') throw new Error('the journal refused the session its own cart');
    return content;
  }

  /** The cart as the journal has it; `mine` when the given session owns it, null when it has no head. */
  async read(session: Session | null, cart: string): Promise<StoredContent | null | 'mine'> {
    return this.#settle(session, cart, () => this.#context.journal.readCold(cart));
  }

  async #settle(
    session: Session | null,
    cart: string,
    ask: () => Promise<ClaimOutcome | ColdRead>,
  ): Promise<StoredContent | null | 'mine'> {
    const deadlineMs = this.#context.clock.monotonicMs() + this.#claimWaitMs;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const outcome = await ask();
      switch (outcome.status) {
        case 'ok':
          return this.#replay(cart, outcome.content);
        case 'absent':
          return null;
        case 'owned':
          // Another request may have claimed the cart for this session meanwhile: that is no lease to wait for, and none to fence.
          if (outcome.owner.sessionId === session?.id) return 'mine';
          await this.#free(outcome.owner, deadlineMs);
          break;
        case 'damaged':
          throw new DamagedCartError(`the cart can’t be read: ${outcome.error.message}`, {
            cause: outcome.error,
          });
        case 'refused':
          throw unavailable(outcome.error);
        case 'unknown':
          // A claim carries no change of the caller's: whether it landed is found out by the next one.
          throw unavailable(new UnknownOutcomeError({ cause: outcome.error }));
      }
    }
    throw ownedElsewhere(1000);
  }

  #replay(cart: string, content: Content): StoredContent {
    try {
      return replay(cart, content, this.#context.registry, this.#context.clock.monotonicMs());
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new DamagedCartError(`the cart’s records can’t be replayed: ${message}`, { cause });
    }
  }

  /** Resolves when the owner's carts may be claimed; rejects when it lives on. */
  #free(owner: Owner, deadlineMs: number): Promise<void> {
    let fencing = this.#fencing.get(owner.sessionId);
    if (fencing === undefined) {
      fencing = this.#fence(owner, deadlineMs).finally(() => this.#fencing.delete(owner.sessionId));
      this.#fencing.set(owner.sessionId, fencing);
    }
    return fencing;
  }

  async #fence(owner: Owner, deadlineMs: number): Promise<void> {
    const { clock, journal } = this.#context;
    for (;;) {
      const outcome = await journal.fence(owner.sessionId).catch((error: unknown) => {
        throw unavailable(error);
      });
      if (outcome.status !== 'live') return;
      const leftMs = Math.max(1, outcome.leaseUntilMs - clock.wallMs());
      if (clock.monotonicMs() + leftMs > deadlineMs) throw ownedElsewhere(leftMs);
      await clock.sleep(leftMs, this.#signal).catch(() => {
        throw new RetriableError('closing', 'this node is shutting down', 1000);
      });
    }
  }
}

function ownedElsewhere(retryAfterMs: number): RetriableError {
  return new RetriableError('cart-owned-elsewhere', 'another node owns this cart', retryAfterMs);
}

function unavailable(cause: unknown): RetriableError {
  return new RetriableError('journal-unavailable', 'the journal gives no answer at the moment', 1000, {
    cause,
  });
}
