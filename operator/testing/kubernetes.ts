import { hash } from 'node:crypto';
import { CART_CLUSTER } from '../api/cart-cluster.ts';
import { isSame } from '../kube/merge-patch.ts';
import { persistentVolumeClaims, pods, statefulSets } from '../kube/resources.ts';
import type { FakeApiServer } from '../kube/testing/fake-api-server.ts';
import type { Draft } from '../kube/testing/collections.ts';
import type { Pod, StatefulSet, VolumeClaim } from '../cartcluster/kinds.ts';

interface Template {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: object };
  readonly spec: { readonly containers: readonly [{ readonly image: string }] };
}

type Set = StatefulSet & { readonly spec: { readonly template: Template } };

/**
 * The rest of Kubernetes beside an API server in memory, as far as CartClusters meet it: the StatefulSet controller with OnDelete and Parallel, kubelets, the provisioner of volumes, the
 * garbage collector. Nothing happens by itself; a test says what happens next.
 *
 * A pod with an image of tag `typo` never gets it; one of tag `crash` ends at once.
 */
export class Kubernetes {
  readonly #server: FakeApiServer;
  /** By the object as it is stored, which never changes. */
  readonly #revisions = new WeakMap<Set, string>();

  constructor(server: FakeApiServer) {
    this.#server = server;
  }

  /** Everything that can happen, once. True: something did. */
  step(): boolean {
    const before = this.#server.version;
    this.syncStatefulSets();
    this.runPods();
    this.provisionVolumes();
    this.#server.collectGarbage();
    return this.#server.version !== before;
  }

  syncStatefulSets(): void {
    for (const set of this.#server.list<Set>(statefulSets)) this.#sync(set);
  }

  /** Kubelets: starts what can start, ends what is to end. */
  runPods(): void {
    for (const pod of this.#server.list<Pod>(pods)) {
      const { metadata } = pod;
      if (metadata.deletionTimestamp !== undefined) this.#server.remove(pods, metadata);
      else if (pod.status?.phase === undefined) this.#start(pod);
    }
  }

  provisionVolumes(): void {
    for (const claim of this.#server.list<VolumeClaim>(persistentVolumeClaims)) {
      const storage = claim.spec?.resources?.requests?.storage;
      if (claim.status?.capacity?.storage === storage) continue;
      this.#server.edit(persistentVolumeClaims, claim.metadata, (draft) => {
        draft['status'] = { phase: 'Bound', capacity: { storage } };
      });
    }
  }

  /** A pod is gone, and nobody asked for it. */
  killPod(name: string, namespace = 'eu'): void {
    if (this.#server.get(pods, { namespace, name }) !== undefined)
      this.#server.remove(pods, { namespace, name });
  }

  #sync(set: Set): void {
    const { metadata, spec } = set;
    if (metadata.deletionTimestamp !== undefined) return;
    const revision = this.#revisionOf(set);
    const replicas = spec.replicas ?? 1;
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) this.#makePod(set, ordinal, revision);
    for (const pod of this.#server.list<Pod>(pods)) {
      if (pod.metadata.ownerReferences?.[0]?.uid !== metadata.uid) continue;
      const ordinal = Number(pod.metadata.name.slice(metadata.name.length + 1));
      if (ordinal >= replicas && pod.metadata.deletionTimestamp === undefined)
        this.#server.remove(pods, pod.metadata);
    }
    const status = { observedGeneration: metadata.generation, updateRevision: revision };
    if (isSame(set.status, status)) return;
    this.#server.edit(
      statefulSets,
      metadata,
      (draft) => {
        draft['status'] = status;
      },
      'kube-controller-manager',
    );
  }

  #revisionOf(set: Set): string {
    let revision = this.#revisions.get(set);
    if (revision === undefined) this.#revisions.set(set, (revision = revisionOf(set)));
    return revision;
  }

  #makePod(set: Set, ordinal: number, revision: string): void {
    const { namespace = '', name: setName, uid = '' } = set.metadata;
    const name = `${setName}-${ordinal}`;
    const [claim] = set.spec.volumeClaimTemplates ?? [];
    const claimRef = { namespace, name: `${claim?.metadata.name ?? ''}-${name}` };
    if (claim !== undefined && this.#server.get(persistentVolumeClaims, claimRef) === undefined) {
      const metadata = { ...claimRef, labels: claim.metadata.labels };
      this.#server.create(persistentVolumeClaims, { metadata, spec: claim.spec }, 'kube-controller-manager');
    }
    if (this.#server.get(pods, { namespace, name }) !== undefined) return;
    const { metadata, spec } = set.spec.template;
    const ownerReferences = [
      { apiVersion: 'apps/v1', kind: 'StatefulSet', name: setName, uid, controller: true },
    ];
    const labels = { ...metadata.labels, 'controller-revision-hash': revision };
    const pod = { metadata: { ...metadata, namespace, name, labels, ownerReferences }, spec };
    this.#server.create(pods, pod, 'kube-controller-manager');
  }

  #start(pod: Pod): void {
    const { image } = (pod as unknown as { spec: Template['spec'] }).spec.containers[0];
    const ready = (status: string): object[] => [{ type: 'Ready', status }];
    const failing = (reason: string, message: string): object => ({
      phase: 'Pending',
      conditions: ready('False'),
      containerStatuses: [{ name: 'node', restartCount: 3, state: { waiting: { reason, message } } }],
    });
    this.#server.edit(
      pods,
      pod.metadata,
      (draft) => {
        draft['status'] = image.endsWith(':typo')
          ? failing('ImagePullBackOff', `no such image: ${image}`)
          : image.endsWith(':crash')
            ? failing('CrashLoopBackOff', 'back-off 10s')
            : { phase: 'Running', conditions: ready('True') };
      },
      'kubelet',
    );
  }
}

function revisionOf({ metadata, spec }: Set): string {
  return `${metadata.name}-${hash('sha256', JSON.stringify(sorted(spec.template))).slice(0, 10)}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

/** Somebody changes the spec of a CartCluster. */
export function editSpec(
  server: FakeApiServer,
  change: (spec: Record<string, unknown>) => void,
  name = 'shop',
): void {
  server.edit(CART_CLUSTER, { namespace: 'eu', name }, (draft: Draft) =>
    change(draft['spec'] as Record<string, unknown>),
  );
}
