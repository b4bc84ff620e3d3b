import assert from 'node:assert/strict';
import { findHelm } from '../charts/helm.ts';
import { parseObjects } from '../charts/rendered.ts';
import { serviceAccount } from './testing/audit.ts';
import { eventually } from './testing/eventually.ts';
import { kubectl } from './testing/kubectl.ts';
import { useNamespace } from './testing/namespace.ts';

const DEADLINE_MS = 60_000;
const ROLES = ['view', 'edit', 'admin'] as const;
type Role = (typeof ROLES)[number];

/** What people who have one of the cluster's own roles in a namespace may do with its CartClusters. They are asked to do it, not whether they might. */
describe('the chart’s roles for people', () => {
  const namespace = useNamespace('roles', 'suite');
  const manifest = (name: string): string =>
    JSON.stringify({
      apiVersion: 'cartwright.dev/v1alpha1',
      kind: 'CartCluster',
      metadata: { name },
      spec: { replicas: 0, journal: { embedded: {} } },
    });
  let roles: readonly string[];

  before(async () => {
    await kubectl(['apply', '--server-side', '--force-conflicts', '--filename=crds/']);
    const helm = findHelm() ?? assert.fail('helm is on PATH');
    const values = { fullnameOverride: namespace().name };
    const { stdout, stderr } = helm.template(
      namespace().name,
      values,
      '--show-only=templates/rbac-users.yaml',
    );
    assert.equal(stderr, '');
    roles = parseObjects(stdout).map(({ metadata }) => metadata.name);
    await kubectl(['apply', '--filename=-'], { input: stdout });
    for (const role of ROLES) {
      await namespace().kubectl(['create', 'serviceaccount', role]);
      const to = [`--clusterrole=${role}`, `--serviceaccount=${namespace().name}:${role}`];
      await namespace().kubectl(['create', 'rolebinding', role, ...to]);
    }
    await namespace().apply(manifest('shop'));
    // A controller of Kubernetes gathers what is aggregated.
    await eventually('all of them see CartClusters', DEADLINE_MS, async () => {
      const seen = await Promise.all(ROLES.map((role) => may(role, ['get', 'cartclusters'])));
      return seen.every(Boolean) ? true : null;
    });
  });

  after(() => kubectl(['delete', 'clusterrole', '--ignore-not-found', ...roles]));

  /** Whether that succeeds; fails on any other refusal than that they may not. */
  async function may(role: Role, args: readonly string[], input = ''): Promise<boolean> {
    try {
      await namespace().kubectl([`--as=${serviceAccount(namespace().name, role)}`, ...args], { input });
      return true;
    } catch (error) {
      if (error instanceof Error && error.message.includes('(Forbidden)')) return false;
      throw error;
    }
  }

  async function whoMay(args: readonly string[], input = ''): Promise<Role[]> {
    const allowed: Role[] = [];
    for (const role of ROLES) if (await may(role, args, input)) allowed.push(role);
    return allowed;
  }

  const dryRun = '--dry-run=server';

  it('let all of them see CartClusters and their scale', async () => {
    assert.deepEqual(await whoMay(['get', 'cartcluster', 'shop']), ROLES);
    assert.deepEqual(await whoMay(['get', 'cartcluster', 'shop', '--subresource=scale']), ROLES);
    assert.deepEqual(await whoMay(['get', 'cartcluster', 'shop', '--subresource=status']), ROLES);
    assert.deepEqual(
      await whoMay(['get', 'cartclusters', '--watch', '--watch-only', '--request-timeout=1s']),
      ROLES,
    );
  });

  it('let edit and admin make, change, scale and delete them', async () => {
    const editors = ['edit', 'admin'];
    const patch = [
      'patch',
      'cartcluster',
      'shop',
      '--type=merge',
      '--patch={"spec":{"paused":true}}',
      dryRun,
    ];
    assert.deepEqual(await whoMay(['create', dryRun, '--filename=-'], manifest('toys')), editors);
    assert.deepEqual(await whoMay(patch), editors);
    assert.deepEqual(await whoMay(['replace', dryRun, '--filename=-'], manifest('shop')), editors);
    assert.deepEqual(await whoMay(['scale', 'cartcluster', 'shop', '--replicas=0']), editors);
    assert.deepEqual(await whoMay(['delete', 'cartcluster', 'shop', dryRun]), editors);
  });

  it('let only admin delete all at once', async () => {
    const collection = `/apis/cartwright.dev/v1alpha1/namespaces/${namespace().name}/cartclusters?dryRun=All`;
    assert.deepEqual(await whoMay(['delete', `--raw=${collection}`]), ['admin']);
  });

  it('let nobody write a status', async () => {
    const patch = [
      'patch',
      'cartcluster',
      'shop',
      '--subresource=status',
      '--type=merge',
      '--patch={"status":{"ready":"9/9"}}',
    ];
    assert.deepEqual(await whoMay(patch), []);
  });

  it('let nobody do anything in a namespace where they have none', async () => {
    const elsewhere = ['--namespace=default', 'get', 'cartclusters'];
    for (const role of ROLES)
      await assert.rejects(
        kubectl([`--as=${serviceAccount(namespace().name, role)}`, ...elsewhere]),
        /\(Forbidden\)/,
      );
  });
});
