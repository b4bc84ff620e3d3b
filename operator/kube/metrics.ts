import { Counter, Gauge, Histogram } from 'prom-client';
import { restartCauses } from './reflector.ts';
import type { Registry } from 'prom-client';
import type { ClientObserver } from './api-client.ts';
import type { ControllerObserver, ReconcileOutcome } from './controller.ts';
import type { EventOutcome } from './event-recorder.ts';
import type { LeaderElector } from './leader-elector.ts';
import type { Reflector, ReflectorObserver, RestartCause } from './reflector.ts';
import type { Method } from './transport.ts';
import type { WorkQueue, WorkQueueObserver } from './work-queue.ts';

const RECONCILE_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.25, 1.5,
  1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
];
const QUEUE_SECONDS = [0.00001, 0.0001, 0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** Metrics under the names that controller-runtime gives them, so that its dashboards fit. Those of watches have a prefix of our own. */
export class KubeMetrics implements ClientObserver, ReflectorObserver {
  readonly #registry: Registry;
  readonly #requests: Counter<'code' | 'method' | 'host'>;
  readonly #restarts: Counter<'kind' | 'cause'>;
  readonly #events: Counter<'outcome'>;
  readonly #reflectors = new Map<string, Reflector[]>();
  #queues: QueueMetrics | null = null;
  #controllers: ControllerMetrics | null = null;

  constructor(registry: Registry, prefix: string) {
    this.#registry = registry;
    const registers = [registry];
    this.#requests = new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server, by status code',
      labelNames: ['code', 'method', 'host'],
      registers,
    });
    this.#restarts = new Counter({
      name: `${prefix}_watch_restarts_total`,
      help: 'Watches begun anew, by kind and cause',
      labelNames: ['kind', 'cause'],
      registers,
    });
    this.#events = new Counter({
      name: `${prefix}_events_recorded_total`,
      help: 'Kubernetes events, by what became of them',
      labelNames: ['outcome'],
      registers,
    });
    const reflectors = this.#reflectors;
    new Gauge({
      name: `${prefix}_watch_last_event_age_seconds`,
      help: 'Time since the API server’s last sign of life on a watch: a list, an event or a bookmark',
      labelNames: ['kind'],
      registers,
      collect() {
        for (const [kind, all] of reflectors) {
          this.set({ kind }, Math.max(...all.map(({ lastEventAgeMs }) => lastEventAgeMs)) / 1000);
        }
      },
    });
  }

  requestDone(method: Method, host: string, status: number | null): void {
    this.#requests.inc({ code: status ?? '<error>', method, host });
  }

  restarted(kind: string, cause: RestartCause): void {
    this.#restarts.inc({ kind, cause });
  }

  recorded(outcome: EventOutcome): void {
    this.#events.inc({ outcome });
  }

  /** Of several with the same kind, the oldest age is shown. */
  watch(reflector: Reflector): void {
    const { kind } = reflector;
    this.#reflectors.set(kind, [...(this.#reflectors.get(kind) ?? []), reflector]);
    for (const cause of restartCauses) this.#restarts.inc({ kind, cause }, 0);
  }

  leader(name: string, elector: Pick<LeaderElector, 'leading'>): void {
    new Gauge({
      name: 'leader_election_master_status',
      help: 'Whether this process leads',
      labelNames: ['name'],
      registers: [this.#registry],
      collect() {
        this.set({ name }, elector.leading ? 1 : 0);
      },
    });
  }

  /** `queue` is asked when somebody scrapes: it may be made after its observer. */
  queue(name: string, queue: () => WorkQueue): WorkQueueObserver {
    this.#queues ??= new QueueMetrics(this.#registry);
    return this.#queues.observe(name, queue);
  }

  controller(name: string, workers: number, next?: ControllerObserver): ControllerObserver {
    this.#controllers ??= new ControllerMetrics(this.#registry);
    return this.#controllers.observe(name, workers, next);
  }
}

class QueueMetrics {
  readonly #queues = new Map<string, () => WorkQueue>();
  readonly #adds: Counter<'name'>;
  readonly #retries: Counter<'name'>;
  readonly #waited: Histogram<'name'>;
  readonly #worked: Histogram<'name'>;

