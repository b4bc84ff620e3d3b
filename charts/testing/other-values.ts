import { entries } from '../values-files.ts';

const labels = { team: 'other' };
const image = { repository: 'registry.example/other', tag: 'other', digest: `sha256:${'0'.repeat(64)}` };
const monitor = { interval: '7s', labels };

/** For each value that is not a number or a switch another one than its default. */
const others: Readonly<Record<string, unknown>> = {
  nameOverride: 'other',
  fullnameOverride: 'other',
  watchNamespaces: ['other'],
  ...under('image', image),
  imagePullPolicy: 'Always',
  imagePullSecrets: [{ name: 'other' }],
  ...under('nodeImage', image),
  logLevel: 'debug',
  env: [{ name: 'OTHER', value: '1' }],
  resources: { requests: { cpu: '1' } },
  podLabels: labels,
  podAnnotations: labels,
  nodeSelector: labels,
  affinity: { podAffinity: {} },
  tolerations: [{ operator: 'Exists' }],
  topologySpreadConstraints: [],
  priorityClassName: 'other',
  podSecurityContext: { runAsUser: 7 },
  securityContext: { runAsUser: 7 },
  'serviceAccount.name': 'other',
  'serviceAccount.annotations': labels,
  'metrics.service.annotations': labels,
  ...under('metrics.serviceMonitor', monitor),
  ...under('metrics.podMonitor', monitor),
  'metrics.prometheusRule.labels': labels,
  'metrics.dashboards.labels': labels,
  'metrics.dashboards.annotations': labels,
  'networkPolicy.metricsFrom': [{ namespaceSelector: {} }],
  'networkPolicy.apiServerPorts': [16_443],
  'test.cartCluster': 'other',
  'test.namespace': 'other',
  'test.sku': 'OTHER',
  'test.country': 'de',
};

function under(group: string, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}.${name}`, value]));
}

/** Every value of the chart with another one than its default, as Helm takes it. */
export function otherValues(): { readonly path: string; readonly values: object }[] {
  return entries().flatMap((entry) => {
    if (entry.group) return [];
    const { path, value } = entry;
    const other = typeof value === 'boolean' ? !value : typeof value === 'number' ? value + 1 : others[path];
    if (other === undefined) throw new Error(`no other value of ${path} is known`);
    const values = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), other);
    return [{ path, values: values as object }];
  });
}
