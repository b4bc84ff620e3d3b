import assert from 'node:assert/strict';
import { pods, services } from '../operator/kube/resources.ts';
import { CART_CLUSTER } from '../operator/api/cart-cluster.ts';
import { eventually } from './testing/eventually.ts';
import { FormerChart } from './testing/former-chart.ts';
import { kubectl } from './testing/kubectl.ts';
import { useNamespace } from './testing/namespace.ts';
import { Release } from './testing/release.ts';
import { Shop } from './testing/shop.ts';
import { deployments } from './testing/api.ts';
import type { KubeObject } from './testing/namespace.ts';

const DEADLINE_MS = 120_000;
const MARK = 'example.com/of';
/** Of the chart before this one: an upgrade changes values, too. */
const FORMER_VALUES = { replicas: 1, logLevel: 'debug', podAnnotations: { [MARK]: 'former' } };

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: { readonly metadata: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  readonly status: { readonly replicas?: number; readonly readyReplicas?: number };
}

/** One life of a release, in namespaces of the restricted level. A shop is open all the while. */
describe('a release of the chart', function () {
  this.timeout(600_000);
  // Before the namespaces go.
  after(async () => {
    former.remove();
    // While there is an operator, the shop's end is in order.
    await shops().kubectl(['delete', 'cartclusters', '--all']);
    await release.uninstall();
  });

  const operators = useNamespace('release', 'suite');
  const shops = useNamespace('shops', 'suite');
  const former = new FormerChart();
  let release: Release;
  let shop: Shop;
  let pod: string;

  before(async () => {
    release = await Release.install(operators(), FORMER_VALUES, await former.checkOut());
    shop = await Shop.open(shops());
    pod = await shop.pod();
    assert.equal(await shop.add('c1', 2), 2);
  });

  async function theShopIsAsItWas(): Promise<void> {
    assert.equal(await shop.quantity('c1'), 2);
    assert.equal(await shop.pod(), pod, 'no node was touched');
  }

  /** A spec that is changed has a consequence. */
  async function theOperatorWorks(): Promise<void> {
    const label = `t${Date.now()}`;
    await shop.change({ service: { annotations: { 'example.com/at': label } } });
    await eventually('the Service has the annotation', DEADLINE_MS, async () => {
      const service = await shops().find<KubeObject & { metadata: { annotations?: Record<string, string> } }>(
        services,
        'shop',
      );
      return service?.metadata.annotations?.['example.com/at'] === label ? true : null;
    });
  }

  /** Those of a revision before are gone, too. */
  async function theOperatorsAre(count: number, mark?: string): Promise<void> {
    await eventually('the operators are as the values say', DEADLINE_MS, async () => {
      const { spec, status } =
        (await operators().find<Deployment>(deployments, release.operator)) ?? assert.fail();
      assert.deepEqual([status.replicas, status.readyReplicas], [count, count]);
      assert.equal(spec.template.metadata.annotations?.[MARK], mark);
      return true;
    });
  }

  it('is upgraded from the chart before this one, with other values, and leaves the shop alone', async () => {
    await theOperatorsAre(1, 'former');
    await release.upgrade();
    await theOperatorsAre(2);
    await theShopIsAsItWas();
    await theOperatorWorks();
  });

  it('runs two operators, of which one leads', async () => {
    // The former one may just have gone, and left the lease to nobody.
    await eventually('one of them leads', DEADLINE_MS, async () => {
      const leader = await release.leader();
      const running = await operators().list(pods, 'app.kubernetes.io/name=cartwright-operator');
      assert.equal(running.length, 2);
      assert.ok(
        running.some(({ metadata }) => metadata.name === leader),
        leader,
      );
      return true;
    });
  });

  it('passes its own test, and leaves nothing of it', async () => {
    const said = await release.test();
    assert.match(said, /it has 2 of TEST-SKU-123\nit is empty again/);
    await eventually('the test’s CartCluster is gone', DEADLINE_MS, async () => {
      const kinds = 'cartclusters,statefulsets,services,persistentvolumeclaims';
      const left = await operators().kubectl(['get', kinds, '--output=name']);
      return left.includes('test') ? null : true;
    });
  });

  it('tests with a CartCluster that is there, where it is told so', async () => {
    await release.upgrade({ test: { cartCluster: 'shop', namespace: shops().name } });
    assert.match(await release.test(), /it is empty again/);
    await theShopIsAsItWas();
  });

  it('is rolled back', async () => {
    await release.rollback();
    await theShopIsAsItWas();
    await theOperatorWorks();
  });

  it('is rolled back to the chart before this one and its values, and upgraded again', async () => {
    await release.rollback(1);
    await theOperatorsAre(1, 'former');
    await theShopIsAsItWas();
    await theOperatorWorks();
    await release.upgrade();
    await theOperatorsAre(2);
    await theShopIsAsItWas();
    await theOperatorWorks();
  });

  it('is uninstalled, and leaves the CRD, the CartClusters and their carts', async () => {
    await release.uninstall();
    assert.equal(await operators().find(deployments, release.operator), null);
    await kubectl(['get', 'crd', 'cartclusters.cartwright.dev']);
    assert.ok(await shops().find(CART_CLUSTER, 'shop'));
    await theShopIsAsItWas();
    assert.equal(await shop.add('c2', 1), 1, 'carts are changed without an operator, too');
  });

  it('leaves nothing else in the cluster', async () => {
    const left = await kubectl([
      'get',
      'clusterroles,clusterrolebindings',
      '--selector=app.kubernetes.io/part-of=cartwright',
      '--output=name',
    ]);
    assert.ok(!left.includes(operators().name), left);
  });

  it('finds the CartClusters again when it is installed anew', async () => {
    release = await Release.install(operators());
    await theOperatorWorks();
    await theShopIsAsItWas();
  });
});

/** A second release, that looks after some namespaces and may do nothing in any other. */
describe('a release for one namespace', function () {
  this.timeout(600_000);
  // Before the namespaces go.
  after(async () => {
    await watched().kubectl(['delete', 'cartclusters', '--all']);
    await release.uninstall();
  });

  const operators = useNamespace('team', 'suite');
  const watched = useNamespace('watched', 'suite');
  const other = useNamespace('other', 'suite');
  let release: Release;

  before(async () => {
    release = await Release.install(operators(), {
      watchNamespaces: [watched().name],
      rbac: { create: true, aggregatedRoles: false },
    });
  });

  it('serves the CartClusters there', async () => {
    const shop = await Shop.open(watched());
    assert.equal(await shop.add('c1', 1), 1);
  });

  it('passes its own test, with a CartCluster where it may look', async () => {
    assert.match(await release.test(), /it is empty again/);
  });

  it('has no right elsewhere', async () => {
    const may = (namespace: string, ...what: string[]): Promise<string> =>
      kubectl(['auth', 'can-i', ...what, `--as=${release.user}`, `--namespace=${namespace}`, '--quiet']);
    await may(watched().name, 'create', 'statefulsets');
    for (const what of [
      ['get', 'secrets'],
      ['list', 'cartclusters'],
      ['create', 'statefulsets'],
      ['delete', 'pods'],
    ])
      await assert.rejects(may(other().name, ...what), `${what.join(' ')} elsewhere`);
    await assert.rejects(may(operators().name, 'get', 'secrets'));
  });
});
