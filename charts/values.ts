import { z } from 'zod';

/**
 * Every value of the chart: the one source of values.yaml, values.schema.json and the table in the chart's README. A leaf has a default and says what it is for; a group has a title
 * and nothing else. Helm refuses what does not fit, so a misspelt name is an error and not a surprise.
 */
const group = <T extends z.core.$ZodLooseShape>(description: string, shape: T) =>
  z.strictObject(shape).meta({ description });
const text = (pattern: RegExp, description: string, value: string) =>
  z.string().regex(pattern).default(value).meta({ description });
const flag = (description: string, value: boolean) => z.boolean().default(value).meta({ description });
const count = (description: string, value: number, least: number, most: number) =>
  z.int().min(least).max(most).default(value).meta({ description });
const texts = (description: string, value: Record<string, string> = {}) =>
  z.record(z.string(), z.string()).default(value).meta({ description });

/** An object whose fields Kubernetes checks, not this chart. */
const kubernetesObject = z.record(z.string(), z.unknown());
const object = (description: string, value: Record<string, unknown> = {}) =>
  kubernetesObject.default(value).meta({ description });
const list = (description: string, value: Record<string, unknown>[] = []) =>
  z.array(kubernetesObject).default(value).meta({ description });

const DNS_LABEL = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?';
const LABEL = new RegExp(`^${DNS_LABEL}$`);
const LABEL_OR_EMPTY = new RegExp(`^(${DNS_LABEL})?$`);
const REPOSITORY = /^([a-z0-9.-]+(:[0-9]+)?\/)?[a-z0-9][a-z0-9._/-]*$/;
const TAG = /^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$/;
const DIGEST = /^(sha256:[0-9a-f]{64})?$/;
const DURATION = /^([0-9]+(ms|s|m|h))+$/;

const image = (description: string, repository: string) =>
  group(description, {
    repository: text(REPOSITORY, 'registry and name, without a tag', repository),
    tag: text(TAG, 'empty: the version of this chart', ''),
    digest: text(DIGEST, '`sha256:…`; where it is given, it counts and not the tag', ''),
  });

/** A ServiceMonitor or a PodMonitor. */
const monitor = (kind: string, beside: string) =>
  group(`${kind} of the Prometheus operator for the operator’s metrics${beside}`, {
    enabled: flag(`make a ${kind}; its CRD must be there`, false),
    interval: text(DURATION, 'how often Prometheus scrapes', '30s'),
    labels: texts(`more labels, by which a Prometheus picks its ${kind}s`),
  });

