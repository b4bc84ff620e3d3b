import { emptyCart } from '../domain/cart.ts';
import { complete } from './complete.ts';
import { DamagedCartError, RetriableError } from './errors.ts';
import { LocalGrain } from './local-grain.ts';
import { Loader } from './loader.ts';
import { Merger } from './merger.ts';
import { traced } from '../observability/trace.ts';
import { ProductTable } from './product-table.ts';
import { releaseUntilKnown } from './release.ts';
import { discard, headOf, pack, timesOf, unpack } from './resting-cart.ts';
import { tracedCatalog } from './spans.ts';
import type { Catalog } from '../catalog/port.ts';
import type { Cart } from '../domain/cart.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { MutationRegistry } from '../domain/registry.ts';
import type { Conflict, Journal, Session } from '../journal/port.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { Clock } from './clock.ts';
import type { GrainPool, MutationReply, MutationRequest, Watch, Watcher } from './grain.ts';
import type { GroupCommit } from './group-commit.ts';
import type { GrainContext, MutationOutcome } from './local-grain.ts';
import type { GrainContent } from './resting-cart.ts';

export interface PoolOptions {
  /** Carts in memory. Beyond it the one that was idle for longest is released. */
  readonly poolSize: number;
  /** A cart that nobody used for this long leaves memory, ms ... */
  readonly idleTtlMs: number;
  /** ... unless it changed within this time, ms. */
  readonly changedTtlMs: number;
  /** A grain that nobody used for this long is packed into a string, ms. */
  readonly restAfterMs: number;
  readonly mailboxMax: number;
  readonly cartTtlDays: number;
  /** How long a request waits for the lease of a dead owner to end, ms. */
  readonly claimWaitMs: number;
  /** Prices deliveries of carts that are bound to no country yet. */
  readonly defaultCountry: string;
}

export const poolDefaults: PoolOptions = {
  poolSize: 1_000_000,
  idleTtlMs: 900_000,
  changedTtlMs: 1_800_000,
  restAfterMs: 5000,
  mailboxMax: 1024,
  cartTtlDays: 30,
  claimWaitMs: 7000,
  defaultCountry: 'se',
};

/** For metrics and logs. */
export interface PoolObserver {
  /** Once a mutation was decided; `durationMs` from its arrival at the grain. */
  mutationDone(mutation: Mutation, outcome: MutationOutcome, durationMs: number): void;
  evicted(reason: 'idle' | 'capacity'): void;
  /** Stored data of a cart can't be read, or the journal lost acknowledged changes: someone must look at it. */
  damaged(cart: string, error: Error): void;
}

export interface PoolContext {
  readonly clock: Clock;
  readonly registry: MutationRegistry;
  readonly journal: Journal;
  readonly commit: GroupCommit;
  readonly catalog: Catalog;
  readonly observer: PoolObserver;
  /** A name for a merge that was never used before. */
  readonly mintMergeId: () => string;
  /** The session that owns what this pool loads; null while none is open. */
  readonly session: () => Session | null;
}

/** Carts that leave in one go. */
const EVICTION_BATCH = 256;
/** Resting carts looked at in one turn of the purge. */
const PURGE_SCAN = 20_000;
/** How far the pool may run over its size while carts are on their way out. */
const OVERRUN = 0.02;
const OVERRUN_MIN = 2 * EVICTION_BATCH;

/**
 * The carts that live on this node.
 *
 * A cart is in one place at a time: `active` (a {@link LocalGrain}), `resting` (a string, see `resting-cart.ts`), loading, or on its
 * way out (released, until the journal said so). Each of the maps is bounded by `poolSize` and the overrun.
 */
export class LocalGrainPool implements GrainPool {
  readonly #context: PoolContext;
  readonly #options: PoolOptions;
  readonly #loader: Loader;
  readonly #merger: Merger;
  readonly #products = new ProductTable();
  readonly #active = new Map<string, LocalGrain>();
  readonly #resting = new Map<string, string>();
  readonly #loading = new Map<string, Promise<LocalGrain>>();
  readonly #reading = new Map<string, Promise<Cart>>();
  readonly #leaving = new Map<string, Promise<void>>();
  /** Carts whose journal lost acknowledged changes: refused until somebody looked at it. */
  readonly #refused = new Map<string, DamagedCartError>();
  readonly #stop = new AbortController();
  readonly #overrun: number;
  // Iterators of a map go on behind what was deleted: the oldest is found without passing all that left before it.
  #oldest: Iterator<string> | null = null;
  #scan: Iterator<[string, string]> | null = null;
  #grainContext: GrainContext | null = null;
  #lastRecordId = 0;
  #closing = false;

