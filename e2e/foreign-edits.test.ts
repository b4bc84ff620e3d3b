import assert from 'node:assert/strict';
import { persistentVolumeClaims, services, statefulSets } from '../operator/kube/resources.ts';
import { CartCluster } from './testing/cart-cluster.ts';
import { eventually } from './testing/eventually.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';
import type { KubeObject } from './testing/namespace.ts';

const DEADLINE_MS = 60_000;

interface Service extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly labels?: Record<string, string> };
  readonly spec: { readonly selector: Record<string, string>; readonly sessionAffinity?: string };
}

interface StatefulSet extends KubeObject {
  readonly spec: { readonly replicas: number };
}

/** What is the CartCluster's stays as it says; what is somebody else's stays his. */
describe('a stranger who edits', () => {
  const namespace = useNamespace('strangers');
  let operator: OperatorProcess;
  let shop: CartCluster;

  beforeEach(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
  });

  afterEach(() => operator.stop());

  function patch(what: string, change: object): Promise<string> {
    return namespace().kubectl([
      'patch',
      ...what.split('/'),
      '--type=merge',
      '--patch',
      JSON.stringify(change),
    ]);
  }

  async function service(): Promise<Service> {
    return (await namespace().find<Service>(services, 'shop')) ?? assert.fail('there is no Service');
  }

  it('a field of the CartCluster’s finds it back, and an event that names it; his own fields stay', async () => {
    await shop.apply();
    await shop.ready();
    await patch('service/shop', {
      metadata: { labels: { theirs: 'stays' } },
      spec: { selector: { 'app.kubernetes.io/name': 'other' }, sessionAffinity: 'ClientIP' },
    });
    await eventually('the selector is back', DEADLINE_MS, async () =>
      (await service()).spec.selector['app.kubernetes.io/name'] === 'cartwright-node' ? true : null,
    );
    const { metadata, spec } = await service();
    assert.equal(metadata.labels?.['theirs'], 'stays');
    assert.equal(spec.sessionAffinity, 'ClientIP');
    assert.match(
      await shop.told('ForeignEditReverted'),
      /Service shop: somebody else changed \.spec\.selector/,
    );
  });

  it('the pods’ template finds it back, also when that happened while no operator was there', async () => {
    await shop.apply();
    await shop.ready();
    await operator.stop();
    const containers = [{ name: 'node', image: 'registry.example/other:1' }];
    await namespace().kubectl([
      'patch',
      'statefulset',
      'shop',
      '--patch',
      JSON.stringify({ spec: { template: { spec: { containers } } } }),
    ]);
    operator = await OperatorProcess.start(namespace(), 'operator-2');
    const note = await shop.told('ForeignEditReverted');
    assert.match(note, /StatefulSet shop: somebody else changed .*containers\[name=node\]\.image/);
    await shop.ready();
  });

  it('the number of nodes does not have it put back blindly: the ones too many leave, and none serves shoppers', async () => {
    await shop.apply({ paused: true });
    await shop.ready();
    await shop.add('mine', 1);
    await namespace().kubectl(['scale', 'statefulset', 'shop', '--replicas=2']);
    await namespace().until('pod/shop-1', 'condition=Ready');
    assert.match(await shop.is('Ready', 'Paused'), /1 nodes too many/);
    for (let request = 0; request < 5; request += 1) assert.equal(await shop.quantity('mine'), 1);
    await shop.apply();
    await namespace().until('pod/shop-1', 'delete');
    assert.equal((await namespace().find<StatefulSet>(statefulSets, 'shop'))?.spec.replicas, 1);
    assert.match(await shop.told('ScaledDown'), /from 2 to 1 nodes/);
    await shop.ready();
    assert.notEqual(await namespace().find(persistentVolumeClaims, 'data-shop-1'), null);
  });

  it('by taking the label that the operator looks for does not hide an object', async () => {
    await shop.apply();
    await shop.ready();
    await namespace().kubectl(['label', 'service', 'shop', 'app.kubernetes.io/managed-by-']);
    await eventually('the label is back', DEADLINE_MS, async () =>
      (await service()).metadata.labels?.['app.kubernetes.io/managed-by'] === undefined ? null : true,
    );
  });

  it('nothing, but was there first, keeps what is his', async () => {
    const theirs = { app: 'theirs' };
    const object = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'shop' },
      spec: { selector: theirs, ports: [{ port: 80 }] },
    };
    await namespace().apply([object]);
    await shop.apply();
    assert.match(
      await shop.is('Stalled', 'ForeignObject'),
      /there is a Service shop that is not this CartCluster’s/,
    );
    assert.deepEqual((await service()).spec.selector, theirs);
    await namespace().kubectl(['delete', 'service', 'shop']);
    await shop.ready();
  });
});
