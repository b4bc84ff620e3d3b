import { readPositions } from './lmdb-chain.ts';
import { DamagedValueError, logKey, versionOf } from './lmdb-layout.ts';
import { ABSENT } from './lmdb-store.ts';
import type { StoredHead } from './lmdb-layout.ts';
import type { LmdbSessions } from './lmdb-sessions.ts';
import type { LmdbStore } from './lmdb-store.ts';
import type { Swept } from './port.ts';

/** Index entries looked at for each cart that may be deleted: some belong to carts that are in use or live longer now. */
const SCAN_FACTOR = 8;
const BYTES_PER_CART = 16 * 4096;

type IndexKey = [day: number, cart: string];

interface Expired {
  readonly key: IndexKey;
  readonly head: StoredHead;
  readonly positions: readonly number[];
}

/** An index entry that leads to a cart which is gone, or lives longer by now. */
interface Outdated {
  readonly key: IndexKey;
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
    const keys = this.#due(today, limit * SCAN_FACTOR);
    await this.#fenceAbandoned(keys);
    this.#store.refresh();
    const expired: Expired[] = [];
    const outdated: Outdated[] = [];
    this.#after = null;
    for (const key of keys) {
      if (expired.length >= limit) break;
      this.#judge(key, today, expired, outdated);
      this.#after = key;
    }
    // The end was reached: the next portion begins anew.
    if (expired.length < limit && keys.length < limit * SCAN_FACTOR) this.#after = null;
    const more = this.#after !== null;
    if (expired.length + outdated.length === 0) return { carts: [], more };
    return { carts: await this.#delete(session, expired, outdated), more };
  }

  #due(today: number, count: number): IndexKey[] {
    this.#store.refresh();
    const end: IndexKey = [today, ''];
    const range =
      this.#after === null ? { end, limit: count } : { start: this.#after, end, limit: count + 1 };
    const keys = [...this.#store.expiry.getKeys(range)];
    const [first] = keys;
    const after = this.#after;
    return first !== undefined && after !== null && first[0] === after[0] && first[1] === after[1]
      ? keys.slice(1)
      : keys;
  }

  async #fenceAbandoned(keys: readonly IndexKey[]): Promise<void> {
    const owners = new Set<string>();
    for (const [, cart] of keys) {
      try {
        const owner = this.#sessions.living(this.#store.head(cart)?.owner ?? 0);
        if (owner !== null) owners.add(owner.sessionId);
      } catch (error) {
        if (!(error instanceof DamagedValueError)) throw error;
      }
    }
    for (const owner of owners) await this.#sessions.fence(owner);
  }

  #judge(key: IndexKey, today: number, expired: Expired[], outdated: Outdated[]): void {
    const [, cart] = key;
    try {
      const head = this.#store.head(cart);
      if (head === null || head.expiresDay >= today) outdated.push({ key, head });
      else if (this.#sessions.living(head.owner) === null) {
        expired.push({ key, head, positions: readPositions(this.#store, cart, head) });
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
    return expired.filter((_, index) => results[index] === true).map(({ key }) => key[1]);
  }

  /** The compare of the head keeps an entry that a cart made anew has written meanwhile. */
  #refile({ key, head }: Outdated): void {
    const [, cart] = key;
    void this.#store.heads.ifVersion(cart, head === null ? ABSENT : versionOf(head), () => {
      void this.#store.expiry.remove(key);
      if (head !== null) void this.#store.expiry.put([head.expiresDay, cart], Buffer.alloc(0));
    });
  }

  async #remove(session: number, floor: number, { key, head, positions }: Expired): Promise<boolean> {
    const store = this.#store;
    const [, cart] = key;
    let allowed: Promise<boolean> = Promise.resolve(false);
    const held = await store.heads.ifVersion(cart, versionOf(head), () => {
      void store.whileAlive(session, () => {
        allowed = store.underFloor(floor, () => {
          void store.heads.remove(cart);
          void store.snapshots.remove(cart);
          void store.expiry.remove(key);
          for (const position of positions) void store.log.remove(logKey(position));
        });
      });
    });
    return held && (await allowed);
  }
}
