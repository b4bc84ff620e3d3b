import type { ReleaseEntry, Session, WriteOutcome } from '../journal/port.ts';
import type { Clock } from './clock.ts';
import type { GroupCommit } from './group-commit.ts';

const RESEND_FIRST_MS = 50;
const RESEND_MAX_MS = 2000;

/**
 * `gone`: the cart is no longer this session's. `kept`: nothing was written and it still is. `regressed`: the journal has lost acknowledged
 * changes of it.
 */
export type ReleaseResult = 'gone' | 'kept' | 'regressed';

/**
 * Gives a cart up. From the moment this is called until it resolves, nobody may be answered for the cart.
 *
 * An unknown outcome is resolved by sending the same entry again. Resolves with `gone` as well when `signal` aborts: the node ends, and its
 * session with it.
 */
export async function releaseUntilKnown(
  { commit, clock }: { readonly commit: GroupCommit; readonly clock: Clock },
  session: Session,
  entry: ReleaseEntry,
  signal: AbortSignal,
): Promise<ReleaseResult> {
  let unknown = false;
  for (let delayMs = RESEND_FIRST_MS; ; delayMs = Math.min(2 * delayMs, RESEND_MAX_MS)) {
    const outcome = await new Promise<WriteOutcome>((resolve) => commit.release(session, entry, resolve));
    switch (outcome.status) {
      case 'ok':
      case 'damaged':
        return 'gone';
      case 'conflict':
        return outcome.regressed ? 'regressed' : 'gone';
      case 'refused':
        if (outcome.reason === 'fenced') return 'gone';
        // A refusal says nothing of an earlier try whose fate is unknown.
        if (!unknown) return 'kept';
        break;
      case 'unknown':
        unknown = true;
    }
    try {
      await clock.sleep(delayMs, signal);
    } catch {
      return 'gone';
    }
  }
}
