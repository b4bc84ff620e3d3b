import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { VERSION } from './project.ts';
import { readRendered } from './rendered.ts';
import { renderings } from './renderings.ts';
import type { PodSpec, Rendered, Selector } from './rendered.ts';

/** What the chart makes. Files that Helm rendered are read; `make chart-check` compares them with the chart where there is Helm, and the e2e tests do it always. */
describe('the rendered chart', () => {
  const install = readRendered('install.yaml');
  const byName = new Map(
    Object.keys(renderings).map((name) => [name, readRendered(`rendered/${name}.yaml`)]),
  );
  const everyRendering: [string, Rendered[]][] = [['install', install], ...byName];
  const rendering = (name: string): Rendered[] => byName.get(name) ?? assert.fail(name);

  function find(objects: readonly Rendered[], kind: string, name?: string): Rendered {
    const found = objects.filter(
      (object) => object.kind === kind && (name ?? object.metadata.name) === object.metadata.name,
    );
    const [object] = found;
    assert.ok(object && found.length === 1, `one ${kind} ${name ?? ''}, not ${found.length}`);
    return object;
  }

  function kinds(objects: readonly Rendered[]): string[] {
    return objects.map(({ kind }) => kind).sort();
  }

  function operator(objects: readonly Rendered[]): {
    readonly labels: Readonly<Record<string, string>>;
    readonly pod: PodSpec;
  } {
    const { template } = find(objects, 'Deployment').spec;
    assert.ok(template);
    return { labels: template.metadata.labels ?? {}, pod: template.spec };
  }

  it('passes the restricted level with every pod', () => {
    for (const [name, objects] of everyRendering) {
      const pods = objects.flatMap(({ kind, spec }): PodSpec[] => {
        if (kind === 'Pod') return [spec as unknown as PodSpec];
        return kind === 'Deployment' && spec.template ? [spec.template.spec] : [];
      });
      assert.ok(pods.length > 0);
      for (const pod of pods) {
        assert.equal(pod.securityContext?.runAsNonRoot, true, name);
        assert.equal(pod.securityContext.seccompProfile?.type, 'RuntimeDefault', name);
        for (const field of ['hostNetwork', 'hostPID', 'hostIPC', 'volumes', 'initContainers'])
          assert.equal(pod[field], undefined, name);
        for (const { securityContext } of pod.containers) {
          assert.deepEqual(securityContext?.capabilities, { drop: ['ALL'] }, name);
          assert.equal(securityContext.allowPrivilegeEscalation, false, name);
          assert.equal(securityContext.readOnlyRootFilesystem, true, name);
        }
      }
    }
  });

  it('selects the operator’s pods by whatever is meant for them', () => {
    for (const [name, objects] of everyRendering) {
      const { labels, pod } = operator(objects);
      const selectors = objects.flatMap(({ kind, spec }): Record<string, string>[] => {
        if (kind === 'Service') return [spec.selector as Record<string, string>];
        if (['Deployment', 'PodDisruptionBudget', 'PodMonitor'].includes(kind))
          return [(spec.selector as Selector).matchLabels];
        return kind === 'NetworkPolicy' ? [spec.podSelector?.matchLabels ?? {}] : [];
      });
      const spread = pod.topologySpreadConstraints ?? [];
      for (const selector of [
        ...selectors,
        ...spread.map(({ labelSelector }) => labelSelector.matchLabels),
      ]) {
        assert.ok(Object.keys(selector).length > 0, name);
        for (const [label, value] of Object.entries(selector))
          assert.equal(labels[label], value, `${name}: ${label}`);
      }
    }
  });

  it('has in a ServiceMonitor the labels of the Service', () => {
    const objects = rendering('monitored');
    const { matchLabels } = find(objects, 'ServiceMonitor').spec.selector as Selector;
    const labels = find(objects, 'Service').metadata.labels ?? {};
    for (const [label, value] of Object.entries(matchLabels)) assert.equal(labels[label], value);
  });

  it('keeps the CartClusters’ labels in what is scraped', () => {
    const objects = rendering('monitored');
    for (const [kind, endpoints] of [
      ['ServiceMonitor', 'endpoints'],
      ['PodMonitor', 'podMetricsEndpoints'],
    ] as const) {
      const [endpoint] = find(objects, kind).spec[endpoints] as { port: string; honorLabels: boolean }[];
      assert.equal(endpoint?.honorLabels, true);
      assert.equal(endpoint.port, 'metrics');
    }
  });

  it('runs two operators, one at a time of them evicted', () => {
    assert.equal(find(install, 'Deployment').spec['replicas'], 2);
    assert.equal(find(install, 'PodDisruptionBudget').spec['maxUnavailable'], 1);
    assert.equal(operator(install).pod.topologySpreadConstraints?.length, 2);
    assert.equal(operator(install).pod.automountServiceAccountToken, true);
    assert.equal(operator(install).pod.serviceAccountName, find(install, 'ServiceAccount').metadata.name);
  });

  it('names images by this version, or as it was told', () => {
    const images = (objects: readonly Rendered[]): unknown[] => {
      const [container] = operator(objects).pod.containers;
      return [container?.image, container?.env?.find(({ name }) => name === 'NODE_IMAGE')?.value];
    };
    assert.deepEqual(images(install), [
      `ghcr.io/cartwright-dev/cartwright-operator:${VERSION}`,
      `ghcr.io/cartwright-dev/cart-node:${VERSION}`,
    ]);
    assert.deepEqual(images(rendering('everything')), [
      'registry.example/operator:candidate',
      `ghcr.io/cartwright-dev/cart-node:${VERSION}`,
    ]);
    assert.equal(
      images(rendering('namespaced'))[1],
      `registry.example:5000/cart-node@sha256:${'ab'.repeat(32)}`,
    );
  });

  it('has rights in the whole cluster only where the operator looks after all of it', () => {
    assert.deepEqual(
      find(install, 'ClusterRoleBinding').roleRef.name,
      find(install, 'ClusterRole', 'cartwright-operator').metadata.name,
    );
    const namespaced = rendering('namespaced');
    assert.ok(!kinds(namespaced).includes('ClusterRoleBinding'));
    const rules = find(install, 'ClusterRole', 'cartwright-operator').rules;
    for (const namespace of ['team-a', 'team-b']) {
      const here = namespaced.filter(({ metadata }) => metadata.namespace === namespace);
      const role = find(here, 'Role');
      const binding = find(here, 'RoleBinding');
      assert.deepEqual(role.rules, rules);
      assert.equal(binding.roleRef.name, role.metadata.name);
      assert.deepEqual(binding.subjects, [
        { kind: 'ServiceAccount', name: 'cartwright-operator', namespace: 'cartwright-system' },
      ]);
    }
    assert.equal(
      operator(namespaced).pod.containers[0]?.env?.find(({ name }) => name === 'WATCH_NAMESPACES')?.value,
      'team-a,team-b',
    );
  });

  it('gives the operator the rights that its own README lists', () => {
    const readme = readFileSync(new URL('../operator/README.md', import.meta.url), 'utf8');
    const [, table = ''] = /^\*\*Rights\*\*.*\n\n.*\n\|---.*\n([^]*?)\n\n/m.exec(readme) ?? [];
    const listed = table.split('\n').flatMap((row) => {
      const [, cell = '', resources = '', verbs = ''] = row.split('|').map((text) => text.trim());
      // An empty cell is the core's group, which has no name.
      const [group = ''] = cell.split(',');
      return rightsOf(group, resources.split(', '), verbs.replace(/:.*/, '').split(', '));
    });
    const rules = [
      ...find(install, 'ClusterRole', 'cartwright-operator').rules,
      ...find(install, 'Role', 'cartwright-operator-leader').rules,
    ];
    const granted = rules.flatMap(({ apiGroups, resources, verbs }) =>
      rightsOf(apiGroups[0] ?? '', resources, verbs),
    );
    assert.deepEqual(granted.sort(), listed.sort());
  });

  it('lets the operator touch its own Lease and no other', () => {
    const { rules, metadata } = find(install, 'Role', 'cartwright-operator-leader');
    assert.equal(metadata.namespace, 'cartwright-system');
    assert.deepEqual(
      rules.map(({ verbs, resourceNames }) => [verbs, resourceNames]),
      [
        [['create'], undefined],
        [['get', 'update'], ['cartwright-operator']],
      ],
    );
  });

  it('gives nobody a right by a wildcard', () => {
    for (const [name, objects] of everyRendering)
      for (const { apiGroups, resources, verbs } of objects
        .filter(({ kind }) => kind.endsWith('Role'))
        .flatMap(({ rules }) => rules))
        for (const word of [...apiGroups, ...resources, ...verbs]) assert.ok(!word.includes('*'), name);
  });

  it('lets people see and change CartClusters by the cluster’s own roles, and nobody their status', () => {
    const roles = install.filter(({ metadata }) =>
      Object.keys(metadata.labels ?? {}).some((label) => label.includes('aggregate-to-')),
    );
    assert.deepEqual(
      roles
        .map(({ metadata }) =>
          Object.keys(metadata.labels ?? {}).find((label) => label.includes('aggregate-to-')),
        )
        .sort(),
      ['admin', 'edit', 'view'].map((role) => `rbac.authorization.k8s.io/aggregate-to-${role}`),
    );
    const writing = ['create', 'update', 'patch', 'delete', 'deletecollection'];
    for (const { resources, verbs } of roles.flatMap(({ rules }) => rules))
      if (resources.includes('cartclusters/status')) assert.ok(!verbs.some((verb) => writing.includes(verb)));
    const view = roles.find(({ metadata }) => metadata.name.endsWith('-view'));
    assert.ok(!view?.rules.some(({ verbs }) => verbs.some((verb) => writing.includes(verb))));
  });

  it('has rules and dashboards as they are in their files', () => {
    const objects = rendering('monitored');
    const read = (path: string): string =>
      readFileSync(new URL(`cartwright/${path}`, import.meta.url), 'utf8');
    assert.deepEqual(find(objects, 'PrometheusRule').spec, parse(read('rules/cartwright.yaml')));
    for (const name of ['nodes', 'operator']) {
      const { data, metadata } = find(objects, 'ConfigMap', `cartwright-dashboard-${name}`);
      assert.equal(data[`cartwright-${name}.json`], read(`dashboards/${name}.json`).trim());
      assert.equal(metadata.labels?.['grafana_dashboard'], '1');
      assert.equal(metadata.annotations?.['grafana_folder'], 'Carts');
    }
  });

  it('takes the test’s CartCluster, or makes one where the operator looks', () => {
    const url = (objects: readonly Rendered[]): string | undefined =>
      (find(objects, 'Pod').spec as unknown as PodSpec).containers[0]?.env?.find(
        ({ name }) => name === 'CART_URL',
      )?.value;
    assert.equal(url(rendering('everything')), 'http://shop.shops.svc');
    assert.ok(!kinds(rendering('everything')).includes('CartCluster'));
    const made = find(rendering('namespaced'), 'CartCluster');
    assert.equal(made.metadata.namespace, 'team-a');
    assert.equal(url(rendering('namespaced')), `http://${made.metadata.name}.team-a.svc`);
    assert.equal(find(rendering('monitored'), 'CartCluster').metadata.namespace, 'cartwright-system');
  });

  it('makes nothing but the operator where all else is off', () => {
    assert.deepEqual(kinds(rendering('nothing')), ['CartCluster', 'Deployment', 'Pod']);
  });

  it('is complete in one file for who has no Helm, and is not Helm’s there', () => {
    assert.deepEqual(kinds(install), [
      'ClusterRole',
      'ClusterRole',
      'ClusterRole',
      'ClusterRole',
      'ClusterRoleBinding',
      'CustomResourceDefinition',
      'Deployment',
      'Namespace',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Role',
      'RoleBinding',
      'Service',
      'ServiceAccount',
    ]);
    assert.equal(install[0]?.kind, 'Namespace');
    assert.doesNotMatch(JSON.stringify(install), /helm/i);
  });

  it('can be deleted without the CRD, and the CartClusters with it, by a label', () => {
    const kept = install.filter(
      ({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] !== 'operator',
    );
    assert.deepEqual(kinds(kept), ['CustomResourceDefinition', 'Namespace']);
  });

  it('gives every object the labels that say whose it is', () => {
    for (const [name, objects] of everyRendering)
      for (const { kind, metadata } of objects.filter((object) => object.kind !== 'Namespace')) {
        assert.equal(metadata.labels?.['app.kubernetes.io/part-of'], 'cartwright', `${name}: ${kind}`);
        assert.equal(metadata.labels['app.kubernetes.io/instance'], 'cartwright', `${name}: ${kind}`);
      }
  });
});

function rightsOf(group: string, resources: readonly string[], verbs: readonly string[]): string[] {
  return resources.flatMap((resource) => verbs.map((verb) => `${group} ${resource} ${verb}`));
}
