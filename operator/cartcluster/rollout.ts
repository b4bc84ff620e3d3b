import type { PodState } from './pods.ts';

/** How far the pods are from what the spec says. */
export interface Rollout {
  /** What they should run; null while that is not known. */
  readonly revision: string | null;
  /** Pods to delete now, so that they come back new. */
  readonly replace: readonly PodState[];
  readonly outdated: readonly PodState[];
  /** The new revision was tried and does not come up. */
  readonly failure: PodState | null;
}

/** What can be said before the StatefulSet's controller has said which revision is wanted. */
export const UNKNOWN_ROLLOUT: Rollout = { revision: null, replace: [], outdated: [], failure: null };

export interface RolloutState {
  readonly pods: readonly PodState[];
  /** How many there should be now. */
  readonly replicas: number;
  /** The revision that they should run; null while the StatefulSet's controller has not said. */
  readonly revision: string | null;
  /** Nothing may be deleted. */
  readonly held: boolean;
}

/**
 * Which pods of an old revision go next.
 *
 * One that is not ready serves nobody: it goes at once, also when the new revision is no better. So a spec that was wrong is mended by a new one without anybody's help, which is where a
 * StatefulSet's own rolling update waits for ever.
 *
 * One that is ready goes alone, and only if nothing speaks against the new revision: every pod that runs it is ready, and all are there.
 */
export function nextOfRollout({ pods, replicas, revision, held }: RolloutState): Rollout {
  if (revision === null) return UNKNOWN_ROLLOUT;
  const outdated = pods.filter((state) => state.revision !== revision);
  const current = pods.filter((state) => state.revision === revision);
  const failure = current.find(({ trouble }) => trouble !== null) ?? null;
  if (held) return { revision, replace: [], outdated, failure };
  const staying = outdated.filter(({ leaving }) => !leaving);
  const broken = staying.filter(({ ready }) => !ready);
  if (broken.length > 0) return { revision, replace: broken, outdated, failure };
  const last = staying.at(-1);
  const allThere = pods.length === replicas && pods.every(({ ready }) => ready);
  return { revision, replace: last !== undefined && allThere ? [last] : [], outdated, failure };
}
