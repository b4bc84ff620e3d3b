import { cartCluster } from '../api/cart-cluster.ts';
import { isNotFound } from '../kube/errors.ts';
import { Actor } from './act.ts';
import { eventOfDeed, eventsOfTransition } from './events.ts';
import { invalidSpecStatus } from './invalid-spec.ts';
import { cartClusters } from './kinds.ts';
import { Memory } from './memory.ts';
import { Observer } from './observe.ts';
import { imageOf } from './owned/pod-template.ts';
import { carriedOut, plan, REFUSAL_MS } from './plan.ts';
import { ReferenceReader } from './reference-reader.ts';
import { referencesOf } from './references.ts';
import { statusOf } from './status.ts';
import { StatusWriter } from '../kube/status-writer.ts';
import type { CartClusterStatus } from '../api/status.ts';
import type { ApiClient } from '../kube/api-client.ts';
import type { Clock } from '../kube/clock.ts';
import type { ReconcileResult } from '../kube/controller.ts';
import type { KubeObject } from '../kube/object.ts';
import type { EventNote } from './events.ts';
import type { ClusterMemory } from './memory.ts';
import type { CartClusterMetrics } from './metrics.ts';
import type { CartClusterObject, Observed } from './observed.ts';
import type { Stores } from './observe.ts';
import type { Surroundings } from './owned/wish.ts';
import type { Finding, Plan } from './plan.ts';

export interface ReconcilerOptions {
  readonly client: ApiClient;
  readonly stores: Stores;
  readonly clock: Clock;
  readonly around: Surroundings;
  readonly metrics: CartClusterMetrics;
  readonly record: (regarding: KubeObject, event: EventNote) => void;
  /** How often ConfigMaps and Secrets that a spec names are looked at, ms. */
  readonly referenceCheckMs: number;
}

/** What is missing is looked for more often: somebody may be making it right now. */
const MISSING_CHECK_MS = 5000;

/** One look at one CartCluster: observe, plan, act, then one write of its status, and only if that says something else than before. */
export class CartClusterReconciler {
  readonly #options: ReconcilerOptions;
  readonly #observer: Observer;
  readonly #actor: Actor;
  readonly #status: StatusWriter;
  readonly #memory = new Memory();

  constructor(options: ReconcilerOptions) {
    const { client, stores, clock, referenceCheckMs } = options;
    this.#options = options;
    const references = new ReferenceReader(client, clock, referenceCheckMs / 2);
    this.#observer = new Observer(client, stores, references, clock);
    this.#actor = new Actor(client, clock);
    this.#status = new StatusWriter(client, cartClusters);
  }

  /** To be called before this process begins to act: others may have acted meanwhile. */
  forgetAll(): void {
    this.#memory.forgetAll();
    this.#options.metrics.reset();
  }

  async reconcile(key: string, signal: AbortSignal): Promise<ReconcileResult> {
    const { stores, clock, metrics } = this.#options;
    const raw = stores.cartClusters.get(key) as RawCartCluster | undefined;
    if (raw === undefined) {
      const slash = key.indexOf('/');
      this.#memory.forget(key);
      metrics.forget(key.slice(0, slash), key.slice(slash + 1));
      return {};
    }
    // What it owns is the garbage collector's now.
    if (raw.metadata.deletionTimestamp !== undefined) return {};
    const memory = this.#memory.of(key, raw.metadata.uid ?? '');
    const before = memory.status ?? raw.status ?? {};
    const read = cartCluster.safeParse(raw);
    if (!read.success) {
      const generation = raw.metadata.generation ?? 0;
      await this.#write(
        raw,
        memory,
        before,
        invalidSpecStatus(before, generation, read.error, clock.wallMs()),
        signal,
      );
      return {};
    }
    const { name, namespace = '', uid = '', generation = 0 } = raw.metadata;
    const cluster = { metadata: { name, namespace, uid, generation }, spec: read.data.spec, status: before };
    return this.#realise(raw, cluster, memory, signal);
  }

  async #realise(
    raw: RawCartCluster,
    cluster: CartClusterObject,
    memory: ClusterMemory,
    signal: AbortSignal,
  ): Promise<ReconcileResult> {
    const { around, metrics, record } = this.#options;
    const observed = await this.#observer.observe(cluster, memory, signal);
    const next = plan(observed, around);
    await this.#actor.act(next, memory, (deed) => record(raw, eventOfDeed(deed)), signal);
    const refusals = refusalsOf(next, memory);
    const judged = carriedOut(next, observed, memory.applied);
    const status = statusOf(observed, judged, refusals, imageOf(cluster, around));
    metrics.set(cluster.metadata.namespace, cluster.metadata.name, next.pods, status);
    await this.#write(raw, memory, cluster.status, status, signal);
    return this.#next(observed, next, refusals);
  }

  /** Rejects with a conflict when the CartCluster is no longer the one that was looked at: the status would speak of another. */
  async #write(
    raw: RawCartCluster,
    memory: ClusterMemory,
    before: CartClusterStatus,
    status: CartClusterStatus,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.#status.write(raw, status, signal);
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
    memory.status = status;
    for (const event of eventsOfTransition(before, status)) this.#options.record(raw, event);
  }

  /** When to look again though nothing may have happened: the only things that no watch tells. */
  #next(observed: Observed, next: Plan, refusals: readonly Finding[]): ReconcileResult {
    const { referenceCheckMs } = this.#options;
    const waits = next.pods.flatMap(({ patienceMs }) => (patienceMs === null ? [] : [patienceMs]));
    if (refusals.length > 0) waits.push(REFUSAL_MS);
    if (next.obstacles.length > 0) waits.push(Math.min(MISSING_CHECK_MS, referenceCheckMs));
    if (referencesOf(observed.cluster.spec).length > 0) waits.push(referenceCheckMs);
    return waits.length === 0 ? {} : { requeueAfterMs: Math.min(...waits) };
  }
}

interface RawCartCluster extends KubeObject {
  readonly status?: CartClusterStatus;
}

/** What the API server refused and is still wanted. */
function refusalsOf({ wanted }: Plan, { refused }: ClusterMemory): readonly Finding[] {
  for (const key of refused.keys()) if (!wanted.has(key)) refused.delete(key);
  return [...refused.values()].map(({ reason, message }) => ({ reason, message }));
}
