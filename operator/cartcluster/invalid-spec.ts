import { z } from 'zod';
import { find } from './conditions.ts';
import type { CartClusterStatus, Condition, ConditionType } from '../api/status.ts';

const MESSAGE_MAX = 1024;

/**
 * The status of a CartCluster whose spec is refused. The API server checks it already; this one was stored under an older schema, or its schema lacks what a rule can't say. Nothing is done
 * about it: what runs goes on as it is.
 */
export function invalidSpecStatus(
  before: CartClusterStatus,
  generation: number,
  error: z.ZodError,
  nowMs: number,
): CartClusterStatus {
  const message = error.issues
    .map((issue) => `${z.core.toDotPath(issue.path)}: ${issue.message}`)
    .join('; ')
    .slice(0, MESSAGE_MAX);
  const now = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const condition = (type: ConditionType, status: Condition['status'], reason: string): Condition => {
    const former = find(before, type);
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: former?.status === status ? former.lastTransitionTime : now,
      observedGeneration: generation,
    };
  };
  const unknown = (type: ConditionType): Condition =>
    find(before, type) ?? condition(type, 'Unknown', 'InvalidSpec');
  return {
    ...before,
    observedGeneration: generation,
    conditions: [
      condition('Ready', 'False', 'InvalidSpec'),
      unknown('Available'),
      condition('Reconciling', 'False', 'InvalidSpec'),
      condition('Stalled', 'True', 'InvalidSpec'),
      unknown('UpToDate'),
      unknown('Paused'),
    ],
  };
}
