import { podName } from './names.ts';
import { missingNodes } from './picture.ts';
import type { CartClusterStatus, Condition, ConditionType } from '../api/status.ts';
import type { Picture } from './picture.ts';

interface Statement {
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  /** Where it speaks of an earlier generation than the one that was looked at. */
  readonly observedGeneration?: number | undefined;
}

const MESSAGE_MAX = 1024;

/**
 * The conditions, as kstatus and Helm read them: Ready is the summary, Reconciling and Stalled are true only while something is to be said. All are there from the first time on.
 */
export function conditionsOf(picture: Picture): Condition[] {
  const { observed, before } = picture;
  const statements: Readonly<Record<ConditionType, Statement>> = {
    Ready: ready(picture),
    Available: available(picture),
    Reconciling: abnormal(picture.reconciling, 'Settled'),
    Stalled: abnormal(picture.stalled, 'NotStalled'),
    UpToDate: upToDate(picture),
    Paused: paused(picture),
  };
  // Kubernetes' times have no fractions.
  const now = new Date(observed.nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return Object.entries(statements).map(([type, { status, reason, message, observedGeneration }]) => {
    const former = find(before, type as ConditionType);
    return {
      type,
      status,
      reason,
      message: message.slice(0, MESSAGE_MAX),
      lastTransitionTime: former?.status === status ? former.lastTransitionTime : now,
      observedGeneration: observedGeneration ?? observed.cluster.metadata.generation,
    };
  });
}

export function find({ conditions = [] }: CartClusterStatus, type: ConditionType): Condition | undefined {
  return conditions.find((condition) => condition.type === type);
}

function ready({ desired, ready: nodes, stalled, reconciling, plan }: Picture): Statement {
  if (stalled !== null) return { status: 'False', ...stalled };
  if (reconciling !== null) return { status: 'False', ...reconciling };
  if (plan.pausedWork.length > 0)
    return { status: 'False', reason: 'Paused', message: `paused: ${plan.pausedWork.join('; ')}` };
  if (desired === 0)
    return { status: 'True', reason: 'ScaledToZero', message: 'the carts are kept, and none is served' };
  const which = nodes.map(({ name }) => name).join(', ');
  return { status: 'True', reason: 'AllNodesOpen', message: `${which} serves carts` };
}

function available(picture: Picture): Statement {
  const { ready: nodes, desired, observed } = picture;
  // The Service sends requests to no other: see `owned/services.ts`.
  const first = nodes.find(({ name }) => name === podName(observed.cluster.metadata.name, 0));
  if (first !== undefined)
    return { status: 'True', reason: 'Serving', message: `${first.name} serves carts` };
  if (desired === 0) return { status: 'False', reason: 'ScaledToZero', message: 'no node is wanted' };
  return { status: 'False', reason: 'NoNodeOpen', message: missingNodes(picture).join(', ') };
}

function abnormal(finding: Picture['stalled'], otherwise: string): Statement {
  if (finding === null) return { status: 'False', reason: otherwise, message: '' };
  return { status: 'True', ...finding };
}

/** A rollout is complete when every node runs the revision and took requests once. What befalls it later is no rollout any more. */
function upToDate({ plan, before, desired, ready: nodes }: Picture): Statement {
  const { rollout, pausedWork } = plan;
  const former = find(before, 'UpToDate');
  if (rollout.revision === null) {
    // True to what it said then, and no word about what is wanted now.
    if (former !== undefined) return former;
    return { status: 'Unknown', reason: 'RevisionUnknown', message: 'no revision is there yet' };
  }
  const { outdated, failure } = rollout;
  if (outdated.length > 0 && pausedWork.length > 0)
    return { status: 'False', reason: 'Paused', message: `paused: ${pausedWork.join('; ')}` };
  const completed = former?.status === 'True' && before.updateRevision === rollout.revision;
  if (outdated.length === 0 && (completed || nodes.length >= desired))
    return { status: 'True', reason: 'RevisionCurrent', message: 'every node is what the spec says' };
  if (failure?.trouble) return { status: 'False', reason: 'RolloutFailed', message: failure.trouble.message };
  const which = outdated.map(({ name }) => name).join(', ');
  const message = which === '' ? 'the new revision is starting' : `${which} still runs an old revision`;
  return { status: 'False', reason: 'RolloutInProgress', message };
}

function paused({ observed }: Picture): Statement {
  return observed.cluster.spec.paused
    ? { status: 'True', reason: 'UserRequested', message: 'no pod is replaced and no node removed' }
    : { status: 'False', reason: 'NotPaused', message: '' };
}
