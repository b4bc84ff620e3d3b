import { isSame } from '../kube/merge-patch.ts';
import { APPLIED_ANNOTATION } from './names.ts';
import { clientService, headlessService } from './owned/services.ts';
import { networkPolicy } from './owned/network-policy.ts';
import { podMonitor } from './owned/pod-monitor.ts';
import { serviceAccount } from './owned/service-account.ts';
import { settings } from './owned/settings.ts';
import { statefulSet } from './owned/stateful-set.ts';
import { podState } from './pods.ts';
import { nextOfRollout, UNKNOWN_ROLLOUT } from './rollout.ts';
import { growthOf } from './volumes.ts';
import {
  configMaps,
  networkPolicies,
  podMonitors,
  serviceAccounts,
  services,
  statefulSets,
} from './kinds.ts';
import type { KubeObject, Resource } from '../kube/object.ts';
import type { Surroundings, Wish } from './owned/wish.ts';
import type { Pod, VolumeClaim } from './kinds.ts';
import type { Holder, Observed, OwnedKind } from './observed.ts';
import type { PodState } from './pods.ts';
import type { Rollout } from './rollout.ts';
import type { Growth } from './volumes.ts';

/** One write, with what it must find for it to be right. */
export type Action =
  | Apply
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly resource: Resource;
      readonly live: KubeObject;
    }
  | { readonly type: 'deletePod'; readonly pod: Pod; readonly why: string }
  | {
      readonly type: 'growClaim';
      readonly key: string;
      readonly claim: VolumeClaim;
      readonly storage: string;
    };

export interface Apply {
  readonly type: 'apply';
  readonly key: string;
  readonly resource: Resource;
  readonly wish: Wish;
  /** Null: it must not exist yet. */
  readonly live: KubeObject | null;
  /** Of a StatefulSet only. */
  readonly replicas?: number;
  /** What somebody else changed and is put back; null: it is not known what was ours before. */
  readonly lostFields: readonly string[] | null;
}

/** A reason in one word and a message in words. */
export interface Finding {
  readonly reason: string;
  readonly message: string;
}

export interface Plan {
  readonly actions: readonly Action[];
  readonly pods: readonly PodState[];
  readonly rollout: Rollout;
  readonly growth: Growth;
  /** How many nodes there are by the StatefulSet; null: there is none. */
  readonly replicas: number | null;
  /** Something that somebody must mend. */
  readonly obstacles: readonly Finding[];
  /** What may have been refused, and still is wanted. */
  readonly wanted: ReadonlySet<string>;
  /** What is kept from happening by `paused`. */
  readonly pausedWork: readonly string[];
  /** The StatefulSet's controller has seen what the StatefulSet says now. */
  readonly settled: boolean;
}

interface Want {
  readonly kind: OwnedKind;
  readonly key: string;
  readonly resource: Resource;
  readonly wish: Wish;
  readonly wanted: boolean;
  /** It changes what pods read when they start, so it waits for what they also need. */
  readonly withPods: boolean;
}

/** What is refused is not asked again for so long: the same object would be refused again. */
export const REFUSAL_MS = 60_000;

/**
 * What to do next, from what is: nothing else. Each step brings what is nearer to what is wanted, and is right whatever happened before; so it does not matter where a former run was
 * interrupted, and by whom.
 */
export function plan(observed: Observed, around: Surroundings): Plan {
  const { cluster, nowMs } = observed;
  const foreign = foreignObjects(observed);
  const missing = missingReferences(observed);
  const held = missing.length > 0 || foreign.some(({ neededByPods }) => neededByPods);
  const { paused } = cluster.spec;
  const live = observed.statefulSet.state === 'ours' ? observed.statefulSet.live : null;
  const replicas = live === null ? null : (live.spec.replicas ?? 1);
  const settled = live !== null && live.status?.observedGeneration === live.metadata.generation;
  const pods = observed.pods
    .map((pod) => podState(pod, nowMs, observed.deleted))
    .sort((a, b) => ordinalOf(a.name) - ordinalOf(b.name));
  const rollout = nextOfRollout({
    pods,
    replicas: replicas ?? 0,
    revision: settled ? (live.status?.updateRevision ?? null) : null,
    held: held || paused,
  });
  const growth = growthOf(observed.claims, cluster.spec.journal.embedded.storage);
  const wants = wantsOf(observed, around);
  const set = statefulSetWant(observed, around);
  const setActions = held ? [] : statefulSetAction(set, observed);
  return {
    actions: [
      ...wants.flatMap((want) => (want.withPods && held ? [] : actionOf(want, observed))),
      ...setActions,
      ...growthActions(growth, observed),
      // A change of the StatefulSet makes another revision: what is to go is seen when that is there.
      ...(setActions.length > 0 ? [] : rollout.replace.map(replacement)),
    ],
    pods,
    rollout,
    growth,
    replicas,
    settled,
    obstacles: [...foreign, ...missing],
    wanted: new Set([
      ...wants.filter(({ wanted }) => wanted).map(({ key }) => key),
      set.key,
      ...growth.grow.map(growthKey),
    ]),
    pausedWork: paused ? workHeldByPause(cluster.spec.replicas, replicas, rollout) : [],
  };
}

