import assert from 'node:assert/strict';
import { CartCluster } from './testing/cart-cluster.ts';
import { throughout } from './testing/eventually.ts';
import { Machine } from './testing/machine.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';

const FROZEN_MS = 120_000;
const DEADLINE_MS = 180_000;
const LOOK_MS = 2000;

/** It believes that no time has passed, while everybody else gave it up. */
describe('a node’s machine that was frozen for two minutes', function () {
  this.timeout(600_000);
  const namespace = useNamespace('frozen', 'suite');
  let operator: OperatorProcess;
  let shop: CartCluster;

  before(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
    await shop.apply();
    await shop.ready();
  });

  after(() => operator.stop());

  it('goes on as if nothing had been, and costs no cart', async () => {
    const machine = await Machine.ofPod(namespace().name, 'shop-0');
    await shop.add('frozen', 2);
    await machine.freeze();
    try {
      assert.match(await shop.is('Available', 'False'), /shop-0/);
      await throughout(FROZEN_MS, () => shop.is('Available', 'False', 0), LOOK_MS);
    } finally {
      await machine.thaw();
    }
    await shop.ready(DEADLINE_MS);
    assert.equal(await shop.quantity('frozen'), 2);
  });
});
