import {
  configMaps,
  events,
  leases,
  networkPolicies,
  persistentVolumeClaims,
  pods,
  secrets,
  serviceAccounts,
  services,
  statefulSets,
} from '../resources.ts';
import type { FakeResource } from './collections.ts';
import type { KubeObject } from '../object.ts';

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** The API server takes nothing else where microseconds count. */
function wrongTimes(values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== null)
    .filter(([, value]) => typeof value !== 'string' || !MICRO_TIME.test(value))
    .map(([name, value]) => `${name}: cannot parse ${JSON.stringify(value)}`);
}

function leaseProblems(object: KubeObject): string[] {
  const { acquireTime, renewTime, leaseDurationSeconds } =
    (object as { spec?: Record<string, unknown> }).spec ?? {};
  return [
    ...wrongTimes({ 'spec.acquireTime': acquireTime, 'spec.renewTime': renewTime }),
    ...(Number(leaseDurationSeconds ?? 1) > 0 ? [] : ['spec.leaseDurationSeconds: must be greater than 0']),
  ];
}

function eventProblems(object: KubeObject): string[] {
  const { eventTime, note, action, reason, type, reportingController, reportingInstance, series } =
    object as unknown as Record<string, unknown> & { series?: { count?: number; lastObservedTime?: string } };
  const required = { eventTime, action, reason, reportingController, reportingInstance };
  return [
    ...Object.entries(required)
      .filter(([, value]) => value === undefined || value === '')
      .map(([name]) => `${name}: required`),
    ...wrongTimes({ eventTime, 'series.lastObservedTime': series?.lastObservedTime }),
    ...(Buffer.byteLength(String(note)) <= 1024 ? [] : ['note: can have at most 1024 bytes']),
    ...(type === 'Normal' || type === 'Warning' ? [] : ['type: has invalid value']),
    ...(series === undefined || Number(series.count) >= 2 ? [] : ['series.count: should be at least 2']),
  ];
}

/** Kinds that every API server has, as far as they are different from others. */
export const builtinResources: readonly FakeResource[] = [
  { ...pods, hasStatus: true, isGraceful: true },
  { ...services, hasStatus: true },
  serviceAccounts,
  configMaps,
  secrets,
  { ...persistentVolumeClaims, hasStatus: true },
  { ...statefulSets, hasStatus: true },
  networkPolicies,
  { ...leases, validate: leaseProblems },
  { ...events, validate: eventProblems },
];