function wantsOf(observed: Observed, around: Surroundings): readonly Want[] {
  const { cluster } = observed;
  const always = { wanted: true, withPods: false };
  const { networkPolicy: policy, monitoring } = cluster.spec;
  return [
    { kind: 'ServiceAccount', resource: serviceAccounts, wish: serviceAccount(cluster), ...always },
    { kind: 'NodesService', resource: services, wish: headlessService(cluster), ...always },
    { kind: 'ClientService', resource: services, wish: clientService(cluster), ...always },
    {
      kind: 'NetworkPolicy',
      resource: networkPolicies,
      wish: networkPolicy(cluster),
      wanted: policy.enabled,
      withPods: false,
    },
    {
      kind: 'PodMonitor',
      resource: podMonitors,
      wish: podMonitor(cluster),
      wanted: monitoring.podMonitor.enabled && observed.servesPodMonitors,
      withPods: false,
    },
    { kind: 'ConfigMap', resource: configMaps, wish: settings(cluster), wanted: true, withPods: true },
  ].map((want): Want => ({
    ...want,
    kind: want.kind as OwnedKind,
    wish: stamped(want.wish, around),
    key: wishKey(want.wish),
  }));
}

function actionOf({ kind, key, resource, wish, wanted }: Want, observed: Observed): readonly Action[] {
  const holder = observed.others[kind];
  if (!wanted) return holder.state === 'ours' ? [{ type: 'delete', key, resource, live: holder.live }] : [];
  if (holder.state === 'foreign' || holder.state === 'leaving' || !isDue(key, wish, holder, observed))
    return [];
  return [applyOf({ key, resource, wish }, holder)];
}

function statefulSetWant(observed: Observed, around: Surroundings): { key: string; wish: Wish } {
  const { cluster, references, statefulSet: holder } = observed;
  const live = holder.state === 'ours' ? holder.live : null;
  const wish = stamped(statefulSet(cluster, references, live, around), around);
  return { key: wishKey(wish), wish };
}

/**
 * How many nodes there are is never put back to what was applied before: somebody may have changed it for a reason, and what follows is decided by what is. Too few become more at once; too
 * many leave, unless that is paused.
 */
function statefulSetAction(
  { key, wish }: { key: string; wish: Wish },
  observed: Observed,
): readonly Action[] {
  const { cluster, statefulSet: holder } = observed;
  if (holder.state === 'foreign' || holder.state === 'leaving') return [];
  const wanted = cluster.spec.replicas;
  const now = holder.state === 'ours' ? (holder.live.spec.replicas ?? 1) : wanted;
  const replicas = wanted < now && cluster.spec.paused ? now : wanted;
  if (isRefused(key, wish, observed)) return [];
  if (replicas === now && !isDue(key, wish, holder, observed)) return [];
  return [{ ...applyOf({ key, resource: statefulSets, wish }, holder), replicas }];
}

function applyOf(
  { key, resource, wish }: { key: string; resource: Resource; wish: Wish },
  holder: Exclude<Holder, { state: 'foreign' | 'leaving' }>,
): Apply {
  const ours = holder.state === 'ours';
  return {
    type: 'apply',
    key,
    resource,
    wish,
    live: ours ? holder.live : null,
    lostFields: ours ? holder.lostFields : [],
  };
}

/** Whether it has to be applied: it is another wish than last time, or somebody took a field of it. After a start nothing is known, so it is. */
function isDue(key: string, wish: Wish, holder: Holder, observed: Observed): boolean {
  if (isRefused(key, wish, observed)) return false;
  if (holder.state !== 'ours') return true;
  const applied = observed.applied.get(key);
  if (applied === undefined || applied.uid !== holder.live.metadata.uid) return true;
  return !isSame(applied.object, wish) || (holder.lostFields?.length ?? 0) > 0;
}