  constructor(registry: Registry) {
    const common = { labelNames: ['name'] as const, registers: [registry] };
    const queues = this.#queues;
    const gauge = (name: string, help: string, read: (queue: WorkQueue) => number): void => {
      new Gauge({
        name,
        help,
        ...common,
        collect() {
          for (const [of, queue] of queues) this.set({ name: of }, read(queue()));
        },
      });
    };
    gauge('workqueue_depth', 'Keys that wait for a worker', ({ depth }) => depth);
    gauge('workqueue_unfinished_work_seconds', 'Work under way, summed', ({ processingMs }) => {
      return processingMs.reduce((sum, ms) => sum + ms, 0) / 1000;
    });
    gauge('workqueue_longest_running_processor_seconds', 'The longest work under way', ({ processingMs }) => {
      return Math.max(0, ...processingMs) / 1000;
    });
    this.#adds = new Counter({ name: 'workqueue_adds_total', help: 'Keys added', ...common });
    this.#retries = new Counter({
      name: 'workqueue_retries_total',
      help: 'Keys added after a failure',
      ...common,
    });
    this.#waited = new Histogram({
      name: 'workqueue_queue_duration_seconds',
      help: 'How long a key waits for a worker',
      buckets: QUEUE_SECONDS,
      ...common,
    });
    this.#worked = new Histogram({
      name: 'workqueue_work_duration_seconds',
      help: 'How long work on a key takes',
      buckets: QUEUE_SECONDS,
      ...common,
    });
  }

  observe(name: string, queue: () => WorkQueue): WorkQueueObserver {
    this.#queues.set(name, queue);
    this.#adds.inc({ name }, 0);
    this.#retries.inc({ name }, 0);
    return {
      added: () => this.#adds.inc({ name }),
      retried: () => this.#retries.inc({ name }),
      taken: (waitedMs) => this.#waited.observe({ name }, waitedMs / 1000),
      done: (workedMs) => this.#worked.observe({ name }, workedMs / 1000),
    };
  }
}

const RESULTS: Readonly<Record<ReconcileOutcome, string>> = {
  success: 'success',
  requeue_after: 'requeue_after',
  requeue: 'requeue',
  error: 'error',
  terminal_error: 'error',
};

class ControllerMetrics {
  readonly #total: Counter<'controller' | 'result'>;
  readonly #errors: Counter<'controller'>;
  readonly #terminalErrors: Counter<'controller'>;
  readonly #seconds: Histogram<'controller'>;
  readonly #active: Gauge<'controller'>;
  readonly #workers: Gauge<'controller'>;

  constructor(registry: Registry) {
    const common = { labelNames: ['controller'] as const, registers: [registry] };
    this.#total = new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations by how they ended',
      labelNames: ['controller', 'result'],
      registers: [registry],
    });
    this.#errors = new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciliations that failed',
      ...common,
    });
    this.#terminalErrors = new Counter({
      name: 'controller_runtime_terminal_reconcile_errors_total',
      help: 'Reconciliations that failed and are not tried again',
      ...common,
    });
    this.#seconds = new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Time that a reconciliation takes',
      buckets: RECONCILE_SECONDS,
      ...common,
    });
    this.#active = new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Reconciliations under way',
      ...common,
    });
    this.#workers = new Gauge({
      name: 'controller_runtime_max_concurrent_reconciles',
      help: 'Reconciliations that may be under way at once',
      ...common,
    });
  }

  observe(controller: string, workers: number, next?: ControllerObserver): ControllerObserver {
    this.#workers.set({ controller }, workers);
    this.#active.set({ controller }, 0);
    this.#errors.inc({ controller }, 0);
    this.#terminalErrors.inc({ controller }, 0);
    for (const result of new Set(Object.values(RESULTS))) this.#total.inc({ controller, result }, 0);
    return {
      started: () => {
        this.#active.inc({ controller });
        next?.started();
      },
      ended: (key, outcome, durationMs, error) => {
        this.#active.dec({ controller });
        this.#total.inc({ controller, result: RESULTS[outcome] });
        this.#seconds.observe({ controller }, durationMs / 1000);
        if (RESULTS[outcome] === 'error') this.#errors.inc({ controller });
        if (outcome === 'terminal_error') this.#terminalErrors.inc({ controller });
        next?.ended(key, outcome, durationMs, error);
      },
    };
  }
}