  constructor(context: PoolContext, options: PoolOptions) {
    this.#context = context;
    this.#options = options;
    this.#overrun = Math.max(OVERRUN_MIN, Math.ceil(options.poolSize * OVERRUN));
    this.#merger = new Merger({ ...context, pool: this });
    this.#loader = new Loader(context, options.claimWaitMs, this.#stop.signal);
  }

  /** Carts in memory, in every form. */
  get size(): number {
    return this.#active.size + this.#resting.size + this.#loading.size + this.#leaving.size;
  }

  /** Merges of carts that could not be finished so far. */
  get unfinishedMerges(): number {
    return this.#merger.unfinished;
  }

  get activeSize(): number {
    return this.#active.size;
  }

  /** Requests that wait in all mailboxes. */
  get mailboxDepth(): number {
    let depth = 0;
    for (const grain of this.#active.values()) depth += grain.mailboxLength;
    return depth;
  }

  apply(id: string, request: MutationRequest): Promise<MutationReply> {
    if (request.mutation.type === 'Merge' && !request.mutation.message.source)
      return this.#merger.merge(id, request, (rest) => this.#apply(id, rest));
    return this.#apply(id, request);
  }

  async #apply(id: string, request: MutationRequest): Promise<MutationReply> {
    // No await where the cart is in memory: the request joins the batch of this turn.
    let grain = this.#resident(id);
    // Looked up anew behind each load: another one may have made the cart leave again before its turn comes.
    for (; grain === undefined; grain = this.#resident(id)) {
      await traced(request.span, 'journal claim', () => this.#load(id));
    }
    return grain.apply(request);
  }

  read(id: string, span?: MaybeSpan): Cart | Promise<Cart> {
    const session = this.#context.session();
    if (session !== null && this.#context.journal.mayServeReads(session)) {
      const grain = this.#resident(id);
      // One without a head owns nothing: others may have made the cart since.
      if (grain?.stored === true) return this.#seen(grain.read());
    }
    return traced(span, 'journal read', () => this.#readCold(id));
  }

  async watch(id: string, watcher: Watcher): Promise<Watch> {
    // What a watch begins with is as fresh as what is read: where the lease is in doubt, the journal is asked first.
    const session = this.#context.session();
    const doubtful = session === null || !this.#context.journal.mayServeReads(session);
    const known = doubtful ? await this.#readCold(id) : null;
    let grain = this.#resident(id);
    if (known !== null && grain !== undefined && grain.read().version < known.version) throw lost();
    // One without a head owns nothing: others may have made the cart since.
    if (grain?.stored === false && grain.idle) {
      this.#active.delete(id);
      grain = undefined;
    }
    for (; grain === undefined; grain = this.#resident(id)) await this.#load(id);
    return { cart: grain.read(), seq: grain.seq, stop: grain.watch(watcher) };
  }

  /** One turn of the purge: packs what rests, lets go of what was idle for long. The owner of the pool calls it every second. */
  purge(): void {
    const nowMs = this.#context.clock.monotonicMs();
    for (const grain of this.#active.values()) {
      if (grain.idle && nowMs - grain.usedMs >= this.#options.restAfterMs) this.#rest(grain);
    }
    this.#purgeResting();
    this.#merger.retry();
  }

  /** Forgets every cart: the session that owned them is gone. */
  dropAll(error: RetriableError): void {
    const grains = [...this.#active.values()];
    this.#active.clear();
    for (const grain of grains) grain.end(error);
    for (const text of this.#resting.values()) discard(text, this.#products);
    this.#resting.clear();
    this.#oldest = null;
    this.#scan = null;
  }

  /** Takes no more requests, and resolves when every record under way has its answer or `deadline` aborts. */
  async close(deadline: AbortSignal): Promise<void> {
    this.#closing = true;
    const aborted = new Promise<void>((resolve) => {
      if (deadline.aborted) resolve();
      else deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#settled(), aborted]);
    this.#stop.abort();
    this.dropAll(closing());
  }

  async #settled(): Promise<void> {
    await Promise.allSettled([...this.#loading.values(), ...this.#leaving.values()]);
    await this.#context.commit.idle();
  }

  #resident(id: string): LocalGrain | undefined {
    if (this.#closing) throw closing();
    const grain = this.#active.get(id);
    if (grain !== undefined) return grain;
    const text = this.#resting.get(id);
    if (text === undefined) return undefined;
    this.#resting.delete(id);
    return this.#activate(this.#session(), unpack(id, text, this.#products));
  }

  #load(id: string): Promise<LocalGrain> {
    let loading = this.#loading.get(id);
    if (loading === undefined) {
      this.#makeRoom();
      // An id cut out of a header or a URL keeps all of it alive; as a key it lives for long, so it gets a copy of its own.
      const own = Buffer.from(id).toString();
      loading = this.#claim(own).finally(() => this.#loading.delete(own));
      this.#loading.set(own, loading);
    }
    return loading;
  }

  async #claim(id: string): Promise<LocalGrain> {
    await this.#leaving.get(id);
    this.#checkRefused(id);
    // It may have stayed after all, where its release was refused.
    const resident = this.#resident(id);
    if (resident !== undefined) return resident;
    const session = this.#session();
    const stored = await this.#loader.claim(session, id).catch((error: unknown) => this.#failed(id, error));
    if (session !== this.#context.session()) throw lost();
    if (this.#closing) throw closing();
    return this.#activate(session, stored ?? neverStored(id));
  }

  #activate(session: Session, content: GrainContent): LocalGrain {
    if (this.#grainContext?.session !== session) this.#grainContext = this.#grainContextOf(session);
    const grain = new LocalGrain(this.#grainContext, content);
    this.#seen(content.cart);
    this.#active.set(grain.id, grain);
    return grain;
  }

  #grainContextOf(session: Session): GrainContext {
    const { clock, registry, commit, observer } = this.#context;
    return {
      clock,
      registry,
      commit,
      session,
      options: this.#options,
      signal: this.#stop.signal,
      complete: (mutation, cart, span) => this.#complete(mutation, cart, span),
      nextRecordId: () => (this.#lastRecordId += 1),
      lost: (over, conflict) => this.#lost(over, conflict),
      touched: (cart) => this.#merger.touched(cart),
      damaged: (cart, error) => observer.damaged(cart, error),
      mutationDone: (mutation, outcome, durationMs) => observer.mutationDone(mutation, outcome, durationMs),
    };
  }

  #complete(mutation: Mutation, cart: Cart, span: MaybeSpan): Mutation | Promise<Mutation> {
    const { catalog } = this.#context;
    if (mutation.type === 'Merge' && !mutation.message.source)
      return this.#merger.freeze(mutation.message, cart, span);
    return complete(tracedCatalog(catalog, span), mutation, cart.country || this.#options.defaultCountry);
  }

  #readCold(id: string): Promise<Cart> {
    if (this.#closing) throw closing();
    let reading = this.#reading.get(id);
    if (reading === undefined) {
      reading = this.#readNow(id).finally(() => this.#reading.delete(id));
      this.#reading.set(id, reading);
    }
    return reading;
  }

  async #readNow(id: string): Promise<Cart> {
    await this.#leaving.get(id);
    this.#checkRefused(id);
    const session = this.#context.session();
    const stored = await this.#loader.read(session, id).catch((error: unknown) => this.#failed(id, error));
    if (stored === 'mine') {
      // Owned by this very session: memory may know more than a cold read could.
      const grain = this.#resident(id) ?? (await this.#load(id));
      return this.#seen(grain.read());
    }
    return this.#seen(stored?.cart ?? emptyCart(id));
  }

  #seen(cart: Cart): Cart {
    if (cart.merging !== undefined || cart.mergeDecisions !== undefined) this.#merger.touched(cart);
    return cart;
  }

  #failed(id: string, error: unknown): never {
    if (error instanceof DamagedCartError) this.#context.observer.damaged(id, error);
    throw error;
  }

  #checkRefused(id: string): void {
    const refused = this.#refused.get(id);
    if (refused !== undefined) throw refused;
  }

  #session(): Session {
    const session = this.#context.session();
    if (session === null)
      throw new RetriableError('journal-unavailable', 'this node has no session with the journal', 1000);
    return session;
  }

  #lost(grain: LocalGrain, conflict: Conflict | null): void {
    if (this.#active.get(grain.id) === grain) this.#active.delete(grain.id);
    if (conflict?.regressed === true) this.#refuse(grain.id);
  }

  #refuse(id: string): void {
    const error = new DamagedCartError('the journal has lost changes of this cart that were acknowledged');
    if (this.#refused.size < this.#options.poolSize) this.#refused.set(id, error);
    this.#context.observer.damaged(id, error);
  }

  /** From a grain to a string; a cart that was never stored is just forgotten. */
  #rest(grain: LocalGrain): void {
    this.#active.delete(grain.id);
    const content = grain.content();
    if (content !== null) this.#resting.set(grain.id, pack(content, this.#products));
  }

  #makeRoom(): void {
    const { size } = this;
    if (size >= this.#options.poolSize && this.#leaving.size < EVICTION_BATCH)
      this.#evictOldest(EVICTION_BATCH);
    if (size < this.#options.poolSize + this.#overrun) return;
    throw new RetriableError(
      'pool-full',
      `this node holds ${this.#options.poolSize} carts and can let none of them go`,
      1000,
    );
  }

  #evictOldest(count: number): void {
    let left = Math.min(count, Math.max(1, Math.ceil(this.#options.poolSize / 16)));
    while (left > 0) {
      this.#oldest ??= this.#resting.keys();
      const next = this.#oldest.next();
      if (next.done === true) {
        this.#oldest = null;
        if (this.#resting.size === 0) break;
        continue;
      }
      this.#leave(next.value, 'capacity');
      left -= 1;
    }
    if (left > 0) this.#evictActive(left);
  }

  /** Nothing rests: the grains that were idle for longest go. */
  #evictActive(count: number): void {
    const idle = [...this.#active.values()].filter((grain) => grain.idle);
    idle.sort((a, b) => a.usedMs - b.usedMs);
    for (const grain of idle.slice(0, count)) {
      this.#rest(grain);
      if (this.#resting.has(grain.id)) this.#leave(grain.id, 'capacity');
    }
  }

  #purgeResting(): void {
    const { clock } = this.#context;
    for (let seen = 0; seen < PURGE_SCAN && this.#leaving.size < 4 * EVICTION_BATCH; seen += 1) {
      this.#scan ??= this.#resting.entries();
      const next = this.#scan.next();
      if (next.done === true) {
        this.#scan = null;
        return;
      }
      const [id, text] = next.value;
      const { atMs, usedMs } = timesOf(text);
      const idle = clock.monotonicMs() - usedMs >= this.#options.idleTtlMs;
      if (idle && clock.wallMs() - atMs >= this.#options.changedTtlMs) this.#leave(id, 'idle');
    }
  }

  /** Releases a resting cart. Until the journal's answer is known, requests for it wait. */
  #leave(id: string, reason: 'idle' | 'capacity'): void {
    const text = this.#resting.get(id);
    const session = this.#context.session();
    if (text === undefined || session === null) return;
    this.#resting.delete(id);
    const leaving = releaseUntilKnown(
      this.#context,
      session,
      { cart: id, head: headOf(text) },
      this.#stop.signal,
    )
      .then((result) => {
        if (result === 'regressed') this.#refuse(id);
        // Nothing was written and the cart is still this session's: it stays.
        if (result === 'kept' && session === this.#context.session()) {
          this.#resting.set(id, text);
          return;
        }
        discard(text, this.#products);
        this.#context.observer.evicted(reason);
      })
      .finally(() => this.#leaving.delete(id));
    this.#leaving.set(id, leaving);
  }
}

function neverStored(id: string): GrainContent {
  return {
    head: null,
    cart: emptyCart(id),
    requests: [],
    atMs: 0,
    tail: { records: 0, bytes: 0 },
    usedMs: 0,
  };
}

function closing(): RetriableError {
  return new RetriableError('closing', 'this node is shutting down', 1000);
}

function lost(): RetriableError {
  return new RetriableError('ownership-lost', 'this node’s session with the journal ended', 500);
}