export const values = group('Values of the chart', {
  nameOverride: text(LABEL_OR_EMPTY, 'name of the application in place of `cartwright`', ''),
  fullnameOverride: text(
    LABEL_OR_EMPTY,
    'beginning of the objects’ names in place of the release’s name',
    '',
  ),

  crds: group('Custom resource definitions', {
    enabled: flag('install and upgrade the CRDs with the chart', true),
    keep: flag('an uninstall leaves the CRDs, and with them every CartCluster and its carts', true),
  }),

  watchNamespaces: z.array(z.string().regex(LABEL)).max(100).default([]).meta({
    description:
      'namespaces whose CartClusters the operator looks after; empty: all. With names, it gets a Role in each of them and no right in any other; they must exist',
  }),

  image: image('The operator’s image', 'ghcr.io/cartwright-dev/cartwright-operator'),
  imagePullPolicy: z
    .enum(['Always', 'IfNotPresent', 'Never'])
    .default('IfNotPresent')
    .meta({ description: 'when the operator’s image is pulled' }),
  imagePullSecrets: z
    .array(z.strictObject({ name: z.string().min(1) }))
    .default([])
    .meta({ description: 'Secrets for pulling the operator’s image: `[{name: …}]`' }),
  nodeImage: image(
    'The cart nodes’ image, where a CartCluster names none',
    'ghcr.io/cartwright-dev/cart-node',
  ),

  replicas: count('operators; one leads, the others stand by to take over', 2, 0, 10),
  logLevel: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .meta({ description: 'what the operator logs' }),
  concurrentReconciles: count('CartClusters worked on at a time', 4, 1, 64),
  env: z
    .array(z.looseObject({ name: z.string().min(1) }))
    .default([])
    .meta({ description: 'more settings of the operator: `[{name: RESYNC_MS, value: "300000"}]`' }),

  resources: object('CPU and memory of the operator', {
    requests: { cpu: '50m', memory: '128Mi' },
    limits: { memory: '256Mi' },
  }),
  podLabels: texts('more labels of the operator’s pods'),
  podAnnotations: texts('annotations of the operator’s pods'),
  nodeSelector: texts('nodes that the operator’s pods may run on'),
  affinity: object('affinity of the operator’s pods'),
  tolerations: list('taints that the operator’s pods tolerate'),
  topologySpreadConstraints: list(
    'how the operator’s pods are spread; a constraint without a labelSelector gets theirs',
    [
      { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway' },
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'ScheduleAnyway' },
    ],
  ),
  priorityClassName: text(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/, 'PriorityClass of the operator’s pods', ''),
  podSecurityContext: object('security context of the pods; as it is, it passes the restricted level', {
    runAsNonRoot: true,
    runAsUser: 65_532,
    runAsGroup: 65_532,
    seccompProfile: { type: 'RuntimeDefault' },
  }),
  securityContext: object('security context of the container; as it is, it passes the restricted level', {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  }),
  terminationGracePeriodSeconds: count(
    'time for the operator to end its work and give up the Lease',
    30,
    1,
    3600,
  ),

  podDisruptionBudget: group('PodDisruptionBudget of the operator, where it has two replicas or more', {
    enabled: flag('let evictions take one operator at a time', true),
  }),

  serviceAccount: group('ServiceAccount of the operator', {
    create: flag('make it', true),
    name: text(
      LABEL_OR_EMPTY,
      'its name; empty: that of the Deployment, or `default` where none is made',
      '',
    ),
    annotations: texts('its annotations'),
  }),
  rbac: group('Rights', {
    create: flag('make the operator’s Roles and their bindings', true),
    aggregatedRoles: flag(
      'let the cluster’s own roles view, edit and admin see and change CartClusters; one release of a cluster does it',
      true,
    ),
  }),

  metrics: group('Metrics of the operator', {
    service: group('Service of the metrics', {
      enabled: flag('make a headless Service; a ServiceMonitor makes it in any case', true),
      annotations: texts('its annotations'),
    }),
    serviceMonitor: monitor('ServiceMonitor', ''),
    podMonitor: monitor('PodMonitor', '; use one of the two'),
    prometheusRule: group('Recording rules and alerts, each with a section in runbooks.md', {
      enabled: flag('make a PrometheusRule; its CRD must be there', false),
      labels: texts('more labels, by which a Prometheus picks its rules'),
    }),
    dashboards: group('Grafana dashboards', {
      enabled: flag('make a ConfigMap for each dashboard', false),
      labels: texts('labels by which Grafana’s sidecar finds them', { grafana_dashboard: '1' }),
      annotations: texts('annotations, such as the folder'),
    }),
  }),

  networkPolicy: group('NetworkPolicy of the operator', {
    enabled: flag('let nothing in but requests for metrics and probes', true),
    metricsFrom: list('peers that may ask for metrics, as in a NetworkPolicy; empty: all'),
    restrictEgress: flag('let nothing out but DNS and the API server', false),
    apiServerPorts: z
      .array(z.int().min(1).max(65_535))
      .min(1)
      .max(10)
      .default([443, 6443])
      .meta({ description: 'ports of the API server, before and behind its Service' }),
  }),

  test: group('`helm test`: it makes a cart, reads it back and empties it', {
    cartCluster: text(
      LABEL_OR_EMPTY,
      'a CartCluster to test with; empty: the test makes one of its own, and takes it away',
      '',
    ),
    namespace: text(
      LABEL_OR_EMPTY,
      'its namespace; empty: the release’s, or the first of watchNamespaces where the operator does not watch that',
      '',
    ),
    sku: text(/^[\x21-\x7e]{1,100}$/, 'an article that its catalog has', 'TEST-SKU-123'),
    country: text(/^[a-z]{2}$/, 'a country that the article is sold in', 'se'),
    timeoutSeconds: count('time for the CartCluster to be ready', 180, 1, 3600),
  }),
});

export type Values = z.output<typeof values>;
