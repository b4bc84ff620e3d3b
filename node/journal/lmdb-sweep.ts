import { readPositions } from './lmdb-chain.ts';
import { DamagedValueError, expiryKey, numberKey, textKey, versionOf } from './lmdb-layout.ts';
import { alive, floorIs, floorTo } from './lmdb-store.ts';
import { NEVER } from './port.ts';
import type { StoredHead } from './lmdb-layout.ts';
import type { LmdbSessions } from './lmdb-sessions.ts';
import type { ExpiryEntry, LmdbStore } from './lmdb-store.ts';
import type { Change, ConditionalWrite } from './lmdb-writes.ts';
import type { Swept } from './port.ts';

/** Index entries looked at for each cart that may be deleted: some belong to carts that are in use or live longer now. */
const SCAN_FACTOR = 8;
const BYTES_PER_CART = 20 * 4096;

interface Expired extends ExpiryEntry {
  readonly head: StoredHead;
  readonly positions: readonly number[];
}

/** An index entry that leads to a cart which is gone, or lives longer by now. */
interface Outdated extends ExpiryEntry {
  readonly head: StoredHead | null;
}

/**
 * Deletes expired carts that no living session owns, each under the compare of its head.
 *
 * The index is written when a cart is made and not touched by its changes. An entry that is due leads to the head, which knows better: where the
 * cart lives longer by now, the entry moves there. The epoch floor rises above every deleted head before they go, so that a cart made anew under
 * the same id never matches an owner of the old one. Owners whose lease ended are fenced first: nobody else may ask for their carts any more.
 *
 * The index is gone through in portions, each from where the last one ended: carts that may not be deleted are in nobody's way.
 */
export class LmdbSweeper {
  readonly #store: LmdbStore;
  readonly #sessions: LmdbSessions;
  #after: Buffer | null = null;

  constructor(store: LmdbStore, sessions: LmdbSessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  async sweep(session: number, today: number, limit: number): Promise<Swept> {
    this.#store.refresh();
    const due = this.#store.dueBefore(today, this.#after, limit * SCAN_FACTOR);
    await this.#fenceAbandoned(due);
    this.#store.refresh();
    const expired: Expired[] = [];
    const outdated: Outdated[] = [];
    this.#after = null;
    for (const entry of due) {
      if (expired.length >= limit) break;
      this.#judge(entry, today, expired, outdated);
      this.#after = entry.key;
    }
    // The end was reached: the next portion begins anew.
    if (expired.length < limit && due.length < limit * SCAN_FACTOR) this.#after = null;
    const more = this.#after !== null;
    if (expired.length + outdated.length === 0) return { carts: [], more };
    return { carts: await this.#delete(session, expired, outdated), more };
  }

  async #fenceAbandoned(due: readonly ExpiryEntry[]): Promise<void> {
    const owners = new Set<string>();
    for (const { cart } of due) {
      try {
        const owner = this.#sessions.living(this.#store.head(cart)?.owner ?? 0);
        if (owner !== null) owners.add(owner.sessionId);
      } catch (error) {
        if (!(error instanceof DamagedValueError)) throw error;
      }
    }
    for (const owner of owners) await this.#sessions.fence(owner);
  }

  #judge(entry: ExpiryEntry, today: number, expired: Expired[], outdated: Outdated[]): void {
    const { cart } = entry;
    try {
      const head = this.#store.head(cart);
      // Its entry stays where it is found again: some day it has another one.
      if (head?.expiresDay === NEVER) return;
      if (head === null || head.expiresDay >= today) outdated.push({ ...entry, head });
      else if (this.#sessions.living(head.owner) === null) {
        expired.push({ ...entry, head, positions: readPositions(this.#store, cart, head) });
      }
    } catch (error) {
      // A damaged cart stays for people to look at.
      if (!(error instanceof DamagedValueError)) throw error;
    }
  }

  async #delete(
    session: number,
    expired: readonly Expired[],
    outdated: readonly Outdated[],
  ): Promise<readonly string[]> {
    const store = this.#store;
    const floor = store.epochFloor();
    const above = Math.max(floor, ...expired.map(({ head }) => head.epoch + 1));
    const bytes = (expired.length + outdated.length) * BYTES_PER_CART;
    const answers = await store.send(bytes, [
      { when: [floorIs(floor)], changes: above > floor ? [floorTo(above)] : [] },
      ...outdated.map(refiled),
      ...expired.map((one) => removed(session, above, one)),
    ]);
    const first = answers.length - expired.length;
    return expired.filter((_, index) => answers[first + index] === 0).map(({ cart }) => cart);
  }
}

/** Where the cart is gone, no other cart's entry has this key: places are never taken twice. */
function refiled({ key, cart, head }: Outdated): ConditionalWrite {
  const gone: Change = { in: 'expiry', key, value: null };
  if (head === null) return { when: [], changes: [gone] };
  const moved: Change = {
    in: 'expiry',
    key: expiryKey(head.expiresDay, head.position),
    value: textKey(cart),
  };
  return {
    when: [{ in: 'heads', key: numberKey(head.position), version: versionOf(head) }],
    changes: [gone, moved],
  };
}

function removed(session: number, floor: number, { key, cart, head, positions }: Expired): ConditionalWrite {
  const place = numberKey(head.position);
  return {
    when: [{ in: 'heads', key: place, version: versionOf(head) }, alive(session), floorIs(floor)],
    changes: [
      { in: 'carts', key: textKey(cart), value: null },
      { in: 'heads', key: place, value: null },
      { in: 'snapshots', key: textKey(cart), value: null },
      { in: 'expiry', key, value: null },
      ...positions.map((position): Change => ({ in: 'log', key: numberKey(position), value: null })),
    ],
  };
}
