import assert from 'node:assert/strict';
import { CartCluster, catalogOf } from './testing/cart-cluster.ts';
import { images } from './testing/images.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';

/** A spec that can't work stops, says why, and is mended by mending it: nothing else has to be touched. */
describe('a mistake in a CartCluster', () => {
  const namespace = useNamespace('mistakes', 'suite');
  let operator: OperatorProcess;
  let shop: CartCluster;

  before(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
    await shop.apply();
    await shop.ready();
    await shop.add('kept', 7);
  });

  after(() => operator.stop());

  it('in the image is told, and gone when the image is mended', async () => {
    const typo = images.node.replace(/:[^:]*$/, ':typo');
    await shop.apply({ image: typo });
    assert.match(await shop.is('Stalled', 'ImagePull'), /shop-0: the image can't be had: .*typo/);
    assert.match(await shop.told('RolloutFailed'), /typo/);
    await shop.apply();
    await shop.ready();
    assert.equal(await shop.quantity('kept'), 7);
  });

  it('in a setting is told in the node’s own words', async () => {
    await shop.apply({ env: [{ name: 'LEASE_MS', value: 'soon' }] });
    const message = await shop.is('Stalled', 'CrashLoop');
    assert.match(
      message,
      /exit code 2 again and again: LEASE_MS: "soon" is not allowed; allowed: whole numbers/,
    );
    await shop.apply();
    await shop.ready();
    assert.equal(await shop.quantity('kept'), 7);
  });

  it('in a reference is told by its name, and leaves the node that runs alone', async () => {
    const before = await shop.pod();
    await shop.apply({
      catalog: { configMap: { name: 'shop-catalog' } },
      env: [{ name: 'LOG_LEVEL', valueFrom: { secretKeyRef: { name: 'tuning', key: 'level' } } }],
    });
    const message = await shop.is('Stalled', 'ReferenceMissing');
    assert.match(message, /ConfigMap shop-catalog is missing; Secret tuning is missing/);
    assert.equal(await shop.pod(), before);
    assert.equal(await shop.quantity('kept'), 7);
    const Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tuning' },
      stringData: { other: 'x' },
    };
    await namespace().apply([catalogOf(1000), Secret]);
    await shop.is('Stalled', 'ReferenceMissing');
    await namespace().apply([{ ...Secret, stringData: { level: 'debug' } }]);
    await shop.replaced(before);
    assert.equal(await shop.quantity('kept'), 7);
  });

  it('in the resources is told when no machine has them', async () => {
    await shop.apply({ resources: { requests: { cpu: '1000' } } });
    assert.match(await shop.is('Stalled', 'Unschedulable'), /shop-0 has no place: .*Insufficient cpu/);
    await shop.apply();
    await shop.ready();
    assert.equal(await shop.quantity('kept'), 7);
  });

  it('that the API server refuses is told in its words', async () => {
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small' },
      spec: { hard: { 'count/services': '0' } },
    };
    await namespace().apply([quota]);
    await namespace().kubectl(['delete', 'service', 'shop-nodes']);
    assert.match(await shop.is('Stalled', 'Refused'), /exceeded quota: small/);
    await namespace().kubectl(['delete', 'resourcequota', 'small']);
    await shop.ready();
  });

  it('in the size of a volume that can’t grow is told, and the carts stay', async () => {
    await shop.apply({ journal: { embedded: { storage: '200Mi' } } });
    assert.match(
      await shop.is('Stalled', 'VolumeRefused'),
      /only dynamically provisioned pvc can be resized/,
    );
    assert.equal(await shop.quantity('kept'), 7);
  });
});
