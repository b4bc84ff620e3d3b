import { find } from './conditions.ts';
import { describeFields } from './fields.ts';
import type { CartClusterStatus } from '../api/status.ts';

/** Something that happened, for `kubectl describe`. */
export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  /** What happened, in one word. */
  readonly reason: string;
  /** What the operator did about it, in one word. */
  readonly action: string;
  readonly note: string;
}

/** What a reconciliation changed. */
export type Deed =
  | { readonly type: 'created' }
  | { readonly type: 'scaled'; readonly from: number; readonly to: number }
  | { readonly type: 'reverted'; readonly object: string; readonly fields: readonly string[] }
  | { readonly type: 'replaced'; readonly pod: string; readonly why: string }
  | { readonly type: 'grown'; readonly claim: string; readonly storage: string };

export function eventOfDeed(deed: Deed): EventNote {
  switch (deed.type) {
    case 'created':
      return normal('Created', 'Create', 'the objects of this CartCluster are there');
    case 'scaled': {
      const note = `from ${deed.from} to ${deed.to} nodes`;
      return deed.to > deed.from ? normal('ScaledUp', 'Scale', note) : normal('ScaledDown', 'Scale', note);
    }
    case 'reverted':
      return warning(
        'ForeignEditReverted',
        'Apply',
        `${deed.object}: somebody else changed ${describeFields(deed.fields)}; the CartCluster’s spec is the place to change it`,
      );
    case 'replaced':
      return normal('NodeReplaced', 'DeletePod', `${deed.pod}: ${deed.why}`);
    case 'grown':
      return normal('VolumeGrown', 'GrowVolume', `${deed.claim} asks for ${deed.storage}`);
  }
}

/** What the step from one status to the next is worth telling. */
export function eventsOfTransition(
  before: CartClusterStatus,
  after: CartClusterStatus,
): readonly EventNote[] {
  return [...rolloutEvents(before, after), ...stallEvents(before, after), ...pauseEvents(before, after)];
}

function rolloutEvents(before: CartClusterStatus, after: CartClusterStatus): readonly EventNote[] {
  const former = find(before, 'UpToDate');
  const now = find(after, 'UpToDate');
  if (former === undefined || now === undefined || former.reason === now.reason) return [];
  const to = `revision ${after.updateRevision ?? '?'}, version ${after.version ?? '?'}`;
  switch (now.reason) {
    case 'RolloutInProgress':
      // The first nodes of all are no rollout.
      return former.status === 'Unknown' ? [] : [normal('RolloutStarted', 'Rollout', `to ${to}`)];
    case 'RevisionCurrent':
      return former.status === 'Unknown' || find(before, 'Ready')?.reason === 'Creating'
        ? []
        : [normal('RolloutCompleted', 'Rollout', `to ${to}`)];
    case 'RolloutFailed':
      return [warning('RolloutFailed', 'Rollout', `to ${to}: ${now.message}`)];
    default:
      return [];
  }
}

/** Every other reason is one that somebody must do something about. */
function stallEvents(before: CartClusterStatus, after: CartClusterStatus): readonly EventNote[] {
  const former = find(before, 'Stalled');
  const now = find(after, 'Stalled');
  if (now?.status !== 'True' || (former?.status === 'True' && former.reason === now.reason)) return [];
  return [warning(now.reason, 'Wait', now.message)];
}

function pauseEvents(before: CartClusterStatus, after: CartClusterStatus): readonly EventNote[] {
  const was = find(before, 'Paused')?.status === 'True';
  const is = find(after, 'Paused')?.status === 'True';
  if (was === is) return [];
  return [
    is ? normal('Paused', 'Pause', 'the spec says so') : normal('Resumed', 'Resume', 'the spec says so'),
  ];
}

function normal(reason: string, action: string, note: string): EventNote {
  return { type: 'Normal', reason, action, note };
}

function warning(reason: string, action: string, note: string): EventNote {
  return { type: 'Warning', reason, action, note };
}
