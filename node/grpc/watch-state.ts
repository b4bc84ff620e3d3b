import { SlowReaderError } from '../actor/subscription.ts';
import { GrpcProblem, problem, toProblem } from './problems.ts';
import { cartState, mutationView } from './views.ts';
import type { CartChange } from '../../proto/types/messages/CartChange.ts';
import type { ChangeFeed } from '../actor/change-feed.ts';
import type { Clock } from '../actor/clock.ts';
import type { FeedEvent, Subscription } from '../actor/subscription.ts';
import type { Outgoing } from './calls.ts';

/** A client that takes nothing for so long is cut. */
const STALLED_MS = 30_000;

export interface WatchContext {
  readonly feed: ChangeFeed;
  readonly clock: Clock;
}

/**
 * Writes a cart's changes behind `after` (undefined: its state first), as fast as the client takes them, until it leaves. Throws why it can't go on: whoever comes back with the version
 * that the error tells misses nothing.
 */
export async function watchState(
  cartId: string,
  after: number | undefined,
  out: Outgoing<CartChange>,
  { feed, clock }: WatchContext,
): Promise<void> {
  const reader = await feed.open(cartId, after);
  const leave = (): void => reader.close();
  out.gone.addEventListener('abort', leave, { once: true });
  // It may have gone while its cart was loaded.
  if (out.gone.aborted) leave();
  let version = after;
  try {
    for await (const event of reader) {
      const room = out.write(cartChange(event));
      version = event.kind === 'state' ? event.cart.version : event.version;
      if (!room) await takesMore(out, reader, clock);
    }
  } catch (error) {
    throw resumable(error, version);
  } finally {
    out.gone.removeEventListener('abort', leave);
    leave();
  }
}

/** Resolves when the client takes more. Rejects with why there is no more for it, also where that is its own slowness. */
async function takesMore(out: Outgoing<CartChange>, reader: Subscription, clock: Clock): Promise<void> {
  const done = new AbortController();
  const over = (): void => done.abort(reader.signal.reason);
  reader.signal.addEventListener('abort', over, { once: true });
  if (reader.signal.aborted) over();
  const stalled = clock.sleep(STALLED_MS, done.signal).then(
    () => reader.cut(),
    () => undefined,
  );
  try {
    await out.drained(done.signal);
  } catch (error) {
    if (!out.gone.aborted) throw done.signal.aborted ? done.signal.reason : error;
  } finally {
    reader.signal.removeEventListener('abort', over);
    done.abort();
    await stalled;
  }
}

function cartChange(event: FeedEvent): CartChange {
  if (event.kind === 'state') return { version: event.cart.version, state: cartState(event.cart) };
  const { version, mutation, cart } = event;
  return { version, mutation: mutationView(mutation), state: cart === null ? null : cartState(cart) };
}

function resumable(error: unknown, version: number | undefined): GrpcProblem {
  const { code, status, message, details, cause } =
    error instanceof SlowReaderError
      ? problem(
          'watch-too-slow',
          'changes came faster than they were read; resume behind the last version that came',
        )
      : toProblem(error);
  const facts = version === undefined ? {} : { after_version: String(version) };
  return new GrpcProblem(
    code,
    status,
    message,
    { ...details, facts: { ...details.facts, ...facts } },
    { cause },
  );
}
