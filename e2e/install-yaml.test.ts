import assert from 'node:assert/strict';
import { CART_CLUSTER } from '../operator/api/cart-cluster.ts';
import { kubectl } from './testing/kubectl.ts';
import { useNamespace } from './testing/namespace.ts';
import { Shop } from './testing/shop.ts';

const OPERATORS = 'cartwright-system';
const DEADLINE_MS = 180_000;
const FILE = '--filename=charts/install.yaml';

/** For who has no Helm. It names the images by their version, as `make e2e-load` does. */
describe('install.yaml', function () {
  this.timeout(600_000);
  after(async () => {
    await shops().kubectl(['delete', 'cartclusters', '--all']);
    await deleteOperator();
    await kubectl(['delete', 'namespace', OPERATORS, '--ignore-not-found'], { deadlineMs: DEADLINE_MS });
  });

  const shops = useNamespace('shops', 'suite');
  let shop: Shop;

  function deleteOperator(): Promise<string> {
    const ofOperator = '--selector=app.kubernetes.io/component=operator';
    return kubectl(['delete', FILE, ofOperator, '--ignore-not-found'], { deadlineMs: DEADLINE_MS });
  }

  it('makes an operator that serves carts', async () => {
    await kubectl(['apply', '--server-side', '--force-conflicts', FILE]);
    const ready = ['rollout', 'status', 'deployment/cartwright-operator', `--timeout=${DEADLINE_MS / 1000}s`];
    await kubectl([`--namespace=${OPERATORS}`, ...ready], { deadlineMs: DEADLINE_MS });
    shop = await Shop.open(shops());
    assert.equal(await shop.add('c1', 2), 2);
  });

  it('is applied again without a change', async () => {
    const said = await kubectl(['diff', '--server-side', '--force-conflicts', FILE]);
    assert.equal(said, '');
  });

  it('is deleted, and leaves the CRD, the CartClusters and their carts', async () => {
    await deleteOperator();
    const left = await kubectl([
      `--namespace=${OPERATORS}`,
      'get',
      'deployments,serviceaccounts,services',
      '--output=name',
    ]);
    assert.equal(left.trim(), 'serviceaccount/default');
    assert.ok(await shops().find(CART_CLUSTER, 'shop'));
    assert.equal(await shop.quantity('c1'), 2);
  });
});
