import { REVISION_LABEL } from './names.ts';
import type { ContainerStatus, Pod } from './kinds.ts';

/** Why something does not go on by itself. */
export interface Trouble {
  readonly reason:
    'ImagePull' | 'CrashLoop' | 'ContainerError' | 'Unschedulable' | 'VolumePending' | 'NodeLost';
  readonly message: string;
}

export interface PodState {
  readonly pod: Pod;
  readonly name: string;
  readonly revision: string;
  /** Takes requests, and is not about to leave. */
  readonly ready: boolean;
  readonly leaving: boolean;
  readonly trouble: Trouble | null;
  /** When the trouble may be called one though it is not yet: some pass by themselves. */
  readonly patienceMs: number | null;
}

/** A pod waits a moment for its volume and its place, which is nothing to tell anybody. */
const PATIENCE_MS = 30_000;
/** More than its grace period: the machine does not answer. */
const LEAVING_MAX_MS = 60_000;
/** Between two starts of a container that ends at once it runs, for a moment. It is the same trouble. */
const RESTARTS_MIN = 3;
const MESSAGE_MAX = 700;

const IMAGE = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ErrInvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
]);
const CONTAINER = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'ContainerCannotRun',
]);

export function podState(pod: Pod, nowMs: number, deleted: ReadonlySet<string>): PodState {
  const { name, labels = {}, deletionTimestamp } = pod.metadata;
  const leaving = deletionTimestamp !== undefined || deleted.has(pod.metadata.uid ?? '');
  const ready = !leaving && isTrue(pod, 'Ready');
  const found = ready ? null : troubleOf(pod, nowMs);
  const early = found !== null && found.untilMs > nowMs;
  return {
    pod,
    name,
    revision: labels[REVISION_LABEL] ?? '',
    ready,
    leaving,
    trouble: found === null || early ? null : found.trouble,
    patienceMs: early ? found.untilMs - nowMs : null,
  };
}

interface Found {
  readonly trouble: Trouble;
  /** Until then it is not told. */
  readonly untilMs: number;
}

function troubleOf(pod: Pod, nowMs: number): Found | null {
  const { name, deletionTimestamp, creationTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) {
    const machine = pod.spec?.nodeName ?? 'none';
    const message = `${name} is being deleted and does not go; does the machine ${machine} answer?`;
    // The API server sets the timestamp to when the pod should be gone.
    return found('NodeLost', message, timeOf(deletionTimestamp, nowMs) + LEAVING_MAX_MS);
  }
  for (const status of [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ]) {
    const trouble = containerTrouble(name, status);
    if (trouble !== null) return { trouble, untilMs: 0 };
  }
  const place = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (place?.status !== 'False' || place.reason !== 'Unschedulable') return null;
  const untilMs = timeOf(creationTimestamp, nowMs) + PATIENCE_MS;
  const why = place.message ?? 'the scheduler does not say why';
  const isVolume = /persistentvolumeclaim/i.test(why);
  return found(isVolume ? 'VolumePending' : 'Unschedulable', `${name} has no place: ${why}`, untilMs);
}

function containerTrouble(pod: string, status: ContainerStatus): Trouble | null {
  const waiting = status.state?.waiting;
  const reason = waiting?.reason ?? '';
  const why = waiting?.message ?? reason;
  if (IMAGE.has(reason)) return { reason: 'ImagePull', message: told(`${pod}: the image can't be had`, why) };
  if (CONTAINER.has(reason)) return { reason: 'ContainerError', message: told(`${pod}: no container`, why) };
  return reason === 'CrashLoopBackOff' || restartsAllTheTime(status) ? crashLoop(pod, status) : null;
}

function restartsAllTheTime({ state, restartCount = 0 }: ContainerStatus): boolean {
  return state?.waiting === undefined && restartCount >= RESTARTS_MIN;
}

function crashLoop(pod: string, { state, lastState }: ContainerStatus): Trouble {
  const last = state?.terminated ?? lastState?.terminated;
  const code = last?.exitCode === undefined ? 'ends' : `ends with exit code ${last.exitCode}`;
  const why = last?.message ?? last?.reason ?? 'see its log';
  return { reason: 'CrashLoop', message: told(`${pod} ${code} again and again`, why) };
}

function found(reason: Trouble['reason'], message: string, untilMs: number): Found {
  return { trouble: { reason, message: message.slice(0, MESSAGE_MAX) }, untilMs };
}

/** Logs have line ends, a condition's message has one line. The end of a log says most. */
function told(what: string, why: string): string {
  const line = why.trim().replace(/\s*\n\s*/g, '; ');
  return `${what}: ${line.length > MESSAGE_MAX ? `…${line.slice(-MESSAGE_MAX)}` : line}`;
}

function isTrue(pod: Pod, condition: string): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === condition && status === 'True') ?? false;
}

function timeOf(timestamp: string | undefined, fallbackMs: number): number {
  const time = Date.parse(timestamp ?? '');
  return Number.isNaN(time) ? fallbackMs : time;
}
