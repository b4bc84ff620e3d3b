import {
  ADMIN_PORT,
  CONTAINER,
  DATA_VOLUME,
  GRPC_PORT,
  HTTP_PORT,
  labelsOf,
  REFERENCES_ANNOTATION,
  SETTINGS_ANNOTATION,
  settingsConfigMap,
} from '../names.ts';
import { CATALOG_FILE, CATALOG_FOLDER, DATA_FOLDER, nodeSettings } from './settings.ts';
import type { CartClusterObject, ReferencedContent } from '../observed.ts';
import type { Surroundings } from './wish.ts';

type Json = Readonly<Record<string, unknown>>;

/** No privilege of any kind: what the *restricted* level asks for, and a root file system that can't be written. */
const USER = 65_532;
const GRACE_PERIOD_SECONDS = 30;

/** The image that a CartCluster's nodes run. */
export function imageOf({ spec }: CartClusterObject, { nodeImage }: Surroundings): string {
  return spec.image ?? nodeImage;
}

/** The pods' template. What the pods read at their start is in it by its digest, so that a change of it is a change of the template. */
export function podTemplate(
  cluster: CartClusterObject,
  references: ReferencedContent,
  around: Surroundings,
): Json {
  const { spec, metadata } = cluster;
  const settings = JSON.stringify(nodeSettings(cluster));
  return {
    metadata: {
      labels: { ...spec.podLabels, ...labelsOf(metadata.name) },
      annotations: {
        ...spec.podAnnotations,
        [SETTINGS_ANNOTATION]: around.digest(settings),
        [REFERENCES_ANNOTATION]: references.digest,
      },
    },
    spec: {
      serviceAccountName: metadata.name,
      automountServiceAccountToken: false,
      // Names of Services become variables of every container, and one of them could be a setting of the node.
      enableServiceLinks: false,
      terminationGracePeriodSeconds: GRACE_PERIOD_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: USER,
        runAsGroup: USER,
        fsGroup: USER,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...given('imagePullSecrets', spec.imagePullSecrets),
      ...given('nodeSelector', spec.nodeSelector),
      ...given('affinity', spec.affinity),
      ...given('tolerations', spec.tolerations),
      ...given('topologySpreadConstraints', spec.topologySpreadConstraints),
      containers: [container(cluster, around)],
      volumes: volumes(cluster),
    },
  };
}

function container(cluster: CartClusterObject, around: Surroundings): Json {
  const { spec, metadata } = cluster;
  const { catalog } = spec;
  return {
    name: CONTAINER,
    image: imageOf(cluster, around),
    imagePullPolicy: spec.imagePullPolicy,
    // A node that refuses to start says why in its last line; so does then the pod's status.
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ports: [
      { name: 'http', containerPort: HTTP_PORT, protocol: 'TCP' },
      { name: 'grpc', containerPort: GRPC_PORT, protocol: 'TCP' },
      { name: 'admin', containerPort: ADMIN_PORT, protocol: 'TCP' },
    ],
    envFrom: [{ configMapRef: { name: settingsConfigMap(metadata.name) } }],
    env: environment(cluster),
    resources: spec.resources,
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    startupProbe: probe('/livez', { periodSeconds: 1, failureThreshold: 120 }),
    livenessProbe: probe('/livez', { periodSeconds: 10, failureThreshold: 6 }),
    readinessProbe: probe('/readyz', { periodSeconds: 2, failureThreshold: 2 }),
    volumeMounts: [
      { name: DATA_VOLUME, mountPath: DATA_FOLDER },
      { name: 'tmp', mountPath: '/tmp' },
      ...(catalog?.configMap === undefined
        ? []
        : [{ name: 'catalog', mountPath: CATALOG_FOLDER, readOnly: true }]),
    ],
  };
}

function environment({ spec }: CartClusterObject): readonly Json[] {
  const token = spec.catalog?.http?.tokenSecret;
  return [
    { name: 'NODE_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    ...(token === undefined
      ? []
      : [{ name: 'CATALOG_TOKEN', valueFrom: { secretKeyRef: { name: token.name, key: token.key } } }]),
    ...(spec.env ?? []),
  ];
}

function volumes({ spec }: CartClusterObject): readonly Json[] {
  const configMap = spec.catalog?.configMap;
  return [
    { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
    ...(configMap === undefined
      ? []
      : [
          {
            name: 'catalog',
            configMap: { name: configMap.name, items: [{ key: configMap.key, path: CATALOG_FILE }] },
          },
        ]),
  ];
}

function probe(path: string, times: Json): Json {
  return { httpGet: { path, port: 'admin', scheme: 'HTTP' }, timeoutSeconds: 2, ...times };
}

function given(name: string, value: unknown): Json {
  return value === undefined ? {} : { [name]: value };
}
