import {
  configMaps,
  networkPolicies,
  podMonitors,
  serviceAccounts,
  services,
  statefulSets,
} from './kinds.ts';
import { lostFields, ownFields } from './fields.ts';
import { claimName, CLUSTER, FIELD_MANAGER, MANAGED_BY, nodesService, settingsConfigMap } from './names.ts';
import { referencesOf } from './references.ts';
import type { ApiClient } from '../kube/api-client.ts';
import type { Clock } from '../kube/clock.ts';
import type { KubeObject, Resource } from '../kube/object.ts';
import type { Store } from '../kube/store.ts';
import type { Pod, StatefulSet, VolumeClaim } from './kinds.ts';
import type { ClusterMemory } from './memory.ts';
import type { CartClusterObject, Holder, Observed } from './observed.ts';
import type { ReferenceReader } from './reference-reader.ts';

/** What the watches keep up to date. */
export interface Stores {
  readonly cartClusters: Store;
  readonly statefulSets: Store<StatefulSet>;
  readonly pods: Store<Pod>;
  readonly volumeClaims: Store<VolumeClaim>;
  readonly services: Store;
  readonly configMaps: Store;
  readonly serviceAccounts: Store;
  readonly networkPolicies: Store;
  /** Null where the Prometheus operator is not installed. */
  readonly podMonitors: Store | null;
}

/** Index of what belongs to a CartCluster, by `namespace/name` of it. */
export const BY_CLUSTER = 'cluster';

/** The CartCluster that an owned object belongs to, as the labels say. */
export function clusterKeysOf({ metadata }: KubeObject): readonly string[] {
  const name = metadata.labels?.[CLUSTER];
  return name === undefined ? [] : [`${metadata.namespace ?? ''}/${name}`];
}

/** Collects everything that a decision about one CartCluster is made from. */
export class Observer {
  readonly #client: ApiClient;
  readonly #stores: Stores;
  readonly #references: ReferenceReader;
  readonly #clock: Clock;

  constructor(client: ApiClient, stores: Stores, references: ReferenceReader, clock: Clock) {
    this.#client = client;
    this.#stores = stores;
    this.#references = references;
    this.#clock = clock;
  }

  async observe(cluster: CartClusterObject, memory: ClusterMemory, signal: AbortSignal): Promise<Observed> {
    const { name, namespace } = cluster.metadata;
    const { networkPolicy: policy, monitoring } = cluster.spec;
    const stores = this.#stores;
    const look = <T extends KubeObject>(
      resource: Resource,
      store: Store<T>,
      object: string,
      wanted = true,
    ): Promise<Holder<T>> => this.#holder({ cluster, memory, signal }, resource, store, object, wanted);
    const statefulSet = await look(statefulSets, stores.statefulSets, name);
    const others = {
      ServiceAccount: await look(serviceAccounts, stores.serviceAccounts, name),
      ConfigMap: await look(configMaps, stores.configMaps, settingsConfigMap(name)),
      NodesService: await look(services, stores.services, nodesService(name)),
      ClientService: await look(services, stores.services, name),
      NetworkPolicy: await look(networkPolicies, stores.networkPolicies, name, policy.enabled),
      PodMonitor:
        stores.podMonitors === null
          ? ABSENT
          : await look(podMonitors, stores.podMonitors, name, monitoring.podMonitor.enabled),
    };
    const references = await this.#references.read(namespace, referencesOf(cluster.spec), signal);
    const pods = this.#podsOf(cluster, statefulSet);
    for (const uid of memory.deleted)
      if (!pods.some(({ metadata }) => metadata.uid === uid)) memory.deleted.delete(uid);
    return {
      cluster,
      nowMs: this.#clock.wallMs(),
      references,
      statefulSet,
      others,
      pods,
      claims: this.#claimsOf(cluster),
      deleted: memory.deleted,
      applied: memory.applied,
      refused: memory.refused,
      servesPodMonitors: stores.podMonitors !== null,
    };
  }

  /** An object that the watch does not show may be there all the same: its labels may be gone, or it may be somebody else's. */
  async #holder<T extends KubeObject>(
    { cluster, memory, signal }: Look,
    resource: Resource,
    store: Store<T>,
    name: string,
    wanted: boolean,
  ): Promise<Holder<T>> {
    const { namespace } = cluster.metadata;
    const applied = memory.applied.get(`${resource.kind}/${namespace}/${name}`);
    let live = store.get(`${namespace}/${name}`) ?? null;
    const outrun = applied !== undefined && !store.hasSeen(applied.resourceVersion, namespace);
    if ((live === null && wanted) || outrun)
      live = await this.#client.find<T>(resource, { namespace, name }, { signal });
    if (live === null) return ABSENT;
    const state = stateOf(live, cluster);
    if (state !== 'ours') return { state, live };
    const known = applied?.uid === live.metadata.uid ? applied : undefined;
    return {
      state,
      live,
      lostFields: known === undefined ? null : lostFields(known.fields, ownFields(live)),
    };
  }

  #podsOf({ metadata }: CartClusterObject, set: Holder): readonly Pod[] {
    if (set.state !== 'ours') return [];
    const { uid } = set.live.metadata;
    return this.#stores.pods
      .by(BY_CLUSTER, `${metadata.namespace}/${metadata.name}`)
      .filter((pod) => controllerOf(pod)?.uid === uid);
  }

  /** Those of nodes that there should be; and the first one's even if none should: it holds the carts. */
  #claimsOf({ metadata, spec }: CartClusterObject): readonly VolumeClaim[] {
    return Array.from({ length: Math.max(1, spec.replicas) }, (_, ordinal) =>
      this.#stores.volumeClaims.get(`${metadata.namespace}/${claimName(metadata.name, ordinal)}`),
    ).filter((claim) => claim !== undefined);
  }
}

interface Look {
  readonly cluster: CartClusterObject;
  readonly memory: ClusterMemory;
  readonly signal: AbortSignal;
}

const ABSENT = { state: 'absent' } as const;

/**
 * Whose an object is. One that nobody controls but that bears our labels was ours before its CartCluster was deleted without it, or restored from a backup: it is taken in again.
 */
function stateOf(live: KubeObject, cluster: CartClusterObject): 'ours' | 'leaving' | 'foreign' {
  const controller = controllerOf(live);
  const { labels = {}, deletionTimestamp } = live.metadata;
  const { name, uid } = cluster.metadata;
  if (controller === undefined) {
    if (labels[MANAGED_BY] !== FIELD_MANAGER || labels[CLUSTER] !== name) return 'foreign';
  } else if (controller.uid !== uid) {
    const former = controller.kind === 'CartCluster' && controller.name === name;
    return former ? 'leaving' : 'foreign';
  }
  return deletionTimestamp === undefined ? 'ours' : 'leaving';
}

function controllerOf({ metadata }: KubeObject): { kind: string; name: string; uid: string } | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}
