import assert from 'node:assert/strict';
import { CartCluster, catalogOf, SKU } from './testing/cart-cluster.ts';
import { images } from './testing/images.ts';
import { kubectl } from './testing/kubectl.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';
import type { GrpcAnswer } from './testing/client.ts';

/** What a shop gets for `kubectl apply`: carts behind a Service that outlive everything that befalls their node. */
describe('a CartCluster', () => {
  const namespace = useNamespace('shop', 'suite');
  let operator: OperatorProcess;
  let shop: CartCluster;

  before(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
    await shop.apply();
    await shop.ready();
  });

  after(() => operator.stop());

  it('serves carts to other pods through its Service', async () => {
    assert.equal(await shop.add('served', 2), 2);
    assert.equal(await shop.quantity('served'), 2);
  });

  it('serves the same carts to the shop’s other services by gRPC', async () => {
    const client = await shop.client();
    const call = (service: string, method: string, request: object): Promise<GrpcAnswer> =>
      client.call({ address: 'shop:1337', service, method, request });
    await shop.add('called', 2);
    const added = await call('messages.CartActor', 'AddRequest', {
      cartId: 'called',
      payload: { sku: SKU, quantity: 3, country: 'se' },
    });
    assert.equal(added.code, 0);
    assert.equal(await shop.quantity('called'), 5);
    const watched = await call('messages.CartActor', 'WatchState', { cartId: 'called' });
    assert.equal(watched.reply?.['version'], 2);
    const item = { productId: 'OLJCESPC7Z', quantity: 4 };
    for (const service of ['hipstershop.CartService', 'oteldemo.CartService']) {
      assert.equal((await call(service, 'AddItem', { userId: service, item })).code, 0);
      assert.deepEqual((await call(service, 'GetCart', { userId: service })).reply, {
        userId: service,
        items: [item],
      });
    }
  });

  it('has nodes that start from code compiled with their image', async () => {
    // Started as the image starts it, the program has Node tell of each file whether what was made of it before is taken.
    const start = `
      const args = fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0').slice(1, -1);
      const options = { env: { ...process.env, NODE_DEBUG_NATIVE: 'COMPILE_CACHE' }, maxBuffer: 1 << 26 };
      const { stderr } = child_process.spawnSync(process.execPath, [...args, '--version'], options);
      console.log(stderr.toString().match(/was accepted/g)?.length ?? 0);
    `;
    const accepted = await namespace().kubectl(['exec', 'shop-0', '--', 'node', '--eval', start]);
    assert.ok(Number(accepted) > 400, accepted);
  });

  it('is seen in kubectl get, with its state in one word and in a sentence', async () => {
    const table = await namespace().kubectl(['get', 'cartclusters', '--output=wide']);
    const [head = '', row = ''] = table.split('\n');
    assert.deepEqual(head.split(/\s+/).filter(Boolean), [
      'NAME',
      'READY',
      'DESIRED',
      'STATUS',
      'VERSION',
      'AGE',
      'MESSAGE',
    ]);
    const version = images.node.slice(images.node.lastIndexOf(':') + 1);
    assert.match(row, new RegExp(`^shop +1/1 +1 +AllNodesOpen +${version} +\\S+ +shop-0 serves carts$`));
  });

  it('is explained by kubectl, field by field', async () => {
    const text = await kubectl(['explain', 'cartcluster.spec.journal.embedded.retain']);
    assert.match(text, /Whether the volume outlives the CartCluster/);
  });

  it('keeps a cart when its pod is deleted by force', async () => {
    const before = await shop.pod();
    await shop.add('forced', 3);
    await namespace().kubectl(['delete', 'pod', 'shop-0', '--grace-period=0', '--force']);
    await shop.replaced(before);
    assert.equal(await shop.quantity('forced'), 3);
  });

  it('keeps a cart through a rollout, of which events tell', async () => {
    const before = await shop.pod();
    await shop.add('rolled', 1);
    await shop.apply({ http: { limits: { bodyBytes: 32_768 } } });
    await shop.replaced(before);
    assert.equal(await shop.quantity('rolled'), 1);
    assert.match(await shop.told('RolloutStarted'), /to revision shop-\w+/);
    await shop.told('RolloutCompleted');
  });

  it('keeps a cart while it is scaled to no node, by kubectl scale', async () => {
    await shop.add('scaled', 4);
    await namespace().kubectl(['scale', 'cartcluster', 'shop', '--replicas=0']);
    await shop.is('Ready', 'ScaledToZero');
    await namespace().until('pod/shop-0', 'delete');
    await namespace().kubectl(['scale', 'cartcluster', 'shop', '--replicas=1']);
    await shop.is('Ready', 'AllNodesOpen');
    assert.equal(await shop.quantity('scaled'), 4);
  });

  it('is priced by a catalog in a ConfigMap, anew when that changes', async () => {
    await namespace().apply([catalogOf(1000)]);
    await shop.apply({ catalog: { configMap: { name: 'shop-catalog' } } });
    await shop.ready();
    await shop.add('priced', 1);
    assert.equal(await shop.price('priced'), 1000);
    const before = await shop.pod();
    await namespace().apply([catalogOf(2000)]);
    await shop.replaced(before);
    await shop.add('priced-later', 1);
    assert.equal(await shop.price('priced-later'), 2000);
  });

  it('replaces nothing while it is paused, and says what waits', async () => {
    await shop.apply();
    await shop.ready();
    await shop.apply({ paused: true });
    await shop.ready();
    const before = await shop.pod();
    await shop.apply({ paused: true, pool: { size: 1000 } });
    assert.match(await shop.is('Ready', 'Paused'), /shop-0 of an old revision/);
    assert.equal(await shop.pod(), before);
    await shop.apply({ pool: { size: 1000 } });
    await shop.replaced(before);
  });
});
