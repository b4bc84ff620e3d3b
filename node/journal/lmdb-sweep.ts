import { readPositions } from './lmdb-chain.ts';
import { DamagedValueError, numberKey, versionOf } from './lmdb-layout.ts';
import type { StoredHead } from './lmdb-layout.ts';
import type { LmdbSessions } from './lmdb-sessions.ts';
import type { LmdbStore } from './lmdb-store.ts';
import type { Swept } from './port.ts';

/** Index entries looked at for each cart that may be deleted: some belong to carts that are in use or live longer now. */
const SCAN_FACTOR = 8;
const BYTES_PER_CART = 20 * 4096;

type IndexKey = [day: number, place: number];

interface IndexEntry {
  readonly key: IndexKey;
  readonly cart: string;
}

interface Expired extends IndexEntry {
  readonly head: StoredHead;
  readonly positions: readonly number[];
}

/** An index entry that leads to a cart which is gone, or lives longer by now. */
interface Outdated extends IndexEntry {
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
  #after: IndexKey | null = null;

  constructor(store: LmdbStore, sessions: LmdbSessions) {
    this.#store = store;
    this.#sessions = sessions;
  }

  async sweep(session: number, today: number, limit: number): Promise<Swept> {
    const due = this.#due(today, limit * SCAN_FACTOR);
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

  #due(today: number, count: number): IndexEntry[] {
    this.#store.refresh();
    const after = this.#after;
    const end: IndexKey = [today, 0];
    const range = after === null ? { end, limit: count } : { start: after, end, limit: count + 1 };
    const entries = [...this.#store.expiry.getRange(range)].map(({ key, value }) => ({ key, cart: value }));
    const [first] = entries;
    return first !== undefined && after !== null && first.key[0] === after[0] && first.key[1] === after[1]
      ? entries.slice(1)
      : entries;
  }

  async #fenceAbandoned(due: readonly IndexEntry[]): Promise<void> {
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

  #judge(entry: IndexEntry, today: number, expired: Expired[], outdated: Outdated[]): void {
    const { cart } = entry;
    try {
      const head = this.#store.head(cart);
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
    const results = await store.send(bytes, () => {
      store.raiseEpochFloor(floor, above);
      for (const entry of outdated) this.#refile(entry);
      return Promise.all(expired.map((one) => this.#remove(session, above, one)));
    });
    return expired.filter((_, index) => results[index] === true).map(({ cart }) => cart);
  }

  /** Where the cart is gone, no other cart's entry has this key: places are never taken twice. */
  #refile({ key, cart, head }: Outdated): void {
    const { expiry, heads } = this.#store;
    if (head === null) {
      void expiry.remove(key);
      return;
    }
    void heads.ifVersion(numberKey(head.position), versionOf(head), () => {
      void expiry.remove(key);
      void expiry.put([head.expiresDay, head.position], cart);
    });
  }

  async #remove(session: number, floor: number, { key, cart, head, positions }: Expired): Promise<boolean> {
    const store = this.#store;
    let allowed: Promise<boolean> = Promise.resolve(false);
    const held = await store.heads.ifVersion(numberKey(head.position), versionOf(head), () => {
      void store.whileAlive(session, () => {
        allowed = store.underFloor(floor, () => {
          void store.carts.remove(cart);
          void store.heads.remove(numberKey(head.position));
          void store.snapshots.remove(cart);
          void store.expiry.remove(key);
          for (const position of positions) void store.log.remove(numberKey(position));
        });
      });
    });
    return held && (await allowed);
  }
}
