import type { Resource } from './object.ts';

const inCore = { group: '', version: 'v1', namespaced: true } as const;

export const pods: Resource = { ...inCore, plural: 'pods', kind: 'Pod' };
export const services: Resource = { ...inCore, plural: 'services', kind: 'Service' };
export const serviceAccounts: Resource = { ...inCore, plural: 'serviceaccounts', kind: 'ServiceAccount' };
export const configMaps: Resource = { ...inCore, plural: 'configmaps', kind: 'ConfigMap' };
export const secrets: Resource = { ...inCore, plural: 'secrets', kind: 'Secret' };
export const persistentVolumeClaims: Resource = {
  ...inCore,
  plural: 'persistentvolumeclaims',
  kind: 'PersistentVolumeClaim',
};
export const statefulSets: Resource = {
  group: 'apps',
  version: 'v1',
  plural: 'statefulsets',
  kind: 'StatefulSet',
  namespaced: true,
};
export const networkPolicies: Resource = {
  group: 'networking.k8s.io',
  version: 'v1',
  plural: 'networkpolicies',
  kind: 'NetworkPolicy',
  namespaced: true,
};
export const leases: Resource = {
  group: 'coordination.k8s.io',
  version: 'v1',
  plural: 'leases',
  kind: 'Lease',
  namespaced: true,
};
export const events: Resource = {
  group: 'events.k8s.io',
  version: 'v1',
  plural: 'events',
  kind: 'Event',
  namespaced: true,
};
