import { podName } from './names.ts';
import type { CartClusterStatus } from '../api/status.ts';
import type { Observed } from './observed.ts';
import type { Finding, Plan } from './plan.ts';
import type { PodState } from './pods.ts';

/** Everything that the status says, before it becomes one. */
export interface Picture {
  readonly observed: Observed;
  readonly plan: Plan;
  readonly before: CartClusterStatus;
  readonly desired: number;
  /** Those that are there to stay. */
  readonly ready: readonly PodState[];
  /** Needs somebody. */
  readonly stalled: Finding | null;
  /** Is in hand. */
  readonly reconciling: Finding | null;
}

/** In words, what each node that does not take requests does instead. */
export function missingNodes({ observed, plan, desired }: Omit<Picture, 'reconciling'>): readonly string[] {
  return Array.from({ length: desired }, (_, ordinal) => podName(observed.cluster.metadata.name, ordinal))
    .map((name) => [name, plan.pods.find((state) => state.name === name)] as const)
    .flatMap(([name, state]) => {
      if (state === undefined) return [`${name} is not there yet`];
      if (state.leaving) return [`${name} is being deleted`];
      return state.ready ? [] : [`${name} is starting`];
    });
}
