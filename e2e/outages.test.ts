import assert from 'node:assert/strict';
import { CartCluster } from './testing/cart-cluster.ts';
import { eventually } from './testing/eventually.ts';
import { kubectl } from './testing/kubectl.ts';
import { Machine } from './testing/machine.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';

const OUTAGE_MS = 120_000;
const DEADLINE_MS = 180_000;
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const ASIDE = '/etc/kubernetes/kube-apiserver.yaml.aside';

/** Two minutes without what everything stands on. */
describe('an outage', function () {
  this.timeout(600_000);
  const namespace = useNamespace('outages', 'suite');
  let operator: OperatorProcess;
  let shop: CartCluster;

  before(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
    await shop.apply();
    await shop.ready();
    await shop.add('kept', 6);
  });

  after(() => operator.stop());

  function passes(ms: number): Promise<true> {
    const endMs = performance.now() + ms;
    return eventually('time has passed', ms + 10_000, () =>
      Promise.resolve(performance.now() > endMs ? true : null),
    );
  }

  it('of the API server leaves carts served, and the operator comes back by itself', async () => {
    const label = '--selector=node-role.kubernetes.io/control-plane';
    const name = (
      await kubectl(['get', 'nodes', label, '--output=jsonpath={.items[0].metadata.name}'])
    ).trim();
    const controlPlane = new Machine(name);
    const worker = await Machine.ofPod(namespace().name, 'shop-0');
    const address = (
      await namespace().kubectl(['get', 'service', 'shop', '--output=jsonpath={.spec.clusterIP}'])
    ).trim();
    const ask = (): Promise<string> =>
      worker.run(['curl', '--silent', '--fail', '--max-time', '5', `http://${address}/cart/byid/kept`]);
    await controlPlane.run(['mv', MANIFEST, ASIDE]);
    try {
      await eventually('the API server is gone', DEADLINE_MS, async () => {
        const answer = await kubectl(['get', '--raw', '/livez'], { deadlineMs: 5000 }).catch(() => null);
        return answer === null ? true : null;
      });
      const endMs = performance.now() + OUTAGE_MS;
      let asked = 0;
      while (performance.now() < endMs) {
        assert.match(await ask(), /"quantity":6/);
        asked += 1;
        await passes(1000);
      }
      assert.ok(asked > 50, `${asked} times`);
    } finally {
      await controlPlane.run(['mv', ASIDE, MANIFEST]);
    }
    await eventually('the API server is back', DEADLINE_MS, async () => {
      await kubectl(['get', '--raw', '/readyz'], { deadlineMs: 5000 });
      return true;
    });
    const before = await shop.pod();
    await shop.apply({ pool: { size: 1000 } });
    await shop.replaced(before);
    assert.equal(await shop.quantity('kept'), 6);
  });

  it('of the node’s machine, which then goes on as if nothing had been, costs no cart', async () => {
    const machine = await Machine.ofPod(namespace().name, 'shop-0');
    await shop.add('frozen', 2);
    await machine.freeze();
    try {
      assert.match(await shop.is('Available', 'False'), /shop-0/);
      await passes(OUTAGE_MS);
    } finally {
      await machine.thaw();
    }
    await shop.ready(DEADLINE_MS);
    assert.equal(await shop.quantity('frozen'), 2);
  });
});
