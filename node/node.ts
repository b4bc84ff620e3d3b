import { ChangeFeed } from './actor/change-feed.ts';
import { randomUUID } from 'node:crypto';
import { sweepHourly } from './actor/sweeper.ts';
import { GroupCommit } from './actor/group-commit.ts';
import { LocalGrainPool } from './actor/local-pool.ts';
import { SessionKeeper } from './actor/session-keeper.ts';
import { RetriableError } from './actor/errors.ts';
import { openCatalog } from './catalog/settings.ts';
import { openDesk } from './checkout/settings.ts';
import { createRegistry } from './domain/mutations.ts';
import { CartApp } from './http/app.ts';
import { mintCartId } from './http/cart-id.ts';
import { HttpServer } from './http/server.ts';
import { LmdbJournal } from './journal/lmdb.ts';
import { MemoryJournal } from './journal/memory.ts';
import { AdminServer } from './observability/admin-server.ts';
import { logCall } from './observability/grpc-log.ts';
import { GrpcMetrics } from './observability/grpc-metrics.ts';
import { CheckoutMetrics } from './observability/checkout-metrics.ts';
import { hashedCart, logRequest } from './observability/logger.ts';
import { Metrics } from './observability/metrics.ts';
import { OverloadGate, watchEventLoop } from './observability/overload.ts';
import { openTracing } from './observability/tracing.ts';
import type { Logger } from 'pino';
import type { Clock } from './actor/clock.ts';
import type { PoolOptions } from './actor/local-pool.ts';
import type { Catalog } from './catalog/port.ts';
import type { CheckoutStep } from './checkout/context.ts';
import type { ProviderDesk } from './checkout/desk.ts';
import type { Config } from './config.ts';
import type { GrpcServer } from './grpc/server.ts';
import type { Journal } from './journal/port.ts';
import type { Readiness } from './observability/admin-server.ts';
import type { Tracing } from './observability/tracing.ts';

export interface NodeContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Something after which the process must end: what is durable is safe, what is in memory can't be trusted. */
  readonly fatal: (error: Error) => void;
  /** Told how far each checkout is: for proofs that end the process there. */
  readonly checkoutStep?: (step: CheckoutStep) => void;
}

export interface NodePorts {
  readonly httpPort: number;
  readonly adminPort: number;
  /** Null where gRPC is switched off. */
  readonly grpcPort: number | null;
}

const PURGE_MS = 1000;
/** Of the grace period; the rest is for giving carts up. */
const REQUESTS_SHARE = 0.8;
/** For the traces that were not sent yet, at most, and of the grace period. */
const TRACES_FLUSH_MS = 2000;
const TRACES_SHARE = 0.1;

/** One cart node: wires every part together, starts them in order and stops them in the reverse one. */
export class CartNode {
  readonly #context: NodeContext;
  readonly #metrics: Metrics;
  readonly #journal: Journal;
  readonly #keeper: SessionKeeper;
  readonly #commit: GroupCommit;
  readonly #catalog: Catalog;
  readonly #pool: LocalGrainPool;
  readonly #feed: ChangeFeed;
  readonly #desk: ProviderDesk | null;
  readonly #gate: OverloadGate;
  readonly #http: HttpServer;
  readonly #admin: AdminServer;
  #grpc: GrpcServer | null = null;
  readonly #background = new AbortController();
  #sweeper: Promise<void> = Promise.resolve();
  #unmade: Promise<void> = Promise.resolve();
  #tracing: Tracing | null = null;
  #started: Promise<NodePorts> | null = null;
  #state: 'starting' | 'open' | 'closing' = 'starting';

