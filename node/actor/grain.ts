import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { MaybeSpan } from '../observability/trace.ts';

/** A mutation on its way to the one grain that may apply it. */
export interface MutationRequest {
  /** As the caller asked. Wishes (AddRequest, SetCartRequest, SetDelivery) are completed from the catalog by the pool. */
  readonly mutation: Mutation;
  /**
   * The caller's own name for this request (HTTP: `Idempotency-Key`), 1 to 255 characters. A repetition is answered as the first
   * one was and changes nothing. Absent: nobody can repeat it, nothing is remembered.
   */
  readonly requestId?: string | undefined;
  /** Apply only if the cart is at one of these versions; `any`: at any version above 0. */
  readonly ifVersion?: readonly number[] | 'any' | undefined;
  /** Don't apply if the cart is at one of these versions; `any`: at any version above 0. */
  readonly unlessVersion?: readonly number[] | 'any' | undefined;
  /** What it is part of, where that is traced. */
  readonly span?: MaybeSpan;
}

export interface MutationReply {
  /** The cart right after this mutation; for a repetition, the cart as it is now. */
  readonly cart: Cart;
  /** The version that this mutation made; for a repetition, the one that the first made. */
  readonly version: number;
  /** True when the request id was seen before: nothing was changed now. */
  readonly replayed: boolean;
}

/** Called in the grain's own turn: must not throw, and keep it short. */
export interface Watcher {
  /** After each committed mutation, in order of versions. */
  changed(change: CartChange): void;
  /** The grain is over here (another node owns the cart, or this one stops): watch anew. No change follows. */
  ended(error: Error): void;
}

export interface CartChange {
  readonly cart: Cart;
  readonly mutation: Mutation;
  /** Time of its record, ms since 1970; never falls from change to change. */
  readonly atMs: number;
}

/** What a watch begins with. */
export interface Watch {
  /** The committed state: the next change makes the next version. */
  readonly cart: Cart;
  /** The record that made it; 0: the cart was never stored. */
  readonly seq: number;
  readonly stop: () => void;
}

/**
 * A cart's activation in memory, on exactly one node. Local and remote grains look the same.
 *
 * Errors of `apply`: {@link Rejection} (definite no), {@link RetriableError} (nothing changed), {@link UnknownOutcomeError},
 * {@link DamagedCartError}. `read` knows the last three but the unknown outcome.
 */
export interface Grain {
  readonly id: string;
  /** Resolves once the change is durable. */
  apply(request: MutationRequest): Promise<MutationReply>;
  /** The committed state. The same object as long as nothing changed. */
  read(): Cart | Promise<Cart>;
  /** Returns the function that ends the watch. A watched grain stays in memory. */
  watch(watcher: Watcher): () => void;
}

/** Finds, loads and keeps grains. What the edges (HTTP, gRPC) see of everything behind them. */
export interface GrainPool {
  /** Throws as {@link Grain.apply}, and {@link RetriableError} when the pool itself is over its bounds. */
  apply(id: string, request: MutationRequest): Promise<MutationReply>;
  /** An id that was never changed reads as an empty cart and keeps nothing in memory. */
  read(id: string, span?: MaybeSpan): Cart | Promise<Cart>;
  /** The committed state and, from then on, every change. Loads the cart. */
  watch(id: string, watcher: Watcher): Promise<Watch>;
}
