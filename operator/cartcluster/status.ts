import { conditionsOf, find } from './conditions.ts';
import { missingNodes } from './picture.ts';
import { describeGrowth } from './volumes.ts';
import { selectorText } from './names.ts';
import type { CartClusterStatus } from '../api/status.ts';
import type { Observed } from './observed.ts';
import type { Finding, Plan } from './plan.ts';
import type { Picture } from './picture.ts';
import type { PodState } from './pods.ts';

/** The status that follows from what was seen, and from what the API server refused. */
export function statusOf(
  observed: Observed,
  plan: Plan,
  refusals: readonly Finding[],
  image: string,
): CartClusterStatus {
  const { cluster } = observed;
  const desired = cluster.spec.replicas;
  const staying = plan.pods.filter(({ leaving }) => !leaving);
  const ready = staying.filter((state) => state.ready);
  const stalled = stalledBy(plan, refusals);
  const base = { observed, plan, before: cluster.status, desired, ready, stalled };
  const reconciling = stalled === null ? workInHand(base) : null;
  const revision = plan.rollout.revision ?? cluster.status.updateRevision;
  const current = new Set(staying.map((state) => state.revision));
  const [only = ''] = current;
  return {
    observedGeneration: cluster.metadata.generation,
    replicas: staying.length,
    readyReplicas: ready.length,
    ready: `${ready.length}/${desired}`,
    selector: selectorText(cluster.metadata.name),
    ...(current.size === 1 && only !== '' && { currentRevision: only }),
    ...(revision !== undefined && { updateRevision: revision }),
    version: versionOf(image),
    conditions: conditionsOf({ ...base, reconciling }),
  };
}

/** Trouble of a pod that is being replaced at this moment is over, and as long as it is not known which pods are replaced, it may be any of them. */
function stalledBy(
  { obstacles, pods, rollout, settled }: Plan,
  refusals: readonly Finding[],
): Finding | null {
  const [obstacle] = obstacles;
  if (obstacle !== undefined) return join(obstacles);
  if (refusals.length > 0) return join(refusals);
  if (!settled) return null;
  const troubled = pods.filter((state) => state.trouble !== null && !rollout.replace.includes(state));
  return join(troubled.flatMap(({ trouble }) => (trouble === null ? [] : [trouble])));
}

/** The first one's reason, everybody's message. */
function join(findings: readonly Finding[]): Finding | null {
  const [first] = findings;
  if (first === undefined) return null;
  return { reason: first.reason, message: [...new Set(findings.map(({ message }) => message))].join('. ') };
}

function workInHand(picture: Omit<Picture, 'reconciling'>): Finding | null {
  const { observed, plan, before, desired, ready } = picture;
  const { cluster } = observed;
  const { pods, replicas, rollout, growth, settled } = plan;
  const first = ['', 'Creating'].includes(find(before, 'Ready')?.reason ?? '');
  if (replicas === null) return { reason: 'Creating', message: waitingFor(observed) };
  if (replicas < desired) return { reason: 'ScalingUp', message: `from ${replicas} to ${desired} nodes` };
  const surplus = pods.slice(desired);
  if (surplus.length > 0 && !cluster.spec.paused)
    return { reason: 'ScalingDown', message: `${namesOf(surplus)} leaves, and its volume stays` };
  const [growing] = [...growth.grow, ...growth.growing];
  if (growing !== undefined)
    return {
      reason: 'VolumeGrowing',
      message: describeGrowth(growing, cluster.spec.journal.embedded.storage),
    };
  if (cluster.spec.paused && plan.pausedWork.length > 0) return null;
  if (rollout.outdated.length > 0)
    return { reason: 'RollingOut', message: `${namesOf(rollout.outdated)} is replaced by the new revision` };
  const missing = missingNodes(picture);
  if (ready.length < desired || missing.length > 0)
    return { reason: first ? 'Creating' : 'NodesNotReady', message: missing.join(', ') };
  if (!settled)
    return { reason: 'RollingOut', message: 'the StatefulSet’s controller has not yet seen the change' };
  return null;
}

function waitingFor({ statefulSet: set, others }: Observed): string {
  const leaving = [set, ...Object.values(others)].find(({ state }) => state === 'leaving');
  return leaving?.state === 'leaving'
    ? `waits for the former ${leaving.live.kind} ${leaving.live.metadata.name} to go`
    : 'the objects are being made';
}

function namesOf(pods: readonly PodState[]): string {
  return pods.map(({ name }) => name).join(', ');
}

const DIGEST_SHOWN = 12;
const VERSION_MAX = 128;

/** The image's tag; of an image by digest, its first digits. */
export function versionOf(image: string): string {
  const [name = '', digest] = image.split('@sha256:');
  const tag = /:([A-Za-z0-9_][A-Za-z0-9._-]*)$/.exec(name.slice(name.lastIndexOf('/') + 1))?.[1];
  return (tag ?? digest?.slice(0, DIGEST_SHOWN) ?? 'latest').slice(0, VERSION_MAX);
}
