import { images } from './images.ts';
import { kubectl } from './kubectl.ts';
import { restricted } from './restricted.ts';
import type { Namespace } from './namespace.ts';

const QUERY_DEADLINE_MS = 20_000;
const PORT = 9090;

export interface PrometheusOptions {
  /** The `scrape_configs`, as objects. With `kubernetes_sd_configs`, name the namespaces there, too. */
  readonly scrape: readonly object[];
  /** Rule files by their names. */
  readonly rules?: Readonly<Record<string, string>>;
  /** Namespaces beside its own in which it may find targets. */
  readonly watches?: readonly string[];
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Target {
  readonly scrapeUrl: string;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lastError: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A Prometheus in a pod. Asked through the API server. */
export class Prometheus {
  readonly #namespace: Namespace;
  readonly #name: string;

  private constructor(namespace: Namespace, name: string) {
    this.#namespace = namespace;
    this.#name = name;
  }

  static async start(
    namespace: Namespace,
    options: PrometheusOptions,
    name = 'prometheus',
  ): Promise<Prometheus> {
    const items = rights(namespace, name, options.watches ?? []);
    // Not all of them are in its own namespace.
    const list = { apiVersion: 'v1', kind: 'List', items };
    await kubectl(['apply', '--filename=-'], { input: JSON.stringify(list) });
    await namespace.apply([settings(name, options), pod(name)]);
    await namespace.until(`pod/${name}`, 'condition=Ready');
    return new Prometheus(namespace, name);
  }

  /** The samples of an instant vector. */
  async query(expression: string): Promise<readonly Sample[]> {
    const data = (await this.#get(`query?query=${encodeURIComponent(expression)}`)) as {
      result: { metric: Record<string, string>; value: [number, string] }[];
    };
    return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async targets(): Promise<readonly Target[]> {
    const data = (await this.#get('targets?state=active')) as { activeTargets: Target[] };
    return data.activeTargets;
  }

  /** The groups of `/api/v1/rules`. */
  async rules(): Promise<readonly { readonly name: string; readonly rules: readonly Rule[] }[]> {
    return ((await this.#get('rules')) as { groups: { name: string; rules: Rule[] }[] }).groups;
  }

  async #get(path: string): Promise<unknown> {
    const proxy = `/api/v1/namespaces/${this.#namespace.name}/pods/${this.#name}:${PORT}/proxy/api/v1/${path}`;
    const answer = await kubectl(['get', '--raw', proxy], { deadlineMs: QUERY_DEADLINE_MS });
    return (JSON.parse(answer) as { data: unknown }).data;
  }
}

export interface Rule {
  readonly name: string;
  readonly type: 'alerting' | 'recording';
  readonly health: string;
  /** Of alerts: inactive, pending or firing. */
  readonly state?: string;
}

function rights(namespace: Namespace, name: string, watches: readonly string[]): readonly object[] {
  const role = `e2e-${name}`;
  const account = { kind: 'ServiceAccount', name, namespace: namespace.name };
  const rules = [
    { apiGroups: [''], resources: ['pods', 'services', 'endpoints'], verbs: ['get', 'list', 'watch'] },
    { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
  ];
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: namespace.name } },
    ...[namespace.name, ...watches].flatMap((place) => [
      { apiVersion: `${group}/v1`, kind: 'Role', metadata: { name: role, namespace: place }, rules },
      {
        apiVersion: `${group}/v1`,
        kind: 'RoleBinding',
        metadata: { name: role, namespace: place },
        roleRef: { apiGroup: group, kind: 'Role', name: role },
        subjects: [account],
      },
    ]),
  ];
}

function settings(name: string, { scrape, rules = {} }: PrometheusOptions): object {
  const configuration = {
    global: { scrape_interval: '2s', evaluation_interval: '2s' },
    rule_files: Object.keys(rules).map((file) => `/etc/prometheus/${file}`),
    scrape_configs: scrape,
  };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { ...rules, 'prometheus.yml': JSON.stringify(configuration) },
  };
}

function pod(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      serviceAccountName: name,
      securityContext: restricted.pod,
      containers: [
        {
          name: 'prometheus',
          image: images.prometheus,
          imagePullPolicy: 'IfNotPresent',
          args: ['--config.file=/etc/prometheus/prometheus.yml', '--storage.tsdb.path=/data'],
          securityContext: restricted.container,
          readinessProbe: { httpGet: { path: '/-/ready', port: PORT }, periodSeconds: 1 },
          volumeMounts: [
            { name: 'settings', mountPath: '/etc/prometheus' },
            { name: 'data', mountPath: '/data' },
          ],
        },
      ],
      volumes: [
        { name: 'settings', configMap: { name } },
        { name: 'data', emptyDir: {} },
      ],
    },
  };
}
