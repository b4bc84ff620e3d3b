import { hash } from 'node:crypto';
import { Registry, collectDefaultMetrics, Gauge } from 'prom-client';
import { ApiClient } from './kube/api-client.ts';
import { Controller } from './kube/controller.ts';
import { EventRecorder } from './kube/event-recorder.ts';
import { isConflict } from './kube/errors.ts';
import { HealthServer } from './kube/health-server.ts';
import { LeaderElector } from './kube/leader-elector.ts';
import { KubeMetrics } from './kube/metrics.ts';
import { WorkQueue } from './kube/work-queue.ts';
import { CartClusterMetrics } from './cartcluster/metrics.ts';
import { FIELD_MANAGER } from './cartcluster/names.ts';
import { CartClusterReconciler } from './cartcluster/reconciler.ts';
import { Seldom } from './seldom.ts';
import { Watches } from './watches.ts';
import type { Logger } from 'pino';
import type { ClientObserver } from './kube/api-client.ts';
import type { Clock, Random } from './kube/clock.ts';
import type { ControllerObserver } from './kube/controller.ts';
import type { ReflectorObserver } from './kube/reflector.ts';
import type { Transport } from './kube/transport.ts';
import type { Config } from './config.ts';

export interface OperatorContext {
  readonly config: Config;
  readonly version: string;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  /** Different for every run of every process. */
  readonly identity: string;
}

const NAME = 'cartwright-operator';
const CONTROLLER = 'cartcluster';
/** A watch from which nothing came for this long, while the API server answers otherwise, is one that nobody will mend. */
const STALE_MAX_MS = 15 * 60_000;
const ANSWERED_MS = 60_000;
const DIGEST_DIGITS = 16;
const REPEATED_MS = 60_000;

/** The operator: watches from the start, acts while it leads. */
export class Operator {
  readonly registry = new Registry();
  readonly #context: OperatorContext;
  readonly #watches: Watches;
  readonly #queue: WorkQueue;
  readonly #controller: Controller;
  readonly #reconciler: CartClusterReconciler;
  readonly #elector: LeaderElector;
  readonly #events: EventRecorder;
  readonly #health: HealthServer;
  readonly #seldom: Seldom;
  #answeredMs = -Infinity;

