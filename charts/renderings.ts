/**
 * What the chart is rendered with for the files in charts/rendered: they are checked in, so that a change of a template shows what it does, and tests read them without Helm. The CRD
 * is in install.yaml only.
 */
export const renderings: Readonly<Record<string, object>> = {
  namespaced: {
    crds: { enabled: false },
    watchNamespaces: ['team-a', 'team-b'],
    nodeImage: { repository: 'registry.example:5000/cart-node', digest: `sha256:${'ab'.repeat(32)}` },
    networkPolicy: {
      restrictEgress: true,
      metricsFrom: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
    },
  },
  monitored: {
    crds: { enabled: false },
    metrics: {
      serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
      podMonitor: { enabled: true, interval: '15s' },
      prometheusRule: { enabled: true, labels: { release: 'prometheus' } },
      dashboards: { enabled: true, annotations: { grafana_folder: 'Carts' } },
    },
  },
  // Every value that adds something has something.
  everything: {
    fullnameOverride: 'carts',
    crds: { enabled: false },
    image: { repository: 'registry.example/operator', tag: 'candidate' },
    imagePullPolicy: 'Always',
    imagePullSecrets: [{ name: 'registry' }],
    replicas: 3,
    logLevel: 'debug',
    concurrentReconciles: 8,
    env: [{ name: 'RESYNC_MS', value: '300000' }],
    podLabels: { team: 'shop' },
    podAnnotations: { 'example.com/owner': 'shop-team' },
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }] },
          ],
        },
      },
    },
    tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
    topologySpreadConstraints: [
      {
        maxSkew: 2,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { team: 'shop' } },
      },
    ],
    priorityClassName: 'platform',
    serviceAccount: { name: 'carts', annotations: { 'example.com/role': 'carts' } },
    metrics: { service: { annotations: { 'prometheus.io/scrape': 'true' } } },
    test: { cartCluster: 'shop', namespace: 'shops' },
  },
  nothing: {
    crds: { enabled: false },
    replicas: 1,
    serviceAccount: { create: false },
    rbac: { create: false, aggregatedRoles: false },
    metrics: { service: { enabled: false } },
    networkPolicy: { enabled: false },
    topologySpreadConstraints: [],
    resources: null,
  },
};
