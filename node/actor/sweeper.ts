import type { Journal, Session } from '../journal/port.ts';
import type { Clock } from './clock.ts';

const DAY_MS = 86_400_000;
/** Carts deleted in one commit: few enough that nobody waits long behind it. */
const PORTION = 128;

export interface SweeperEvents {
  swept(carts: number): void;
  /** Nothing is lost by it: the next round tries again. */
  failed(error: Error): void;
}

/**
 * Deletes carts that did not change for longer than they live, an hour at a time. Ends when `signal` aborts; never rejects.
 *
 * Deleting can't be undone and the clock may be wrong: today goes forward by one day an hour at most.
 */
export async function sweepHourly(
  { journal, clock }: { readonly journal: Journal; readonly clock: Clock },
  session: () => Session | null,
  events: SweeperEvents,
  signal: AbortSignal,
): Promise<void> {
  let today = dayOf(clock);
  for (;;) {
    try {
      await clock.sleep(3_600_000, signal);
    } catch {
      return;
    }
    today = Math.min(dayOf(clock), today + 1);
    try {
      events.swept(await sweepAll(journal, today, session, signal));
    } catch (error) {
      events.failed(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

async function sweepAll(
  journal: Journal,
  today: number,
  session: () => Session | null,
  signal: AbortSignal,
): Promise<number> {
  let total = 0;
  for (;;) {
    const current = session();
    if (current === null || signal.aborted) return total;
    const { carts, more } = await journal.sweepExpired(current, today, PORTION);
    total += carts.length;
    if (!more) return total;
  }
}

function dayOf(clock: Clock): number {
  return Math.floor(clock.wallMs() / DAY_MS);
}
