import { DamagedValueError, logKey, versionOf } from './lmdb-layout.ts';
import { readPositions } from './lmdb-chain.ts';
import type { LmdbSessions } from './lmdb-sessions.ts';
import type { Condition, LmdbStore } from './lmdb-store.ts';
import type { StoredHead } from './lmdb-layout.ts';

/** Index entries looked at for each cart that may be deleted: some belong to carts that are in use or live longer now. */
const SCAN_FACTOR = 8;

interface Expired {
  readonly cart: string;
  readonly day: number;
  readonly head: StoredHead;
  readonly positions: readonly number[];
}

/**
 * Deletes expired carts that no living session owns, each under the compare of its head.
 *
 * The index is written when a cart is made and not touched by its changes. An entry that is due leads to the head, which knows better: where the
 * cart lives longer by now, the entry moves there. The epoch floor rises above every deleted head in the same commit, so that a cart made anew
 * under the same id never matches an owner of the old one.
 */
export async function sweep(
  store: LmdbStore,
  sessions: LmdbSessions,
  session: number,
  today: number,
  limit: number,
): Promise<readonly string[]> {
  store.refresh();
  const expired: Expired[] = [];
  const moved: { from: [number, string]; to: [number, string] | null }[] = [];
  for (const key of store.expiry.getKeys({ end: [today, ''], limit: limit * SCAN_FACTOR })) {
    if (expired.length >= limit) break;
    const [day, cart] = key;
    try {
      const head = store.head(cart);
      if (head === null) moved.push({ from: key, to: null });
      else if (head.expiresDay >= today) moved.push({ from: key, to: [head.expiresDay, cart] });
      else if (sessions.living(head.owner) === null) {
        expired.push({ cart, day, head, positions: readPositions(store, cart, head) });
      }
    } catch (error) {
      // A damaged cart stays for people to look at.
      if (!(error instanceof DamagedValueError)) throw error;
    }
  }
  if (expired.length + moved.length === 0) return [];
  const results = await store.commit(session, null, () => {
    for (const { from, to } of moved) {
      void store.expiry.remove(from);
      if (to !== null) void store.expiry.put(to, Buffer.alloc(0));
    }
    return expired.map((one) => remove(store, one));
  });
  if (results === null) throw new Error('the session was fenced or closed');
  return expired.filter((_, index) => results[index] === true).map(({ cart }) => cart);
}

function remove(store: LmdbStore, { cart, day, head, positions }: Expired): Condition {
  return store.heads.ifVersion(cart, versionOf(head), () => {
    void store.heads.remove(cart);
    void store.snapshots.remove(cart);
    void store.expiry.remove([day, cart]);
    for (const position of positions) void store.log.remove(logKey(position));
    store.raiseEpochFloor(head.epoch);
  });
}