  constructor(context: OperatorContext) {
    this.#context = context;
    const { config, clock, random, logger } = context;
    this.#seldom = new Seldom(clock);
    const metrics = new KubeMetrics(this.registry, CONTROLLER);
    this.#addProcessMetrics();
    const reading = this.#client(metrics);
    this.#elector = this.#createElector(reading);
    metrics.leader(NAME, this.#elector);
    // Whoever does not lead writes nothing but its wish to lead.
    const acting = this.#client(metrics, this.#elector.assertLeading);
    const queue = new WorkQueue({ clock, observer: metrics.queue(CONTROLLER, () => this.#queue) });
    this.#queue = queue;
    this.#watches = new Watches({
      client: reading,
      clock,
      random,
      namespaces: config.WATCH_NAMESPACES,
      observer: this.#watchObserver(metrics),
      watch: (reflector) => metrics.watch(reflector),
      changed: (key) => queue.add(key),
      discoveryFailed: (error) =>
        logger[this.#loud('discovery')]({ err: error }, 'could not look for the Prometheus operator'),
    });
    this.#events = this.#createEvents(acting, metrics);
    this.#reconciler = new CartClusterReconciler({
      client: acting,
      stores: this.#watches.stores,
      clock,
      around: {
        nodeImage: config.NODE_IMAGE,
        digest: (text) => hash('sha256', text).slice(0, DIGEST_DIGITS),
      },
      metrics: new CartClusterMetrics(this.registry),
      record: (regarding, event) => this.#events.record(regarding, event),
      referenceCheckMs: config.REFERENCE_CHECK_MS,
    });
    this.#controller = new Controller({
      queue,
      clock,
      workers: config.CONCURRENT_RECONCILES,
      reconcile: (key, signal) => this.#reconciler.reconcile(key, signal),
      observer: metrics.controller(CONTROLLER, config.CONCURRENT_RECONCILES, this.#controllerObserver()),
    });
    this.#health = new HealthServer(this.registry, {
      live: () => this.#deaf(),
      ready: () => this.#unready(),
    });
  }

  /** Whether it acts. */
  get leading(): boolean {
    return this.#elector.leading;
  }

  /** Whether it knows what there is. */
  get synced(): boolean {
    return this.#watches.synced;
  }

  /** Resolves with the port of metrics and probes. Rejects when it can't be had. */
  listen(): Promise<number> {
    const { ADMIN_PORT, ADMIN_HOST } = this.#context.config;
    return this.#health.listen(ADMIN_PORT, ADMIN_HOST);
  }

  /** Runs until it is aborted; then it finishes what it does, gives the lease up and resolves. Rejects when it must not go on. */
  async run(signal: AbortSignal): Promise<void> {
    const watching = new AbortController();
    const watches = this.#watches.run(watching.signal);
    try {
      await this.#elector.run((leading) => this.#lead(leading), signal);
    } finally {
      watching.abort();
      await watches;
      await this.#health.close();
    }
  }

  async #lead(signal: AbortSignal): Promise<void> {
    await this.#watches.untilSynced(signal);
    if (signal.aborted) return;
    this.#reconciler.forgetAll();
    this.#queue.clear();
    this.#addAll();
    await Promise.all([this.#controller.run(signal), this.#events.run(signal), this.#resync(signal)]);
  }

  /** What no watch tells, and what was overlooked, is found in the end. */
  async #resync(signal: AbortSignal): Promise<void> {
    const { clock, random, config } = this.#context;
    for (;;) {
      try {
        await clock.sleep(config.RESYNC_MS * (1 + random() / 10), signal);
      } catch {
        return;
      }
      this.#addAll();
    }
  }

  #addAll(): void {
    for (const key of this.#watches.stores.cartClusters.keys()) this.#queue.add(key);
  }

  #client(metrics: KubeMetrics, beforeWrite?: () => void): ApiClient {
    const { transport, clock, version } = this.#context;
    const observer: ClientObserver = {
      requestDone: (method, host, status) => {
        if (status !== null) this.#answeredMs = clock.monotonicMs();
        metrics.requestDone(method, host, status);
      },
    };
    return new ApiClient({
      transport,
      clock,
      fieldManager: FIELD_MANAGER,
      userAgent: `${NAME}/${version}`,
      observer,
      ...(beforeWrite !== undefined && { beforeWrite }),
    });
  }

  #createElector(client: ApiClient): LeaderElector {
    const { config, clock, random, identity, logger } = this.#context;
    return new LeaderElector({
      client,
      namespace: config.POD_NAMESPACE,
      name: NAME,
      identity,
      clock,
      random,
      leaseDurationMs: config.LEASE_DURATION_MS,
      renewDeadlineMs: config.RENEW_DEADLINE_MS,
      retryPeriodMs: config.RETRY_PERIOD_MS,
      events: {
        leading: (leads) => logger.info({ leads }, leads ? 'leads' : 'leads no longer'),
        holder: (holder) => logger.info({ holder }, 'another process holds the lease'),
        failed: (error) => logger[this.#loud('lease')]({ err: error }, 'could not get or renew the lease'),
      },
    });
  }

  #createEvents(client: ApiClient, metrics: KubeMetrics): EventRecorder {
    const { clock, random, config, logger } = this.#context;
    return new EventRecorder({
      client,
      clock,
      random,
      controller: `cartwright.dev/${NAME}`,
      instance: config.POD_NAME,
      observer: {
        recorded: (outcome, error) => {
          metrics.recorded(outcome);
          if (outcome === 'failed') logger.warn({ err: error }, 'could not write an event');
        },
      },
    });
  }

  #watchObserver(metrics: KubeMetrics): ReflectorObserver {
    const { logger } = this.#context;
    return {
      restarted: (kind, cause, error) => {
        metrics.restarted(kind, cause);
        if (error === null) logger.debug({ kind, cause }, 'watch begun anew');
        else logger[this.#loud(`${kind} ${cause}`)]({ kind, cause, err: error }, 'watch begun anew');
      },
    };
  }

  #controllerObserver(): ControllerObserver {
    const { logger } = this.#context;
    return {
      started: () => undefined,
      ended: (cluster, outcome, durationMs, error) => {
        const fields = { cluster, outcome, durationMs: Math.round(durationMs) };
        // Somebody else wrote meanwhile: the next look knows it.
        if (error === null || isConflict(error)) logger.debug(fields, 'looked at');
        else logger.warn({ ...fields, err: error }, 'could not be finished; it is tried again');
      },
    };
  }

  /** While the API server is away the same goes wrong every few seconds: it is told now and then. */
  #loud(what: string): 'warn' | 'debug' {
    return this.#seldom.again(what, REPEATED_MS) ? 'warn' : 'debug';
  }

  #addProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
    // Gauges that end like counters; the same figures are there by kind.
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    const labels = ['version', 'node_version'];
    const registers = [this.registry];
    const build = new Gauge({
      name: 'cartwright_operator_build_info',
      help: 'What runs',
      labelNames: labels,
      registers,
    });
    build.set({ version: this.#context.version, node_version: process.version }, 1);
  }

  #deaf(): readonly string[] {
    const answers = this.#context.clock.monotonicMs() - this.#answeredMs < ANSWERED_MS;
    const ageMs = this.#watches.oldestEventAgeMs;
    return answers && ageMs > STALE_MAX_MS
      ? [`nothing came from a watch for ${Math.round(ageMs / 60_000)} min, though the API server answers`]
      : [];
  }

  #unready(): readonly string[] {
    return this.#watches.synced ? [] : ['the watches have not shown everything yet'];
  }
}

const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
