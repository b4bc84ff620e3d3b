import { settle } from './settle.ts';
import { Rejection } from './rejection.ts';
import type { Cart, MergingState } from './cart.ts';
import type { Messages, Mutation, MutationType } from './mutation.ts';

/** A cart that a handler may change: its fields, never the values inside them, which other versions share. */
export type Draft = { -readonly [K in keyof Cart]: Cart[K] };

export type Handler<T extends MutationType> = (cart: Draft, message: Messages[T]) => void;

export interface MutationDefinition<T extends MutationType> {
  readonly type: T;
  /** Changes the draft, or throws a {@link Rejection} and has then no effect. */
  readonly handler: Handler<T>;
  /** Recompute what follows from lines and deliveries after the handler. */
  readonly totals: boolean;
  /** May be applied to a cart whose order was paid. Everything else is refused with `already-ordered`. */
  readonly whenOrdered?: boolean;
  /** May be applied to a cart that is being merged into another one or, with `done`, once it was. Everything else is refused then. */
  readonly whenMerging?: 'always' | 'done';
}

/** A mutation reached the registry that nobody registered: a mistake in the program, not in the request. */
export class UnregisteredMutationError extends Error {
  override readonly name = 'UnregisteredMutationError';

  constructor(type: string) {
    super(`mutation ${type} has no registered handler`);
  }
}

/** The mutations a cart understands. New ones are added here and nowhere else. */
export class MutationRegistry {
  readonly #definitions = new Map<MutationType, MutationDefinition<MutationType>>();

  /** Throws when the type has a handler already. */
  register<T extends MutationType>(definition: MutationDefinition<T>): void {
    if (this.#definitions.has(definition.type))
      throw new Error(`mutation ${definition.type} is registered twice`);
    // The map's key guarantees that a handler only ever sees its own message type.
    this.#definitions.set(definition.type, definition as unknown as MutationDefinition<MutationType>);
  }

  get types(): readonly MutationType[] {
    return [...this.#definitions.keys()];
  }

  /**
   * The cart after one mutation, its version one higher; the cart given stays as it is.
   * Throws {@link Rejection} when the mutation does not fit, {@link UnregisteredMutationError} for an unknown type.
   */
  apply(cart: Cart, mutation: Mutation): Cart {
    const draft: Draft = { ...cart, version: cart.version + 1 };
    this.run(draft, mutation);
    return draft;
  }

  /** Applies to a draft in place: for handlers that are made of other mutations. After a throw the draft is useless. */
  run(draft: Draft, mutation: Mutation): void {
    const definition = this.#definitions.get(mutation.type);
    if (definition === undefined) throw new UnregisteredMutationError(mutation.type);
    if (draft.checkout.status === 'CHECKOUT_ORDERED' && definition.whenOrdered !== true) {
      throw new Rejection('conflict', 'already-ordered', 'the cart was ordered and takes no more changes');
    }
    if (draft.merging !== undefined && !mayChange(draft.merging, definition.whenMerging))
      throw mergedAway(draft.merging);
    definition.handler(draft, mutation.message);
    if (definition.totals) settle(draft);
  }
}

function mayChange(
  { done }: MergingState,
  whenMerging: MutationDefinition<MutationType>['whenMerging'],
): boolean {
  return whenMerging === 'always' || (whenMerging === 'done' && done);
}

/** Why a cart takes no changes: it goes to another one, or went there. */
export function mergedAway({ targetId, done }: MergingState): Rejection {
  const details = { cartId: targetId };
  return done
    ? new Rejection('conflict', 'cart-merged', 'the cart was merged into another one', details)
    : new Rejection('conflict', 'cart-merging', 'the cart is being merged into another one', details);
}
