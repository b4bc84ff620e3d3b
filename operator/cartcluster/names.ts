import type { CartClusterObject } from './observed.ts';

/** Names and labels of what a CartCluster owns. They are promises: other people's monitoring, policies and scripts use them. */
export const FIELD_MANAGER = 'cartwright-operator';

export const MANAGED_BY = 'app.kubernetes.io/managed-by';
export const CLUSTER = 'cartwright.dev/cluster';
/** What the watches select. */
export const MANAGED_SELECTOR = `${MANAGED_BY}=${FIELD_MANAGER}`;

/** Says of an owned object which wish it was made from. */
export const APPLIED_ANNOTATION = 'cartwright.dev/applied';
/** Says of a pod which settings and which referenced content it was made from; when they change, it is replaced. */
export const SETTINGS_ANNOTATION = 'cartwright.dev/settings';
export const REFERENCES_ANNOTATION = 'cartwright.dev/references';

export const REVISION_LABEL = 'controller-revision-hash';
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name';

export const CONTAINER = 'node';
export const DATA_VOLUME = 'data';
export const HTTP_PORT = 8080;
export const GRPC_PORT = 1337;
export const ADMIN_PORT = 9090;

/** By these its pods are selected; a StatefulSet's selector can never change. */
export function selectorOf(cluster: string): Readonly<Record<string, string>> {
  return {
    'app.kubernetes.io/name': 'cartwright-node',
    'app.kubernetes.io/instance': cluster,
    'app.kubernetes.io/component': 'node',
  };
}

export function labelsOf(cluster: string): Readonly<Record<string, string>> {
  return {
    ...selectorOf(cluster),
    [MANAGED_BY]: FIELD_MANAGER,
    'app.kubernetes.io/part-of': 'cartwright',
    [CLUSTER]: cluster,
  };
}

export function selectorText(cluster: string): string {
  return Object.entries(selectorOf(cluster))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

export const nodesService = (cluster: string): string => `${cluster}-nodes`;
export const settingsConfigMap = (cluster: string): string => `${cluster}-settings`;
export const podName = (cluster: string, ordinal: number): string => `${cluster}-${ordinal}`;
export const claimName = (cluster: string, ordinal: number): string =>
  `${DATA_VOLUME}-${podName(cluster, ordinal)}`;

/** The metadata that every owned object begins with. */
export function metadataOf({ metadata }: CartClusterObject, name: string): OwnedMetadata {
  return {
    name,
    namespace: metadata.namespace,
    labels: labelsOf(metadata.name),
    ownerReferences: [
      {
        apiVersion: 'cartwright.dev/v1alpha1',
        kind: 'CartCluster',
        name: metadata.name,
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  };
}

export interface OwnedMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly [
    {
      readonly apiVersion: string;
      readonly kind: string;
      readonly name: string;
      readonly uid: string;
      readonly controller: true;
      readonly blockOwnerDeletion: true;
    },
  ];
}
