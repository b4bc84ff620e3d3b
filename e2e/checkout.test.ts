import assert from 'node:assert/strict';
import { CartCluster, SKU } from './testing/cart-cluster.ts';
import { eventually } from './testing/eventually.ts';
import { useNamespace } from './testing/namespace.ts';
import { OperatorProcess } from './testing/operator-process.ts';
import { checkoutEnv, PROVIDER_URL, startStandIn } from './testing/stand-in.ts';
import type { Answer } from './testing/client.ts';

const DEADLINE_MS = 60_000;

interface Cart {
  readonly items: readonly { readonly sku: string; readonly quantity: number }[];
  readonly checkout: { readonly status: string };
}

interface Order {
  readonly order_id: string;
  readonly order_amount: number;
}

/** From a cart to a paid order, with all that is between the node and its provider in a cluster: environment, Secret, names, Services, callbacks. */
describe('checkout of a CartCluster', () => {
  const namespace = useNamespace('checkout', 'suite');
  let operator: OperatorProcess;
  let shop: CartCluster;

  before(async () => {
    operator = await OperatorProcess.start(namespace());
    shop = new CartCluster(namespace());
    await startStandIn(namespace());
    await shop.apply({ env: await checkoutEnv(namespace(), 'http://shop') });
    await shop.ready();
  });

  after(() => operator.stop());

  async function ask(path: string, accept: string): Promise<Answer> {
    return (await shop.client()).fetch(`http://shop/cart/byid/${path}`, { headers: { accept } });
  }

  /** Also while its node is just replaced. */
  function cartOf(id: string): Promise<Cart> {
    return eventually(`an answer about ${id}`, DEADLINE_MS, async () => {
      const { status, body } = await ask(id, 'application/json');
      if (status !== 200) throw new Error(`${status} ${body}`);
      return JSON.parse(body) as Cart;
    });
  }

  it('shows the provider’s order, which is of what is in the cart', async () => {
    await shop.add('shown', 2);
    const page = await ask('shown/checkout', 'text/html');
    assert.equal(page.status, 200, page.body);
    const { status, body } = await ask('shown/checkout', 'application/json');
    assert.equal(status, 200, body);
    assert.equal((JSON.parse(body) as Order).order_amount, 2 * (await shop.price('shown')));
  });

  it('hears of the payment, and keeps the order when the node is gone', async () => {
    await shop.add('paid', 3);
    const { body } = await ask('paid/checkout', 'application/json');
    const { order_id: order } = JSON.parse(body) as Order;
    const paid = await (
      await shop.client()
    ).fetch(`${PROVIDER_URL}/stand-in/orders/${order}/complete`, { method: 'POST' });
    assert.ok(paid.status < 300, paid.body);
    await eventually('the cart is ordered', DEADLINE_MS, async () =>
      (await cartOf('paid')).checkout.status === 'ordered' ? true : null,
    );
    const before = await shop.pod();
    await namespace().kubectl(['delete', 'pod', 'shop-0', '--grace-period=0', '--force']);
    await shop.replaced(before);
    const { checkout, items } = await cartOf('paid');
    assert.equal(checkout.status, 'ordered');
    assert.deepEqual(
      items.map(({ sku, quantity }) => ({ sku, quantity })),
      [{ sku: SKU, quantity: 3 }],
    );
  });

  it('fails with an id to quote while there is no provider, and the cart is as it was', async () => {
    await shop.add('unpaid', 1);
    const before = await ask('unpaid', 'application/json');
    // Not by force: that does not wait until it has ended.
    await namespace().kubectl(['delete', 'pod', 'provider', '--grace-period=1']);
    const { status, body } = await ask('unpaid/checkout', 'application/json');
    assert.ok([502, 504].includes(status), `${status} ${body}`);
    assert.match(String((JSON.parse(body) as { correlationId?: string }).correlationId), /^[\w-]{8,}$/);
    assert.equal((await ask('unpaid', 'application/json')).body, before.body);
  });
});
