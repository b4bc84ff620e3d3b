import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { CartCluster } from './testing/cart-cluster.ts';
import { renewDns } from './testing/dns.ts';
import { eventually, throughout } from './testing/eventually.ts';
import { kubectl } from './testing/kubectl.ts';
import { Machine } from './testing/machine.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';

const OUTAGE_MS = 120_000;
const DEADLINE_MS = 180_000;
const LOOK_MS = 1000;
const MANIFEST = '/etc/kubernetes/manifests/kube-apiserver.yaml';
const ASIDE = '/etc/kubernetes/kube-apiserver.yaml.aside';

/** Two minutes without what everything stands on. */
describe('an outage of the API server', function () {
  this.timeout(600_000);
  const namespace = useNamespace('outage', 'suite');
  let operator: OperatorProcess;
  let shop: CartCluster;

  before(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
    await shop.apply();
    await shop.ready();
    await shop.add('kept', 6);
  });

  after(async () => {
    await operator.stop();
    await renewDns();
  });

  it('leaves carts served, and the operator comes back by itself', async () => {
    const label = '--selector=node-role.kubernetes.io/control-plane';
    const name = (
      await kubectl(['get', 'nodes', label, '--output=jsonpath={.items[0].metadata.name}'])
    ).trim();
    const controlPlane = new Machine(name);
    const worker = await Machine.ofPod(namespace().name, 'shop-0');
    const address = (
      await namespace().kubectl(['get', 'service', 'shop', '--output=jsonpath={.spec.clusterIP}'])
    ).trim();
    const curl = ['curl', '--silent', '--max-time', '5', '--write-out', '\n%{http_code}'];
    const ask = async (tries = 5): Promise<string> => {
      const answer = await worker.run([...curl, `http://${address}/cart/byid/kept`]);
      // Where the tests keep the cores so busy that a node sheds load, that is no fault of the outage.
      if (tries === 1 || !/"node-overloaded".*\n503$/s.test(answer)) return answer;
      await pause(LOOK_MS);
      return ask(tries - 1);
    };
    await controlPlane.run(['mv', MANIFEST, ASIDE]);
    try {
      await eventually('the API server is gone', DEADLINE_MS, async () => {
        const answer = await kubectl(['get', '--raw', '/livez'], { deadlineMs: 5000 }).catch(() => null);
        return answer === null ? true : null;
      });
      const look = async (): Promise<void> => {
        assert.match(await ask(), /"quantity":6.*\n200$/s);
      };
      const asked = await throughout(OUTAGE_MS, look, LOOK_MS);
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
});
