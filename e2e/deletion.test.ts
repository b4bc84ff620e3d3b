import assert from 'node:assert/strict';
import { CartCluster } from './testing/cart-cluster.ts';
import { eventually } from './testing/eventually.ts';
import { kubectl } from './testing/kubectl.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';

const DEADLINE_MS = 60_000;

/** A CartCluster goes in bounded time, with or without an operator, and its carts stay or go as it says. */
describe('a CartCluster that is deleted', () => {
  const namespace = useNamespace('deletion');
  let operator: OperatorProcess;
  let shop: CartCluster;

  beforeEach(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
  });

  afterEach(() => operator.kill());

  async function gone(): Promise<void> {
    await eventually('everything that it owned is gone', DEADLINE_MS, async () => {
      const left = await namespace().kubectl([
        'get',
        'statefulset,service,serviceaccount,configmap,networkpolicy,pod',
        '--selector=cartwright.dev/cluster=shop',
        '--output=name',
      ]);
      if (left.trim() !== '') throw new Error(left);
      return true;
    });
  }

  it('takes everything with it but its volume, on which a new one finds the carts', async () => {
    await shop.apply();
    await shop.ready();
    await shop.add('kept', 5);
    await namespace().kubectl(['delete', 'cartcluster', 'shop', '--timeout=30s']);
    await gone();
    await shop.apply();
    await shop.ready();
    assert.equal(await shop.quantity('kept'), 5);
  });

  it('takes its volume with it when it says so', async () => {
    await shop.apply({ journal: { embedded: { storage: '100Mi', retain: false } } });
    await shop.ready();
    await namespace().kubectl(['delete', 'cartcluster', 'shop', '--cascade=foreground', '--timeout=60s']);
    await gone();
    await namespace().until('pvc/data-shop-0', 'delete');
  });

  it('goes when no operator is there', async () => {
    await shop.apply();
    await shop.ready();
    await operator.kill();
    await namespace().kubectl(['delete', 'cartcluster', 'shop', '--timeout=30s']);
    await gone();
  });

  it('and made anew at once serves as soon as the former one has left', async () => {
    await shop.apply();
    await shop.ready();
    await shop.add('kept', 5);
    await namespace().kubectl(['delete', 'cartcluster', 'shop', '--wait=false']);
    await eventually('it can be made anew', DEADLINE_MS, async () => {
      await shop.apply();
      return true;
    });
    await shop.ready();
    assert.equal(await shop.quantity('kept'), 5);
  });

  it('leaves its node serving when it is deleted without what it owns, and is taken in by a new one', async () => {
    await shop.apply();
    await shop.ready();
    const pod = await shop.pod();
    await namespace().kubectl(['delete', 'cartcluster', 'shop', '--cascade=orphan', '--timeout=30s']);
    await shop.apply();
    await shop.ready();
    assert.equal(await shop.pod(), pod);
  });

  it('does not hold up the deletion of its namespace', async () => {
    await shop.apply();
    await shop.ready();
    await kubectl(['delete', 'namespace', namespace().name, '--timeout=180s'], { deadlineMs: 190_000 });
  });
});
