import type { CartClusterSpec } from '../api/cart-cluster.ts';
import type { CartClusterStatus } from '../api/status.ts';
import type { KubeObject } from '../kube/object.ts';
import type { Pod, StatefulSet, VolumeClaim } from './kinds.ts';

/** A CartCluster as the API server has it, its spec read and completed. */
export interface CartClusterObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly deletionTimestamp?: string | undefined;
  };
  readonly spec: CartClusterSpec;
  readonly status: CartClusterStatus;
}

/** An object under a name that a CartCluster wants for its own. */
export type Holder<T extends KubeObject = KubeObject> =
  | { readonly state: 'absent' }
  /** Made by this controller for this CartCluster. `lostFields` were ours when it was applied last; null: since then there was a restart. */
  | { readonly state: 'ours'; readonly live: T; readonly lostFields: readonly string[] | null }
  /** It is being deleted, or belongs to a CartCluster of the same name that is gone: it will go. */
  | { readonly state: 'leaving'; readonly live: T }
  /** Somebody else's. It is left alone. */
  | { readonly state: 'foreign'; readonly live: T };

/** The content of the ConfigMaps and Secrets that the spec names. */
export interface ReferencedContent {
  /** What is not there, in words: `ConfigMap shop-catalog`, `key token of Secret catalog`. */
  readonly missing: readonly string[];
  /** Changes when any of the content does. */
  readonly digest: string;
}

/** What was last applied under a name, and what came of it. */
export interface Applied {
  readonly uid: string;
  readonly object: KubeObject;
  /** The fields that are ours since then. */
  readonly fields: ReadonlySet<string>;
  readonly resourceVersion: string;
  /** Of its spec; 0 where its kind has none. */
  readonly generation: number;
}

/** The API server would not take it. */
export interface Refused {
  readonly object: unknown;
  readonly reason: string;
  readonly message: string;
  readonly atMs: number;
}

export type OwnedKind =
  'ServiceAccount' | 'ConfigMap' | 'NodesService' | 'ClientService' | 'NetworkPolicy' | 'PodMonitor';

/** Everything that a decision is made from. */
export interface Observed {
  readonly cluster: CartClusterObject;
  readonly nowMs: number;
  readonly references: ReferencedContent;
  readonly statefulSet: Holder<StatefulSet>;
  readonly others: Readonly<Record<OwnedKind, Holder>>;
  /** Those of the StatefulSet. */
  readonly pods: readonly Pod[];
  readonly claims: readonly VolumeClaim[];
  /** By uid: what was deleted, though it may not be seen yet. */
  readonly deleted: ReadonlySet<string>;
  /** By the wish's key. */
  readonly applied: ReadonlyMap<string, Applied>;
  readonly refused: ReadonlyMap<string, Refused>;
  /** Whether the Prometheus operator's kinds are there. */
  readonly servesPodMonitors: boolean;
}