function isRefused(key: string, wish: Wish, { refused, nowMs }: Observed): boolean {
  const refusal = refused.get(key);
  return refusal !== undefined && nowMs - refusal.atMs < REFUSAL_MS && isSame(refusal.object, wish);
}

function replacement({ pod, ready }: PodState): Action {
  const why = ready ? 'it makes room for the new revision' : 'it is of an old revision and takes no requests';
  return { type: 'deletePod', pod, why };
}

function growthActions({ grow }: Growth, observed: Observed): readonly Action[] {
  const storage = String(observed.cluster.spec.journal.embedded.storage);
  return grow.flatMap((claim): Action[] => {
    const key = growthKey(claim);
    const refusal = observed.refused.get(key);
    const again = refusal?.object !== storage || observed.nowMs - refusal.atMs >= REFUSAL_MS;
    return again ? [{ type: 'growClaim', key, claim, storage }] : [];
  });
}

/**
 * The plan, as far as it holds once it is carried out. A StatefulSet that was changed just now is not the one that was seen: what was seen says nothing about how the pods stand to it, as
 * long as its controller has not looked at it.
 */
export function carriedOut(
  done: Plan,
  { cluster, statefulSet: set }: Observed,
  applied: Observed['applied'],
): Plan {
  if (set.state !== 'ours') return done;
  const { uid, generation: seen = 0 } = set.live.metadata;
  const written = applied.get(wishKey({ ...set.live, kind: statefulSets.kind }));
  if (written === undefined || written.uid !== uid || written.generation <= seen) return done;
  const { paused, replicas } = cluster.spec;
  const pausedWork = paused ? workHeldByPause(replicas, done.replicas, UNKNOWN_ROLLOUT) : [];
  return { ...done, settled: false, rollout: UNKNOWN_ROLLOUT, pausedWork };
}

interface ForeignObject extends Finding {
  readonly neededByPods: boolean;
}

function foreignObjects({ cluster, statefulSet: set, others }: Observed): readonly ForeignObject[] {
  const { networkPolicy: policy, monitoring } = cluster.spec;
  const found: ForeignObject[] = [];
  const look = (kind: string, holder: Holder, neededByPods: boolean): void => {
    if (holder.state !== 'foreign') return;
    const what = `there is a ${kind} ${holder.live.metadata.name} that is not this CartCluster’s`;
    const message = `${what}; it is left alone. Rename or delete it, or give the CartCluster another name`;
    found.push({ reason: 'ForeignObject', message, neededByPods });
  };
  look('StatefulSet', set, true);
  look('ServiceAccount', others.ServiceAccount, true);
  look('ConfigMap', others.ConfigMap, true);
  look('Service', others.NodesService, true);
  look('Service', others.ClientService, false);
  if (policy.enabled) look('NetworkPolicy', others.NetworkPolicy, false);
  if (monitoring.podMonitor.enabled) look('PodMonitor', others.PodMonitor, false);
  return found;
}

/** Nodes that don't run need nothing. */
function missingReferences({ cluster, references }: Observed): readonly Finding[] {
  if (cluster.spec.replicas === 0 || references.missing.length === 0) return [];
  const message = `${references.missing.join('; ')}; the nodes stay as they are until it is mended`;
  return [{ reason: 'ReferenceMissing', message }];
}

function workHeldByPause(wanted: number, replicas: number | null, rollout: Rollout): readonly string[] {
  const work: string[] = [];
  if (replicas !== null && replicas > wanted) work.push(`${replicas - wanted} nodes too many`);
  const outdated = rollout.outdated.map(({ name }) => name);
  if (outdated.length > 0) work.push(`${outdated.join(', ')} of an old revision`);
  return work;
}

/** Says on the object which wish it is: after a restart, that tells a foreign edit from a wish of another version. */
function stamped(wish: Wish, { digest }: Surroundings): Wish {
  const { metadata } = wish;
  const annotations = { ...metadata.annotations, [APPLIED_ANNOTATION]: digest(JSON.stringify(wish)) };
  return { ...wish, metadata: { ...metadata, annotations } };
}

export function wishKey({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

export function growthKey({ metadata }: VolumeClaim): string {
  return `Growth/${metadata.namespace ?? ''}/${metadata.name}`;
}

function ordinalOf(pod: string): number {
  return Number(pod.slice(pod.lastIndexOf('-') + 1));
}
