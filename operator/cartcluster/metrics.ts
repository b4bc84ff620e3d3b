import { Gauge } from 'prom-client';
import { CONDITION_TYPES } from '../api/status.ts';
import type { Registry } from 'prom-client';
import type { CartClusterStatus } from '../api/status.ts';
import type { PodState } from './pods.ts';

const NODE_STATES = ['ready', 'starting', 'failing', 'leaving'] as const;
type NodeState = (typeof NODE_STATES)[number];
const STATUSES = ['True', 'False', 'Unknown'] as const;

/** What is known of each CartCluster, for alerts. A CartCluster that is gone leaves no series. */
export class CartClusterMetrics {
  readonly #nodes: Gauge<'namespace' | 'cluster' | 'state'>;
  readonly #conditions: Gauge<'namespace' | 'cluster' | 'condition' | 'status'>;

  constructor(registry: Registry) {
    this.#nodes = new Gauge({
      name: 'cartcluster_nodes',
      help: 'Nodes of a CartCluster, by state',
      labelNames: ['namespace', 'cluster', 'state'],
      registers: [registry],
    });
    this.#conditions = new Gauge({
      name: 'cartcluster_condition',
      help: 'Whether a condition of a CartCluster has this status',
      labelNames: ['namespace', 'cluster', 'condition', 'status'],
      registers: [registry],
    });
  }

  set(namespace: string, cluster: string, pods: readonly PodState[], status: CartClusterStatus): void {
    const counts = new Map<NodeState, number>(NODE_STATES.map((state) => [state, 0]));
    for (const pod of pods) {
      const state = stateOf(pod);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    for (const [state, count] of counts) this.#nodes.set({ namespace, cluster, state }, count);
    for (const condition of CONDITION_TYPES) {
      const is = status.conditions?.find(({ type }) => type === condition)?.status ?? 'Unknown';
      for (const each of STATUSES)
        this.#conditions.set({ namespace, cluster, condition, status: each }, each === is ? 1 : 0);
    }
  }

  forget(namespace: string, cluster: string): void {
    for (const state of NODE_STATES) this.#nodes.remove({ namespace, cluster, state });
    for (const condition of CONDITION_TYPES)
      for (const status of STATUSES) this.#conditions.remove({ namespace, cluster, condition, status });
  }

  /** Another process leads: its figures count. */
  reset(): void {
    this.#nodes.reset();
    this.#conditions.reset();
  }
}

function stateOf({ leaving, ready, trouble }: PodState): NodeState {
  if (leaving) return 'leaving';
  if (ready) return 'ready';
  return trouble === null ? 'starting' : 'failing';
}
