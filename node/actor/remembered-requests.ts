import { hash } from 'node:crypto';
import type { Mutation } from '../domain/mutation.ts';
import type { StoredRequest } from './record.ts';

/** How long a repetition is recognised, by the time in the records. */
export const REMEMBERED_MS = 3_600_000;
/** More than this many within that time and the cart takes no more requests with an id. */
export const REMEMBERED_MAX = 4096;

/** A request id and what was asked with it, hashed: 128 bits tell ids apart, 64 bits one cart's bodies. */
export interface RequestIdentity {
  readonly key: Uint8Array;
  readonly fingerprint: Uint8Array;
}

export function identify(requestId: string, mutation: Mutation): RequestIdentity {
  return {
    key: hash('sha256', requestId, 'buffer').subarray(0, 16),
    fingerprint: hash('sha256', JSON.stringify(mutation), 'buffer').subarray(0, 8),
  };
}

/** The requests of one cart that a repetition must not apply again, oldest first. */
export class RememberedRequests {
  readonly #byKey = new Map<string, StoredRequest>();

  get size(): number {
    return this.#byKey.size;
  }

  find(key: Uint8Array): StoredRequest | undefined {
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(keyText(key));
  }

  add(request: StoredRequest): void {
    this.#byKey.set(keyText(request.key), request);
  }

  /** Forgets what is older than {@link REMEMBERED_MS} at the time of the newest record. */
  forget(atMs: number): void {
    for (const [key, request] of this.#byKey) {
      if (request.atMs > atMs - REMEMBERED_MS) return;
      this.#byKey.delete(key);
    }
  }

  /** How many would still be remembered at that time. */
  countAt(atMs: number): number {
    if (this.#byKey.size < REMEMBERED_MAX) return this.#byKey.size;
    let old = 0;
    for (const request of this.#byKey.values()) {
      if (request.atMs > atMs - REMEMBERED_MS) break;
      old += 1;
    }
    return this.#byKey.size - old;
  }

  list(): StoredRequest[] {
    return [...this.#byKey.values()];
  }
}

export function keyText(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}
