import { Reflector } from './kube/reflector.ts';
import { Store } from './kube/store.ts';
import { BY_CLUSTER, clusterKeysOf } from './cartcluster/observe.ts';
import {
  cartClusters,
  configMaps,
  networkPolicies,
  podMonitors,
  pods,
  serviceAccounts,
  services,
  statefulSets,
  persistentVolumeClaims,
} from './cartcluster/kinds.ts';
import { MANAGED_SELECTOR } from './cartcluster/names.ts';
import type { ApiClient } from './kube/api-client.ts';
import type { Clock, Random } from './kube/clock.ts';
import type { KubeObject, Resource } from './kube/object.ts';
import type { ReflectorObserver } from './kube/reflector.ts';
import type { Pod, StatefulSet, VolumeClaim } from './cartcluster/kinds.ts';
import type { Stores } from './cartcluster/observe.ts';

export interface WatchesOptions {
  readonly client: ApiClient;
  readonly clock: Clock;
  readonly random: Random;
  /** Empty: all. */
  readonly namespaces: readonly string[];
  readonly observer: ReflectorObserver;
  /** For the metrics. */
  readonly watch: (reflector: Reflector) => void;
  /** A CartCluster, or something that belongs to it, is another one. */
  readonly changed: (key: string) => void;
  readonly discoveryFailed: (error: unknown) => void;
}

/** How often it is looked whether the Prometheus operator has been installed meanwhile. */
const DISCOVERY_MS = 60_000;
const SYNC_POLL_MS = 50;

/** Keeps in memory what there is of CartClusters and of what belongs to them: so much and no more, by the label that all of it bears. */
export class Watches {
  readonly #options: WatchesOptions;
  readonly #reflectors: Reflector[] = [];
  readonly #needed: Reflector[] = [];
  readonly #monitors: Reflector[] = [];
  readonly #monitorStore: Store;
  readonly stores: Stores;

  constructor(options: WatchesOptions) {
    this.#options = options;
    const owned = <T extends KubeObject>(resource: Resource): Store<T> =>
      this.#store<T>(resource, { labelSelector: MANAGED_SELECTOR });
    this.#monitorStore = this.#newStore();
    const monitors = (): Store | null =>
      this.#monitors.length > 0 && this.#monitors.every(({ hasSynced }) => hasSynced)
        ? this.#monitorStore
        : null;
    this.stores = {
      cartClusters: this.#store(cartClusters, {}),
      statefulSets: owned<StatefulSet>(statefulSets),
      pods: owned<Pod>(pods),
      volumeClaims: owned<VolumeClaim>(persistentVolumeClaims),
      services: owned(services),
      configMaps: owned(configMaps),
      serviceAccounts: owned(serviceAccounts),
      networkPolicies: owned(networkPolicies),
      get podMonitors() {
        return monitors();
      },
    };
    this.#needed.push(...this.#reflectors);
  }

  get synced(): boolean {
    return this.#needed.every(({ hasSynced }) => hasSynced);
  }

  /** How long ago the API server gave its last sign of life on the watch that has waited longest, ms. */
  get oldestEventAgeMs(): number {
    return Math.max(...this.#reflectors.map(({ lastEventAgeMs }) => lastEventAgeMs));
  }

  /** Resolves when everything is there once, or when aborted. */
  untilSynced(signal: AbortSignal): Promise<void> {
    return this.#until(() => this.synced, SYNC_POLL_MS, signal);
  }

  /** Runs until it is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      ...this.#reflectors.map((reflector) => reflector.run(signal)),
      this.#discover(signal),
    ]);
  }

  /** Watches PodMonitors from when there are any to be watched. */
  async #discover(signal: AbortSignal): Promise<void> {
    const { changed } = this.#options;
    await this.#until(() => this.#servesPodMonitors(signal), DISCOVERY_MS, signal);
    if (signal.aborted) return;
    const reflectors = this.#reflect(podMonitors, this.#monitorStore, { labelSelector: MANAGED_SELECTOR });
    this.#monitors.push(...reflectors);
    const runs = Promise.all(reflectors.map((reflector) => reflector.run(signal)));
    await this.#until(() => reflectors.every(({ hasSynced }) => hasSynced), SYNC_POLL_MS, signal);
    for (const key of this.stores.cartClusters.keys()) changed(key);
    await runs;
  }

  async #servesPodMonitors(signal: AbortSignal): Promise<boolean> {
    const { client, discoveryFailed } = this.#options;
    try {
      return await client.serves(podMonitors, signal);
    } catch (error) {
      if (!signal.aborted) discoveryFailed(error);
      return false;
    }
  }

  /** Resolves when it holds, or when aborted. */
  async #until(holds: () => boolean | Promise<boolean>, everyMs: number, signal: AbortSignal): Promise<void> {
    while (!(await holds())) {
      try {
        await this.#options.clock.sleep(everyMs, signal);
      } catch {
        return;
      }
    }
  }

  #store<T extends KubeObject>(resource: Resource, selection: { readonly labelSelector?: string }): Store<T> {
    const store = this.#newStore<T>();
    this.#reflect(resource, store, selection);
    return store;
  }

  #newStore<T extends KubeObject>(): Store<T> {
    const { changed } = this.#options;
    const store = new Store<T>({ indexes: { [BY_CLUSTER]: clusterKeysOf } });
    store.subscribe(({ key, before, after }) => {
      const objects = [before, after].filter((object) => object !== undefined);
      const isCluster = objects.some(({ kind }) => kind === cartClusters.kind);
      for (const of of isCluster ? [key] : new Set(objects.flatMap(clusterKeysOf))) changed(of);
    });
    return store;
  }

  #reflect<T extends KubeObject>(
    resource: Resource,
    store: Store<T>,
    selection: { readonly labelSelector?: string },
  ): readonly Reflector[] {
    const { client, clock, random, namespaces, observer, watch } = this.#options;
    const scopes = namespaces.length === 0 ? [{}] : namespaces.map((namespace) => ({ namespace }));
    return scopes.map((scope) => {
      const reflector = new Reflector<T>({
        client,
        resource,
        store,
        clock,
        random,
        observer,
        ...selection,
        ...scope,
      });
      const plain = reflector as unknown as Reflector;
      this.#reflectors.push(plain);
      watch(plain);
      return plain;
    });
  }
}
