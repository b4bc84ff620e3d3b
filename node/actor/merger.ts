import { LRUCache } from 'lru-cache';
import { decisionOf, MergeDecided } from '../domain/merge.ts';
import { beginMerge, mergeOf, nextMergeStep, otherMerge } from '../domain/merge-steps.ts';
import { Rejection } from '../domain/rejection.ts';
import { RetriableError, UnknownOutcomeError } from './errors.ts';
import { checkVersion } from './local-grain.ts';
import type { Cart, MergingState } from '../domain/cart.ts';
import type { Messages, Mutation } from '../domain/mutation.ts';
import type { MutationRegistry } from '../domain/registry.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { GrainPool, MutationReply, MutationRequest } from './grain.ts';

/** Attempts that one request makes, where earlier ones turn out to have been refused. */
const ATTEMPTS_MAX = 3;
/** Steps that one try makes: three, and more where others are at the same merge. */
const STEPS_MAX = 12;
/** Merges gone on with at once for carts that somebody came by; what is more waits for who comes by next. */
const RESUMING_MAX = 64;
/** Merges that could not be finished and are tried again. */
const UNFINISHED_MAX = 1024;
/** Sources of merges that are known to be over. */
const OVER_KEPT = 16_384;
/** Of a target's decisions, the newest that are looked after when somebody comes by. */
const LOOKED_AFTER = 8;

export interface MergerContext {
  /** Every cart, wherever it is. */
  readonly pool: GrainPool;
  readonly registry: MutationRegistry;
  /** A name for an attempt that was never used before. */
  readonly mintMergeId: () => string;
}

type Conditions = Pick<MutationRequest, 'ifVersion' | 'unlessVersion'>;
type Apply = (request: MutationRequest) => Promise<MutationReply>;

/** How a source stands when nothing is left to be done. */
type End = 'merged' | 'open';

/**
 * Merges carts, step by step, and goes on with merges that a crash or a fault left where they were: whoever comes by the source, or by the target once
 * it has decided. What the steps are and why is in `domain/merge.ts`; here is who makes them.
 *
 * A merge is a mutation of the target like others: its grain answers repetitions first, then has the source frozen ({@link freeze}) as it has the
 * catalog complete other wishes, applies and appends. So nothing is frozen for a request that was answered before.
 */
export class Merger {
  readonly #context: MergerContext;
  readonly #settling = new Map<string, Promise<End>>();
  readonly #unfinished = new Set<string>();
  /** What a merge that has not begun asks of the target’s version. */
  readonly #conditions = new WeakMap<Messages['Merge'], Conditions>();
  readonly #over = new LRUCache<string, true>({ max: OVER_KEPT });
  #resuming = 0;

  constructor(context: MergerContext) {
    this.#context = context;
  }

  /** Merges that could not be finished so far. */
  get unfinished(): number {
    return this.#unfinished.size;
  }

  /**
   * The whole of a merge into this cart; `apply` has its grain apply what it is given. Resolves once the lines are durably there. Throws as any mutation,
   * and {@link UnknownOutcomeError} where the source is frozen and the rest could not be done: it will be, or the source is let go, by whoever comes by.
   *
   * `ifVersion` and `unlessVersion` are judged when it begins.
   */
  async merge(targetId: string, request: MutationRequest, apply: Apply): Promise<MutationReply> {
    const { ifVersion, unlessVersion, ...rest } = request;
    const wish = request.mutation.message as Messages['Merge'];
    if (ifVersion !== undefined || unlessVersion !== undefined) this.#conditions.set(wish, request);
    for (let attempt = 1; ; attempt += 1) {
      try {
        const reply = await apply(rest);
        // The lines are where they shall be; that the source lets go of them can wait.
        await this.#settleAnew(wish.sourceId).catch(() => undefined);
        return reply;
      } catch (error) {
        const known = error instanceof MergeDecided ? await this.#known(targetId, wish) : null;
        if (known !== null) return known;
        // An attempt that was refused is over now, and this one may begin.
        if (error instanceof MergeDecided && attempt < ATTEMPTS_MAX) continue;
        throw await this.#explained(targetId, wish, error);
      }
    }
  }

