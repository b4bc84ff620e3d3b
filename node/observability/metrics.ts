import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { FeedObserver } from '../actor/change-feed.ts';
import type { GroupCommitObserver } from '../actor/group-commit.ts';
import type { PoolObserver } from '../actor/local-pool.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { RequestDone } from '../http/app.ts';

/** What the gauges are read from when somebody scrapes. */
export interface Gauges {
  carts(): number;
  activeCarts(): number;
  mailboxDepth(): number;
  watchers(): number;
  /** Merges of carts that could not be finished so far. */
  unfinishedMerges(): number;
  commitWaiting(): number;
  /** Share of requests that is refused for overload at the moment, 0 to 1. */
  shedding(): number;
  ready(): boolean;
}

const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const BATCH_SECONDS = [0.0002, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const BATCH_ENTRIES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** Prometheus metrics of one node. A registry of its own: two nodes in one process don't mix. Every label has a fixed set of values. */
export class Metrics implements FeedObserver, GroupCommitObserver, PoolObserver {
  readonly registry = new Registry();
  readonly #requests = this.#counter('http_requests_total', 'HTTP requests', ['route', 'method', 'status']);
  readonly #requestSeconds = this.#histogram(
    'http_request_duration_seconds',
    'Time to answer an HTTP request',
    ['route'],
    REQUEST_SECONDS,
  );
  readonly #mutations = this.#counter('cartwright_mutations_total', 'Mutations by how they ended', [
    'mutation',
    'outcome',
  ]);
  readonly #mutationSeconds = this.#histogram(
    'cartwright_mutation_duration_seconds',
    'Time from a mutation’s arrival at its cart to its answer',
    ['mutation'],
    REQUEST_SECONDS,
  );
  readonly #batchSeconds = this.#histogram(
    'cartwright_journal_batch_duration_seconds',
    'Time until the journal answered a batch',
    ['kind'],
    BATCH_SECONDS,
  );
  readonly #batchEntries = this.#histogram(
    'cartwright_journal_batch_entries',
    'Carts in a journal batch',
    ['kind'],
    BATCH_ENTRIES,
  );
  readonly #refused = this.#counter(
    'cartwright_journal_refused_total',
    'Entries that the journal did not take',
    ['kind'],
  );
  readonly #evictions = this.#counter('cartwright_pool_evictions_total', 'Carts that left memory', [
    'reason',
  ]);
  readonly #damaged = this.#counter(
    'cartwright_damaged_reads_total',
    'Reads of stored carts that found damage',
    [],
  );
  readonly #readersCut = this.#counter(
    'cartwright_watchers_cut_total',
    'Readers of live carts that were cut because they were too slow',
    [],
  );
  readonly #catalog = this.#counter(
    'cartwright_catalog_lookups_total',
    'Lookups in the catalog by how they ended',
    ['result'],
  );
  readonly #spans = this.#counter('cartwright_trace_spans_total', 'Spans of traces, by what became of them', [
    'result',
  ]);
  readonly #problems = this.#counter('cartwright_http_problems_total', 'Problems answered, by their code', [
    'code',
  ]);

  constructor(version: string) {
    collectDefaultMetrics({ register: this.registry });
    // Gauges that end like counters; the same figures are there by kind.
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
    const labels = ['version', 'node_version'];
    const build = new Gauge({
      name: 'cartwright_build_info',
      help: 'What runs',
      labelNames: labels,
      registers: [this.registry],
    });
    build.set({ version, node_version: process.version }, 1);
  }

  /** Registers the gauges; once, when everything they read from is there. */
  observe(gauges: Gauges): void {
    this.#gauge('cartwright_pool_carts', 'Carts in memory', () => gauges.carts());
    this.#gauge('cartwright_pool_active_carts', 'Carts in memory that are in use', () =>
      gauges.activeCarts(),
    );
    this.#gauge('cartwright_mailbox_depth', 'Requests that wait for their cart', () => gauges.mailboxDepth());
    this.#gauge('cartwright_watchers', 'Readers that follow a cart', () => gauges.watchers());
    this.#gauge('cartwright_merges_unfinished', 'Merges of carts that could not be finished so far', () =>
      gauges.unfinishedMerges(),
    );
    this.#gauge('cartwright_journal_waiting', 'Entries that wait for a journal batch', () =>
      gauges.commitWaiting(),
    );
    this.#gauge('cartwright_shedding_ratio', 'Share of requests refused for overload', () =>
      gauges.shedding(),
    );
    this.#gauge('cartwright_ready', 'Whether the node takes requests', () => (gauges.ready() ? 1 : 0));
  }

  requestDone({ route, method, status, durationMs, problem }: RequestDone): void {
    this.#requests.inc({ route, method: KNOWN_METHODS.has(method) ? method : 'other', status });
    this.#requestSeconds.observe({ route }, durationMs / 1000);
    if (problem !== null) this.#problems.inc({ code: problem.code });
  }

  mutationDone({ type }: Mutation, outcome: string, durationMs: number): void {
    this.#mutations.inc({ mutation: type, outcome });
    this.#mutationSeconds.observe({ mutation: type }, durationMs / 1000);
  }

  batchDone(kind: 'append' | 'release', entries: number, durationMs: number, refused: number): void {
    this.#batchSeconds.observe({ kind }, durationMs / 1000);
    this.#batchEntries.observe({ kind }, entries);
    if (refused > 0) this.#refused.inc({ kind }, refused);
  }

  evicted(reason: 'idle' | 'capacity'): void {
    this.#evictions.inc({ reason });
  }

  readerCut(): void {
    this.#readersCut.inc();
  }

  damaged(): void {
    this.#damaged.inc();
  }

  catalogLookup(result: string): void {
    this.#catalog.inc({ result });
  }

  spans(result: 'ended' | 'sent' | 'failed', count: number): void {
    this.#spans.inc({ result }, count);
  }

  #counter<T extends string>(name: string, help: string, labelNames: readonly T[]): Counter<T> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<T extends string>(
    name: string,
    help: string,
    labelNames: readonly T[],
    buckets: number[],
  ): Histogram<T> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}

const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

// A client may send any method; each would be a time series.
const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);
