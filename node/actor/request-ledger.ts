import { Rejection } from '../domain/rejection.ts';
import { RetriableError } from './errors.ts';
import {
  identify,
  keyText,
  REMEMBERED_MAX,
  REMEMBERED_MS,
  RememberedRequests,
} from './remembered-requests.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { StoredRequest } from './record.ts';
import type { RequestIdentity } from './remembered-requests.ts';

/** What a grain knows of requests with an id: those that were applied, and those that run. */
export class RequestLedger {
  /** Most carts never see one: null then. */
  #remembered: RememberedRequests | null = null;
  /** Keys of requests between their arrival and their answer, with the fingerprint of what was asked. */
  #running: Map<string, Uint8Array> | null = null;

  constructor(remembered: readonly StoredRequest[]) {
    this.#add(remembered);
  }

  /**
   * The request that this one repeats, or the identity under which it may run: {@link begin} it then. Throws {@link Rejection} when the id is
   * taken by another or a running request, {@link RetriableError} when the cart remembers as many as it can.
   */
  look(requestId: string, mutation: Mutation, nowMs: number): StoredRequest | RequestIdentity {
    const identity = identify(requestId, mutation);
    const known = this.#remembered?.find(identity.key);
    // Forgetting happens with the next record; until then what is too old counts as forgotten already.
    if (known !== undefined && known.atMs > nowMs - REMEMBERED_MS) {
      if (!equal(known.fingerprint, identity.fingerprint)) throw reused();
      return known;
    }
    const running = this.#running?.get(keyText(identity.key));
    if (running !== undefined) {
      if (!equal(running, identity.fingerprint)) throw reused();
      throw new Rejection(
        'conflict',
        'request-in-progress',
        'a request with this Idempotency-Key is still running',
      );
    }
    if ((this.#remembered?.countAt(nowMs) ?? 0) + (this.#running?.size ?? 0) >= REMEMBERED_MAX) {
      const message = `the cart remembers ${REMEMBERED_MAX} requests of the last hour and takes no more with an Idempotency-Key`;
      throw new RetriableError('remembered-requests-full', message, REMEMBERED_MS / 60);
    }
    return identity;
  }

  begin({ key, fingerprint }: RequestIdentity): void {
    (this.#running ??= new Map()).set(keyText(key), fingerprint);
  }

  end({ key }: RequestIdentity): void {
    this.#running?.delete(keyText(key));
    if (this.#running?.size === 0) this.#running = null;
  }

  /** To be told with each record, whether it had requests with an id or not. */
  remember(requests: readonly StoredRequest[], atMs: number): void {
    this.#remembered?.forget(atMs);
    this.#add(requests);
  }

  /** What is still remembered at that time, oldest first. */
  list(atMs = -Infinity): StoredRequest[] {
    return this.#remembered?.list().filter((request) => request.atMs > atMs - REMEMBERED_MS) ?? [];
  }

  #add(requests: readonly StoredRequest[]): void {
    if (requests.length === 0) return;
    this.#remembered ??= new RememberedRequests();
    for (const request of requests) this.#remembered.add(request);
  }
}

function reused(): Rejection {
  return new Rejection(
    'invalid',
    'idempotency-key-reused',
    'this Idempotency-Key was used with another request',
  );
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