  /** Freezes the source that a merge into this cart names, or finds that it is, and completes the merge with what is frozen. */
  async freeze(wish: Messages['Merge'], target: Cart, span: MaybeSpan): Promise<Mutation> {
    const { pool } = this.#context;
    const { sourceId, strategy } = wish;
    let source = await pool.read(sourceId, span);
    // One that is on its way to another cart may turn out to stay.
    if (otherMerge(source, target.id, strategy) !== null && (await this.#settle(sourceId)) === 'open')
      source = await pool.read(sourceId, span);
    if (source.merging === undefined) {
      checkVersion(target, this.#conditions.get(wish) ?? {});
      source = await this.#begin(source, target, wish, span);
    }
    const other = otherMerge(source, target.id, strategy);
    if (other !== null) throw other;
    const { done, mergeId } = source.merging as MergingState;
    if (done || decisionOf(target, mergeId) !== undefined) throw new MergeDecided();
    return mergeOf(source);
  }

  /** The source, frozen for this merge or for one that was faster. */
  async #begin(source: Cart, target: Cart, wish: Messages['Merge'], span: MaybeSpan): Promise<Cart> {
    const { pool, registry, mintMergeId } = this.#context;
    const mutation = beginMerge(registry, source, target, wish, mintMergeId());
    try {
      return (await pool.apply(source.id, { mutation, span })).cart;
    } catch (error) {
      const now = error instanceof Rejection ? await pool.read(source.id, span) : source;
      if (now.merging === undefined) throw error;
      return now;
    }
  }

  touched(cart: Cart): void {
    if (cart.merging?.done === false) this.#resume(cart.id);
    for (const { sourceId, mergeId } of cart.mergeDecisions?.slice(-LOOKED_AFTER) ?? []) {
      if (!this.#over.has(mergeId)) this.#resume(sourceId, mergeId);
    }
  }

  /** Tries again what could not be finished. The owner of the node's timers calls it every second. */
  retry(): void {
    for (const sourceId of this.#unfinished) this.#resume(sourceId);
  }

  /** Goes on in the background. */
  #resume(sourceId: string, mergeId?: string): void {
    if (this.#settling.has(sourceId) || this.#resuming >= RESUMING_MAX) return;
    this.#resuming += 1;
    this.#settle(sourceId)
      .then(
        () => {
          if (mergeId !== undefined) this.#over.set(mergeId, true);
        },
        // It is among the unfinished ones.
        () => undefined,
      )
      .finally(() => (this.#resuming -= 1));
  }

  /** Brings the merge that the source is in to its end, if it is in one. One at a time for each source. */
  #settle(sourceId: string): Promise<End> {
    let settling = this.#settling.get(sourceId);
    if (settling === undefined) {
      // Not at once: reading the source is coming by it, and must find this one under way.
      settling = Promise.resolve()
        .then(() => this.#settleNow(sourceId))
        .finally(() => this.#settling.delete(sourceId));
      this.#settling.set(sourceId, settling);
    }
    return settling;
  }

  /** What is under way may have looked before the caller's own change. */
  async #settleAnew(sourceId: string): Promise<End> {
    await this.#settling.get(sourceId)?.catch(() => undefined);
    return this.#settle(sourceId);
  }

  async #settleNow(sourceId: string): Promise<End> {
    try {
      const end = await this.#steps(sourceId);
      this.#unfinished.delete(sourceId);
      return end;
    } catch (error) {
      this.#remember(sourceId);
      throw error;
    }
  }

  async #steps(sourceId: string): Promise<End> {
    const { pool } = this.#context;
    for (let made = 0; made < STEPS_MAX; made += 1) {
      const source = await pool.read(sourceId);
      if (source.merging === undefined) return 'open';
      const step = nextMergeStep(source, await pool.read(source.merging.targetId));
      if (step === null) return 'merged';
      const { cartId, mutation, otherwise } = step;
      const rejected = await this.#try(cartId, mutation);
      // Where that is rejected too, the cart has changed: what follows from it is found in the next turn.
      if (rejected && otherwise !== undefined) await this.#try(cartId, otherwise);
    }
    throw new RetriableError('journal-unavailable', 'the carts of the merge change too often', 1000);
  }

  /** True where it was rejected. */
  async #try(cartId: string, mutation: Mutation): Promise<boolean> {
    try {
      await this.#context.pool.apply(cartId, { mutation });
      return false;
    } catch (error) {
      if (error instanceof Rejection) return true;
      throw error;
    }
  }

  /** The reply to a merge that was made before; null where it was refused. */
  async #known(targetId: string, wish: Messages['Merge']): Promise<MutationReply | null> {
    const { pool } = this.#context;
    if ((await this.#settleAnew(wish.sourceId)) === 'open') return null;
    const { merging } = await pool.read(wish.sourceId);
    const cart = await pool.read(targetId);
    const decision = merging === undefined ? undefined : decisionOf(cart, merging.mergeId);
    return { cart, version: decision?.version ?? cart.version, replayed: true };
  }

  /** What the caller is told of a merge that failed. */
  async #explained(
    targetId: string,
    { sourceId, strategy }: Messages['Merge'],
    error: unknown,
  ): Promise<Error> {
    if (error instanceof Rejection) {
      // It may have come after the source was frozen: then that is let go again.
      await this.#settleAnew(sourceId).catch(() => undefined);
      return error;
    }
    if (!(error instanceof RetriableError)) return error instanceof Error ? error : new Error(String(error));
    const frozen = async (): Promise<boolean> => {
      const source = await this.#context.pool.read(sourceId);
      return source.merging !== undefined && otherMerge(source, targetId, strategy) === null;
    };
    if (!(await frozen().catch(() => true))) return error;
    this.#remember(sourceId);
    return new UnknownOutcomeError({ cause: error });
  }

  #remember(sourceId: string): void {
    if (this.#unfinished.size < UNFINISHED_MAX) this.#unfinished.add(sourceId);
  }
}
