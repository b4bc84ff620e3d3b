import { hash } from 'node:crypto';
import { cartCluster } from '../../api/cart-cluster.ts';
import { manifest } from '../../api/testing/cart-clusters.ts';
import { labelsOf, REVISION_LABEL } from '../names.ts';
import { plan } from '../plan.ts';
import type { CartClusterStatus } from '../../api/status.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Pod, StatefulSet, VolumeClaim } from '../kinds.ts';
import type { Applied, CartClusterObject, Holder, Observed, OwnedKind } from '../observed.ts';
import type { Surroundings, Wish } from '../owned/wish.ts';
import type { Apply, Plan } from '../plan.ts';

export const NOW_MS = Date.parse('2026-10-01T12:00:00Z');
const uid = 'uid-of-shop';

export const around: Surroundings = {
  nodeImage: 'registry.example/cart-node:1.2.3',
  digest: (text) => hash('sha256', text).slice(0, 16),
};

export function aCluster(
  spec: Readonly<Record<string, unknown>> = {},
  status: CartClusterStatus = {},
): CartClusterObject {
  return {
    metadata: { name: 'shop', namespace: 'eu', uid, generation: 3 },
    spec: cartCluster.parse(manifest(spec)).spec,
    status,
  };
}

export function aPod(
  ordinal: number,
  revision: string,
  state: 'ready' | 'starting' | 'image' | 'crash' | 'leaving' | Partial<Pod> = 'ready',
): Pod {
  const name = `shop-${ordinal}`;
  const base: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'eu',
      uid: `uid-of-${name}-${revision}`,
      resourceVersion: '77',
      creationTimestamp: '2026-10-01T11:00:00Z',
      labels: { ...labelsOf('shop'), [REVISION_LABEL]: revision },
    },
    spec: { nodeName: 'machine-1' },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: state === 'ready' ? 'True' : 'False' }],
    },
  };
  switch (state) {
    case 'ready':
    case 'starting':
      return base;
    case 'leaving':
      return { ...base, metadata: { ...base.metadata, deletionTimestamp: '2026-10-01T12:00:30Z' } };
    case 'image':
      return waiting(base, 'ImagePullBackOff', 'no such image');
    case 'crash':
      return waiting(base, 'CrashLoopBackOff', 'back-off');
    default:
      return { ...base, ...state };
  }
}

function waiting(pod: Pod, reason: string, message: string): Pod {
  const containerStatuses = [
    {
      name: 'node',
      ready: false,
      restartCount: 5,
      state: { waiting: { reason, message } },
      lastState: { terminated: { exitCode: 2, message: 'LEASE_MS: "x" is not allowed\n' } },
    },
  ];
  return { ...pod, status: { ...pod.status, containerStatuses } };
}

export function aClaim(requested: string, capacity = requested): VolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: 'data-shop-0',
      namespace: 'eu',
      uid: 'uid-of-claim',
      resourceVersion: '55',
      labels: labelsOf('shop'),
    },
    spec: { resources: { requests: { storage: requested } } },
    status: { phase: 'Bound', capacity: { storage: capacity } },
  };
}

/** Somebody else's object. */
export function foreign(kind: string, name = 'shop'): Holder {
  const live = { apiVersion: 'v1', kind, metadata: { name, namespace: 'eu', uid: 'uid-of-foreign' } };
  return { state: 'foreign', live };
}

const ABSENT: Holder = { state: 'absent' };
const NOTHING: Readonly<Record<OwnedKind, Holder>> = {
  ServiceAccount: ABSENT,
  ConfigMap: ABSENT,
  NodesService: ABSENT,
  ClientService: ABSENT,
  NetworkPolicy: ABSENT,
  PodMonitor: ABSENT,
};

/** Nothing is there but the CartCluster. */
export function atFirst(cluster: CartClusterObject, more: Partial<Observed> = {}): Observed {
  return {
    cluster,
    nowMs: NOW_MS,
    references: { missing: [], digest: 'content-1' },
    statefulSet: { state: 'absent' },
    others: NOTHING,
    pods: [],
    claims: [],
    deleted: new Set(),
    applied: new Map(),
    refused: new Map(),
    servesPodMonitors: true,
    ...more,
  };
}

export interface LiveState {
  readonly replicas?: number;
  readonly revision?: string;
  /** False: the StatefulSet's controller has not yet seen its spec. */
  readonly seen?: boolean;
}

/** What is there after everything that `cluster` wants was applied. */
export function afterwards(
  cluster: CartClusterObject,
  more: Partial<Observed> = {},
  { replicas = cluster.spec.replicas, revision = 'new', seen = true }: LiveState = {},
): Observed {
  const empty = atFirst(cluster, more);
  let observed = empty;
  const applied = new Map<string, Applied>();
  for (const action of appliesOf(plan(empty, around))) {
    const live = alive(action.wish);
    applied.set(action.key, {
      uid: live.metadata.uid ?? '',
      object: action.wish,
      fields: new Set(),
      resourceVersion: '9',
      generation: 1,
    });
    const holder: Holder = { state: 'ours', live, lostFields: [] };
    if (action.replicas === undefined)
      observed = { ...observed, others: { ...observed.others, [ownedKind(action.wish)]: holder } };
    else {
      const set = {
        ...live,
        spec: { ...action.wish.spec, replicas },
        status: { observedGeneration: seen ? 1 : 0, updateRevision: revision },
      } as StatefulSet;
      observed = { ...observed, statefulSet: { state: 'ours', live: set, lostFields: [] } };
    }
  }
  return { ...observed, applied, ...more };
}

function alive(wish: Wish): KubeObject {
  const { kind, metadata } = wish;
  return {
    ...wish,
    metadata: { ...metadata, uid: `uid-of-${kind}-${metadata.name}`, resourceVersion: '9', generation: 1 },
  };
}

export function ownedKind({ kind, metadata }: KubeObject): OwnedKind {
  if (kind !== 'Service') return kind as OwnedKind;
  return metadata.name.endsWith('-nodes') ? 'NodesService' : 'ClientService';
}

export function appliesOf({ actions }: Plan): readonly Apply[] {
  return actions.filter((action) => action.type === 'apply');
}

/** The actions in few words, for comparing. */
export function inWords({ actions }: Plan): readonly string[] {
  return actions.map((action) => {
    switch (action.type) {
      case 'apply': {
        const { wish, replicas } = action;
        return `apply ${wish.kind} ${wish.metadata.name}${replicas === undefined ? '' : ` with ${replicas}`}`;
      }
      case 'delete':
        return `delete ${action.live.kind} ${action.live.metadata.name}`;
      case 'deletePod':
        return `delete Pod ${action.pod.metadata.name}`;
      case 'growClaim':
        return `grow ${action.claim.metadata.name} to ${action.storage}`;
    }
  });
}

export function setOf(observed: Observed): StatefulSet {
  if (observed.statefulSet.state !== 'ours') throw new Error('there is no StatefulSet');
  return observed.statefulSet.live;
}
