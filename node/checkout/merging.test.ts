import assert from 'node:assert/strict';
import { isCart, isProblem } from '../http/testing/answers.ts';
import { mintCartId } from '../http/cart-id.ts';
import { openCheckoutShop } from './testing/checkout-shop.ts';
import type { Answer } from '../http/testing/shop.ts';
import type { CheckoutShop } from './testing/checkout-shop.ts';
import type { StandInOrder } from './stand-in/orders.ts';

describe('a cart with a checkout that is merged into another one', () => {
  let shop: CheckoutShop;
  let order: StandInOrder;
  const source = mintCartId();
  const target = mintCartId();

  beforeEach(async () => {
    shop = await openCheckoutShop();
    await add(source, 'A', 2);
    await add(target, 'B', 1);
    order = await opened(source);
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  const add = (id: string, sku: string, quantity = 1): Promise<Answer> =>
    shop.call('POST', `/cart/byid/${id}`, { sku, quantity });
  const merge = (): Promise<Answer> => shop.call('POST', `/cart/byid/${target}/merge`, { source });
  const pieces = ({ json }: Answer): unknown => json.items.map(({ sku, quantity }) => [sku, quantity]);
  const push = async ({ id }: StandInOrder): Promise<number> =>
    ((await shop.control('POST', `orders/${id}/push`)) as { status: number }).status;
  const pay = (how = ''): Promise<unknown> => shop.control('POST', `orders/${order.id}/complete${how}`);

  async function opened(id: string): Promise<StandInOrder> {
    const answer = await shop.call('GET', `/cart/byid/${id}/checkout`);
    assert.equal(answer.status, 200, answer.text);
    return (await shop.orders()).at(-1)!;
  }

  it('is not while it is being paid', async () => {
    assert.deepEqual(await pay(), { approved: true });
    const before = (await shop.cart(source)).text;
    isProblem(await merge(), 409, 'payment-in-progress');
    assert.equal((await shop.cart(source)).text, before);
    assert.equal(await push(order), 200);
    isProblem(await merge(), 409, 'already-ordered');
  });

  it('can’t be paid any more, and the shopper is sent back', async () => {
    isCart(await merge());
    assert.deepEqual(await pay(), { approved: false, location: 'https://shop.example/checkout' });
    isProblem(await shop.call('GET', `/cart/byid/${source}/checkout`), 409, 'cart-merged');
    assert.equal(
      (await shop.orders()).length,
      1,
      'nor is the provider asked for an order that nobody could note',
    );
  });

  it('is ordered where the provider took the money all the same; somebody has to look at it', async () => {
    isCart(await merge());
    await pay('?unasked');
    assert.equal(await push(order), 200);
    const ordered = await shop.cart(source);
    isCart(ordered);
    assert.deepEqual([ordered.json.checkout.status, pieces(ordered)], ['ordered', [['A', 2]]]);
    assert.equal(ordered.json.merge?.status, 'merged');
    assert.deepEqual(pieces(await shop.cart(target)), [
      ['B', 1],
      ['A', 2],
    ]);
    assert.equal(shop.alarms.length, 1);
    assert.equal(await push(order), 200);
    assert.equal(shop.alarms.length, 1, 'once');
    const read = await shop.call('GET', '/cart/', undefined, { cookie: `cartid=${source}` });
    isCart(read);
    assert.deepEqual(pieces(read), []);
    assert.ok(![source, target].includes(read.json.id), 'its cookie begins anew');
  });

  it('brings its lines into a target with a checkout, whose prices are looked up again', async () => {
    await opened(target);
    shop.catalog.reprice('A', { unitPrice: 30_000 });
    isCart(await merge());
    const { content } = await opened(target);
    assert.equal(content['order_amount'], 19_900 + 2 * 30_000);
  });

  it('has its prices looked up again also where it comes while the target’s checkout is being opened', async () => {
    shop.catalog.reprice('A', { unitPrice: 30_000 });
    const opening = await shop.catalog.hold(() => opened(target));
    isCart(await merge());
    opening.release();
    await opening.result;
    const { content } = await opened(target);
    assert.equal(content['order_amount'], 19_900 + 2 * 30_000);
  });

  it('has its cookie go over to the cart that follows the target’s order, where it came too late for that', async () => {
    const late = await opened(target);
    const answer = await shop.call('POST', '/cart/merge', { target }, { cookie: `cartid=${source}` });
    isCart(answer);
    await shop.control('POST', `orders/${late.id}/complete?unasked`);
    assert.equal(await push(late), 200);
    assert.deepEqual(pieces(await shop.cart(target)), [['B', 1]]);
    const next = await shop.call('GET', '/cart/', undefined, { cookie: `cartid=${target}` });
    isCart(next);
    assert.deepEqual(pieces(next), [['A', 2]]);
  });

  it('follows an ordered one and is merged on: its cookie, and that of the ordered one, begin anew', async () => {
    await add(source, 'C', 4);
    await pay('?unasked');
    assert.equal(await push(order), 200);
    const cookie = { cookie: `cartid=${source}` };
    const next = (await shop.call('GET', '/cart/', undefined, cookie)).json.id;
    isCart(await shop.call('POST', `/cart/byid/${target}/merge`, { source: next }));
    assert.deepEqual(pieces(await shop.cart(target)), [
      ['B', 1],
      ['C', 4],
    ]);
    for (const id of [source, next]) {
      const anew = await shop.call('GET', '/cart/', undefined, { cookie: `cartid=${id}` });
      isCart(anew);
      assert.deepEqual([pieces(anew), [source, next, target].includes(anew.json.id)], [[], false]);
    }
    assert.equal(await push(order), 200, 'and the provider is told the same again');
  });
});
