import type { CartClusterStatus } from '../api/status.ts';
import type { Applied, Refused } from './observed.ts';

/**
 * What the controller remembers of one CartCluster between two looks at it: only so that it need not write what it wrote already, and not decide on what it knows to be old. All of it may be
 * lost at any time.
 */
export class ClusterMemory {
  readonly uid: string;
  /** By the wish's key. */
  readonly applied = new Map<string, Applied>();
  /** By the wish's key. */
  readonly refused = new Map<string, Refused>();
  /** Uids of pods that were deleted. */
  readonly deleted = new Set<string>();
  status: CartClusterStatus | null = null;

  constructor(uid: string) {
    this.uid = uid;
  }
}

/** The memory of every CartCluster. */
export class Memory {
  readonly #clusters = new Map<string, ClusterMemory>();

  /** An object of the same name with another uid is another object. */
  of(key: string, uid: string): ClusterMemory {
    const known = this.#clusters.get(key);
    if (known?.uid === uid) return known;
    const fresh = new ClusterMemory(uid);
    this.#clusters.set(key, fresh);
    return fresh;
  }

  forget(key: string): void {
    this.#clusters.delete(key);
  }

  /** Another process may have acted since. */
  forgetAll(): void {
    this.#clusters.clear();
  }

  get size(): number {
    return this.#clusters.size;
  }
}