  /** Opens the journal and the catalog: throws what is wrong with them. */
  constructor(context: NodeContext) {
    this.#context = context;
    const { config, clock } = context;
    const monotonicMs = (): number => clock.monotonicMs();
    this.#metrics = new Metrics(context.version);
    this.#catalog = this.#openCatalog();
    this.#journal = openJournal(context);
    this.#keeper = this.#createKeeper();
    this.#commit = new GroupCommit(this.#journal, monotonicMs, this.#metrics);
    this.#pool = this.#createPool();
    this.#feed = this.#createFeed();
    this.#desk = this.#openDesk();
    this.#gate = new OverloadGate({ lagLimitMs: config.OVERLOAD_LAG_MS });
    const app = new CartApp(
      {
        pool: this.#pool,
        feed: this.#feed,
        clock,
        random: context.random,
        version: context.version,
        checkout: this.#desk,
        monotonicMs,
        admit: () => this.#gate.admit(context.random),
        closing: () => this.#state === 'closing',
        requestDone: (request) => {
          this.#metrics.requestDone(request);
          logRequest(context.logger, request);
          const { cart, span } = request;
          if (cart !== null) span?.set({ 'cartwright.cart': hashedCart(cart) });
        },
        tracer: () => this.#tracing,
      },
      config,
    );
    this.#http = new HttpServer(app);
    this.#admin = new AdminServer(this.#metrics.registry, () => this.#readiness());
  }

  /** Resolves with the ports once requests are served. Rejects with what is wrong; nothing is left running then. Once. */
  start(): Promise<NodePorts> {
    this.#started = this.#start();
    return this.#started;
  }

  async #start(): Promise<NodePorts> {
    const { config, clock } = this.#context;
    try {
      this.#tracing = await this.#openTracing();
      await this.#keeper.start();
      this.#startBackground();
      const adminPort = await this.#admin.listen(config.ADMIN_PORT, config.ADMIN_HOST);
      const httpPort = await this.#http.listen(config.HTTP_PORT, config.HOST);
      const grpcPort = config.GRPC ? await this.#listenGrpc() : null;
      // Not before: a slow start is no overload.
      const stopWatching = watchEventLoop(this.#gate, () => clock.monotonicMs());
      this.#background.signal.addEventListener('abort', stopWatching, { once: true });
      this.#state = 'open';
      return { httpPort, adminPort, grpcPort };
    } catch (error) {
      await this.#stopParts(AbortSignal.timeout(1000)).catch(() => undefined);
      throw error;
    }
  }

  /** Takes no more requests, finishes what is under way, gives every cart up. Within the grace period; rejects where a part fails. */
  async stop(reason: string): Promise<void> {
    const { config, logger } = this.#context;
    logger.info({ reason }, 'stopping');
    // Parts that still start would come up behind those that were stopped.
    await this.#started?.catch(() => undefined);
    this.#state = 'closing';
    await this.#within(config.SHUTDOWN_GRACE_MS, (deadline) => this.#stopParts(deadline));
    logger.info('stopped');
  }

  /** What is under way is cut before time is up, so that the rest is in order. Rejects when time is up: a journal may hang for ever. */
  async #within(graceMs: number, stop: (deadline: AbortSignal) => Promise<void>): Promise<void> {
    const done = new AbortController();
    const timeUp = this.#context.clock.sleep(graceMs, done.signal).then(() => {
      throw new Error(`parts of the node still run after ${graceMs} ms`);
    });
    try {
      await Promise.race([stop(AbortSignal.timeout(Math.ceil(REQUESTS_SHARE * graceMs))), timeUp]);
    } finally {
      done.abort();
    }
  }

  async #stopParts(deadline: AbortSignal): Promise<void> {
    // First: who follows a cart has a request under way for ever.
    this.#feed.close();
    await Promise.all([this.#http.close(deadline), this.#grpc?.close(deadline)]);
    this.#background.abort();
    await this.#sweeper;
    await this.#unmade;
    await this.#desk?.close();
    await this.#pool.close(deadline);
    await this.#keeper.stop();
    await this.#catalog.close();
    await this.#journal.close();
    // Last of what may take time: without the rest of the traces the node may end, without the journal it may not.
    await this.#tracing?.close(
      Math.min(TRACES_FLUSH_MS, TRACES_SHARE * this.#context.config.SHUTDOWN_GRACE_MS),
    );
    await this.#admin.close();
  }

  /** Loaded here and not with the node: who switches gRPC off pays neither its memory nor its time. */
  async #listenGrpc(): Promise<number> {
    const { GrpcServer } = await import('./grpc/server.ts');
    const { config, clock, logger, random } = this.#context;
    const metrics = new GrpcMetrics(this.#metrics.registry);
    this.#grpc = new GrpcServer(
      {
        pool: this.#pool,
        feed: this.#feed,
        clock,
        admit: () => this.#gate.admit(random),
        ready: () => this.#readiness().ready,
        tracer: () => this.#tracing,
        callDone: (call) => {
          metrics.callDone(call);
          logCall(logger, call);
          const { cart, span } = call;
          if (cart !== null) span?.set({ 'cartwright.cart': hashedCart(cart) });
        },
      },
      config,
    );
    metrics.observe(this.#grpc);
    return this.#grpc.listen(config.GRPC_PORT, config.HOST);
  }

  #startBackground(): void {
    const { clock, logger } = this.#context;
    const purge = setInterval(() => this.#pool.purge(), PURGE_MS);
    purge.unref();
    this.#background.signal.addEventListener('abort', () => clearInterval(purge), { once: true });
    this.#metrics.observe({
      carts: () => this.#pool.size,
      activeCarts: () => this.#pool.activeSize,
      mailboxDepth: () => this.#pool.mailboxDepth,
      watchers: () => this.#feed.size,
      unfinishedMerges: () => this.#pool.unfinishedMerges,
      commitWaiting: () => this.#commit.waiting,
      shedding: () => this.#gate.share,
      ready: () => this.#readiness().ready,
    });
    this.#unmade = this.#feed.run(this.#background.signal);
    this.#sweeper = sweepHourly(
      { journal: this.#journal, clock },
      () => this.#keeper.session,
      {
        swept: (carts) => {
          if (carts > 0) logger.info({ carts }, 'deleted expired carts');
        },
        failed: (error) => logger.warn({ err: error }, 'could not delete expired carts'),
      },
      this.#background.signal,
    );
  }

  #createKeeper(): SessionKeeper {
    const { config, clock, logger } = this.#context;
    const options = { node: config.NODE_NAME, address: '', leaseMs: config.LEASE_MS };
    return new SessionKeeper(this.#journal, clock, options, {
      lost: ({ id }) => {
        logger.error({ session: id }, 'this node’s session was fenced: its carts belong to others now');
        this.#pool.dropAll(
          new RetriableError('ownership-lost', 'this node’s session with the journal ended', 500),
        );
      },
      opened: ({ id }) => logger.info({ session: id }, 'a new session with the journal'),
      failed: (error) => logger.warn({ err: error }, 'could not renew the session with the journal'),
    });
  }

  #createPool(): LocalGrainPool {
    const { clock, logger, config } = this.#context;
    const metrics = this.#metrics;
    return new LocalGrainPool(
      {
        clock,
        registry: createRegistry(),
        journal: this.#journal,
        commit: this.#commit,
        catalog: this.#catalog,
        session: () => this.#keeper.session,
        mintMergeId: randomUUID,
        observer: {
          mutationDone: (mutation, outcome, durationMs) =>
            metrics.mutationDone(mutation, outcome, durationMs),
          evicted: (reason) => metrics.evicted(reason),
          damaged: (cart, error) => {
            metrics.damaged();
            logger.error({ cart: hashedCart(cart), err: error }, 'a cart is damaged');
          },
        },
      },
      poolOptions(config),
    );
  }

  #openTracing(): Promise<Tracing | null> {
    const { config, logger, version } = this.#context;
    return openTracing(config, {
      version,
      node: config.NODE_NAME,
      counted: (what, spans) => this.#metrics.spans(what, spans),
      trouble: (error) => {
        if (error === null) logger.info('traces are taken again');
        else logger.warn({ err: error }, 'traces can’t be sent; they are dropped until they can');
      },
    });
  }

  #createFeed(): ChangeFeed {
    const { clock, config } = this.#context;
    const options = {
      // A cart that is watched stays in memory: the others need room, too.
      watchersMax: Math.min(config.WATCHERS_MAX, Math.floor(config.POOL_SIZE / 2)),
      perCartMax: config.WATCHERS_PER_CART_MAX,
      bufferMax: config.WATCH_BUFFER_MAX,
    };
    return new ChangeFeed(
      { pool: this.#pool, journal: this.#journal, clock, observer: this.#metrics },
      options,
    );
  }

  #openCatalog(): Catalog {
    const { config, logger, clock } = this.#context;
    return openCatalog(config, {
      wallMs: () => clock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      lookup: (result) => this.#metrics.catalogLookup(result),
      reloaded: (error) => {
        if (error === null) logger.info('the catalog was read anew');
        else logger.error({ err: error }, 'the new catalog is refused; the old one stays in force');
      },
    });
  }

  #openDesk(): ProviderDesk | null {
    const { config, logger, clock, checkoutStep } = this.#context;
    const metrics = new CheckoutMetrics(this.#metrics.registry);
    return openDesk(
      config,
      {
        pool: this.#pool,
        catalog: this.#catalog,
        registry: createRegistry(),
        clock,
        mintCartId,
        observer: {
          step: (step) => checkoutStep?.(step),
          failed: (cart, correlationId, error) =>
            logger.warn(
              { cart: hashedCart(cart), correlationId, err: error },
              'the checkout provider failed',
            ),
          opened: (outcome) => metrics.opened(outcome),
          validated: (approved) => metrics.validated(approved),
          ordered: () => metrics.ordered(),
          alarm: (cart, order, reason) => {
            metrics.alarm();
            logger.error(
              { cart: hashedCart(cart), order, reason },
              'a paid order needs somebody to look at it',
            );
          },
        },
      },
      (call, outcome, durationMs) => metrics.called(call, outcome, durationMs),
    );
  }

  #readiness(): Readiness {
    const reasons: string[] = [];
    const warnings: string[] = [];
    if (this.#state !== 'open') reasons.push(this.#state);
    if (this.#keeper.session === null) reasons.push('no session with the journal');
    if (this.#keeper.trouble !== null) warnings.push(`journal: ${this.#keeper.trouble}`);
    const trouble = this.#catalog.trouble();
    if (trouble !== null) warnings.push(`catalog: ${trouble}`);
    const checkout = this.#desk?.trouble() ?? null;
    if (checkout !== null) warnings.push(`checkout: ${checkout}`);
    if (this.#gate.share > 0)
      warnings.push(`overloaded: ${Math.round(this.#gate.share * 100)} % of requests are refused`);
    return { ready: reasons.length === 0, reasons, warnings };
  }
}

function openJournal({ config, clock, fatal }: NodeContext): Journal {
  const wallMs = (): number => clock.wallMs();
  const historyRecords = config.HISTORY_RECORDS;
  if (config.JOURNAL === 'memory') return new MemoryJournal(wallMs, { historyRecords });
  return new LmdbJournal({ path: config.JOURNAL_PATH, historyRecords }, wallMs, fatal);
}

function poolOptions(config: Config): PoolOptions {
  return {
    poolSize: config.POOL_SIZE,
    idleTtlMs: config.IDLE_TTL_MS,
    changedTtlMs: config.CHANGED_TTL_MS,
    restAfterMs: config.REST_AFTER_MS,
    mailboxMax: config.MAILBOX_MAX,
    cartTtlDays: config.CART_TTL_DAYS,
    claimWaitMs: config.CLAIM_WAIT_MS,
    defaultCountry: config.DEFAULT_COUNTRY,
  };
}
