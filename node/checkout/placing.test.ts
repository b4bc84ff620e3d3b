import assert from 'node:assert/strict';
import { isCart, isProblem } from '../http/testing/answers.ts';
import { decodeRecord } from '../actor/record.ts';
import { openCheckoutShop } from './testing/checkout-shop.ts';
import type { Answer } from '../http/testing/shop.ts';
import type { CheckoutShop } from './testing/checkout-shop.ts';
import type { StandInOrder } from './stand-in/orders.ts';

const BYID = '/cart/byid/c1';

/** Waits for what another server does by itself. */
async function until<T>(what: string, look: () => Promise<T | null | false>): Promise<T> {
  const deadlineMs = performance.now() + 10_000;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    assert.ok(performance.now() < deadlineMs, what);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('a paid order', function () {
  this.timeout(20_000);

  let shop: CheckoutShop;

  beforeEach(async () => {
    shop = await openCheckoutShop();
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  const more = (sku = 'B', quantity = 1): Promise<Answer> => shop.call('POST', BYID, { sku, quantity });
  const pieces = (answer: Answer): unknown => answer.json.items.map(({ sku, quantity }) => [sku, quantity]);
  const push = async ({ id }: StandInOrder): Promise<number> =>
    ((await shop.control('POST', `orders/${id}/push`)) as { status: number }).status;

  async function opened(): Promise<StandInOrder> {
    const answer = await shop.call('GET', `${BYID}/checkout`);
    assert.equal(answer.status, 200, answer.text);
    return (await shop.orders()).at(-1)!;
  }

  /** The shopper pays and nobody is asked before. */
  async function paid(order: StandInOrder): Promise<StandInOrder> {
    await shop.control('POST', `orders/${order.id}/complete?unasked`);
    return order;
  }

  async function acknowledgements(): Promise<string[]> {
    return (await shop.orders()).flatMap((order) => order.acknowledgements);
  }

  /** What the journal has of a cart, by the kinds of its mutations. */
  async function history(id = 'c1'): Promise<string[]> {
    const read = await shop.journal.history(id, 0);
    assert.ok(read.status === 'ok');
    const { records } = read;
    return records.flatMap(({ record }) => decodeRecord(record).applied.map(({ mutation }) => mutation.type));
  }

  it('makes the cart an ordered one, once, however often it is told, and is acknowledged under one key', async () => {
    const order = await paid(await opened());
    for (let n = 0; n < 3; n += 1) assert.equal(await push(order), 200);
    assert.deepEqual(await Promise.all([push(order), push(order), push(order)]), [200, 200, 200]);
    const cart = (await shop.cart()).json;
    assert.deepEqual([cart.checkout.status, cart.checkout.reference], ['ordered', order.id]);
    assert.deepEqual((await history()).filter((type) => type === 'OrderCreated').length, 1);
    const keys = await acknowledgements();
    assert.ok(keys.length >= 4);
    assert.equal(new Set(keys).size, 1);
    isProblem(await more(), 409, 'already-ordered');
    isProblem(await shop.call('DELETE', `${BYID}/1`), 409, 'already-ordered');
  });

  it('is told of again until that arrives', async () => {
    await shop[Symbol.asyncDispose]();
    shop = await openCheckoutShop({}, [5]);
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
    const order = await opened();
    await shop.fault('fail', 'placed', { times: 2 });
    await shop.fault('lose-request', 'acknowledge');
    await paid(order);
    const pushed = await until('four pushes', async () => {
      const [one] = await shop.orders();
      return one!.pushes.at(-1) === 200 ? one! : null;
    });
    assert.deepEqual(pushed.pushes, [502, 502, 502, 200]);
    assert.equal((await shop.cart()).json.checkout.status, 'ordered');
    assert.deepEqual((await history()).filter((type) => type === 'OrderCreated').length, 1);
  });

  it('keeps what was paid; what was added since goes to the cart that follows', async () => {
    const order = await opened();
    await more('A', 3);
    await more('B', 4);
    await paid(order);
    assert.equal(await push(order), 200);
    const ordered = await shop.cart();
    assert.deepEqual([pieces(ordered), ordered.json.totals.total], [[['A', 2]], 39_800]);
    const successor = ordered.json.checkout.successor ?? '';
    assert.match(successor, /^[0-9A-Za-z]{22}$/);
    assert.deepEqual(pieces(await shop.cart(successor)), [
      ['A', 3],
      ['B', 4],
    ]);
    assert.deepEqual(await history(successor), ['TakeOver']);
  });

  it('has what was removed since, and its pickup point', async () => {
    await shop.call('POST', `${BYID}/delivery`, {
      provider: 'standard',
      pickupPoint: { id: 'P', name: 'Locker' },
    });
    const order = await opened();
    await shop.call('POST', `${BYID}/clear`);
    await more('B');
    await paid(order);
    assert.equal(await push(order), 200);
    const ordered = (await shop.cart()).json;
    assert.deepEqual(
      [ordered.items.map(({ sku }) => sku), ordered.totals.total, ordered.deliveries[0]?.pickupPoint],
      [['A'], 44_700, { id: 'P' }],
    );
    assert.deepEqual(pieces(await shop.cart(ordered.checkout.successor)), [['B', 1]]);
  });

  it('has a cookie go over to the cart that follows, by reading only', async () => {
    const first = await shop.call('POST', '/cart/', { sku: 'A' });
    const cookie = (first.headers['set-cookie'] ?? '').split(';', 1)[0] ?? '';
    const call = (method: string, path: string, body?: unknown, more: object = {}): Promise<Answer> =>
      shop.call(method, path, body, { cookie, ...more });
    await call('GET', '/cart/checkout');
    const order = (await shop.orders()).at(-1)!;
    await call('POST', '/cart/', { sku: 'B' });
    await paid(order);
    assert.equal(await push(order), 200);
    isProblem(await call('GET', '/cart/add/C'), 409, 'already-ordered');
    isProblem(await call('GET', '/cart/checkout'), 409, 'already-ordered');
    const etag = (await shop.cart(first.json.id)).headers['etag'] ?? '';
    const next = await call('GET', '/cart/', undefined, { 'if-none-match': `${etag}, "1"` });
    isCart(next);
    assert.deepEqual(pieces(next), [['B', 1]]);
    assert.notEqual(next.json.id, first.json.id);
    assert.match(next.headers['set-cookie'] ?? '', new RegExp(`^cartid=${next.json.id}; `));
    const again = await call('GET', '/cart/');
    assert.equal(again.json.id, next.json.id, 'the same one for every tab');
    const onward = { cookie: `cartid=${next.json.id}` };
    isCart(await shop.call('POST', '/cart/', { sku: 'C' }, onward));
  });

  it('that is not this cart’s, not of this amount or not paid changes nothing, and is not acknowledged', async () => {
    const order = await opened();
    const { push: url } = order.content['merchant_urls'] as { push: string };
    const path = new URL(url.replace('{checkout.order.id}', order.id));
    const before = (await shop.cart()).text;
    const told = (search = path.search, pathname = path.pathname): Promise<Answer> =>
      shop.call('POST', `${pathname}${search}`);
    isProblem(await told(), 404, 'checkout-order-unknown');
    isProblem(await told('?order=nonsense'), 404, 'checkout-order-unknown');
    isProblem(await told('?order='), 422, 'invalid-value');
    isProblem(await told(''), 422, 'invalid-value');
    isProblem(await told(path.search, '/cart/checkout/push/nonsense'), 404, 'not-found');
    // Another cart's order, which is paid.
    await shop.call('POST', '/cart/byid/c2', { sku: 'A', quantity: 2 });
    await shop.call('GET', '/cart/byid/c2/checkout');
    const other = (await shop.orders()).at(-1)!;
    await paid(other);
    isProblem(await told(`?order=${other.id}`), 409, 'checkout-order-mismatch');
    // This cart's order, with another amount than was asked for.
    const lines = order.content['order_lines'] as { total_amount: number }[];
    await shop.control('POST', `orders/${order.id}/update`, {
      order_amount: 19_900,
      order_tax_amount: 3980,
      order_lines: [{ ...lines[0], quantity: 1, total_amount: 19_900, total_tax_amount: 3980 }],
    });
    await paid(order);
    isProblem(await told(), 409, 'checkout-order-mismatch');
    assert.equal(shop.alarms.length, 2);
    assert.equal((await shop.cart()).text, before);
    assert.deepEqual(await acknowledgements(), []);
  });

  it('whose cart has got another order since is this cart’s all the same', async () => {
    const first = await opened();
    await shop.fault('gone', 'read');
    await opened();
    await paid(first);
    assert.equal(await push(first), 200);
    const cart = (await shop.cart()).json;
    assert.deepEqual([cart.checkout.status, cart.checkout.reference], ['ordered', first.id]);
  });

  it('that is the second one of a cart raises an alarm and is not acknowledged', async () => {
    const first = await opened();
    await shop.fault('gone', 'read');
    const second = await opened();
    await paid(first);
    await paid(second);
    assert.equal(await push(second), 200);
    assert.equal(await push(first), 409);
    assert.deepEqual(shop.alarms, ['a second order of this cart was paid']);
    assert.equal((await acknowledgements()).length, 1);
  });

  it('is not lost while the journal takes no changes, between any two steps', async () => {
    // The writes are: the order, the successor's lines, the end of it.
    for (const fault of ['refuse', 'lose-answer'] as const) {
      for (let step = 0; step < 3; step += 1) {
        await shop[Symbol.asyncDispose]();
        shop = await openCheckoutShop();
        await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
        const order = await opened();
        await more('B', 4);
        await paid(order);
        for (let before = 0; before < step; before += 1) shop.journal.faults.push(undefined);
        shop.journal.faults.push(fault);
        assert.equal(await push(order), 503);
        const status = await until('the push succeeds', async () => {
          shop.clock.advance(3000);
          const again = await push(order);
          return again === 200 ? again : null;
        });
        assert.equal(status, 200);
        const ordered = await shop.cart();
        assert.deepEqual(pieces(ordered), [['A', 2]]);
        assert.deepEqual(pieces(await shop.cart(ordered.json.checkout.successor)), [['B', 4]]);
        assert.equal((await history()).filter((type) => type === 'OrderCreated').length, 1);
        assert.equal((await acknowledgements()).length, 1);
      }
    }
  });

  it('is finished by whoever reads the cart, where the push ended in between', async () => {
    const order = await opened();
    await more('B', 4);
    await paid(order);
    shop.journal.faults.push(undefined, 'refuse');
    assert.equal(await push(order), 503);
    const ordered = await shop.cart();
    assert.deepEqual([pieces(ordered), ordered.json.checkout.status], [[['A', 2]], 'ordered']);
    assert.deepEqual(pieces(await shop.cart(ordered.json.checkout.successor)), [['B', 4]]);
    assert.deepEqual(await history(), [
      'AddItem',
      'InitializeCheckout',
      'AddItem',
      'OrderCreated',
      'TakenOver',
    ]);
  });

  it('can be read by its id while nothing can be stored', async () => {
    const order = await opened();
    await more('B', 4);
    await paid(order);
    shop.journal.faults.push(undefined, 'full', 'full');
    assert.equal(await push(order), 503);
    const ordered = await shop.cart();
    isCart(ordered);
    assert.deepEqual(ordered.json.checkout, { status: 'ordered', reference: order.id });
    assert.deepEqual(pieces(await shop.cart((await shop.cart()).json.checkout.successor)), [['B', 4]]);
  });
});

describe('validation before payment', () => {
  let shop: CheckoutShop;

  beforeEach(async () => {
    shop = await openCheckoutShop();
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
    await shop.call('GET', `${BYID}/checkout`);
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  const pay = async (): Promise<unknown> => {
    const [order] = await shop.orders();
    return shop.control('POST', `orders/${order!.id}/complete`);
  };
  const denied = { approved: false, location: 'https://shop.example/checkout' };

  it('approves what the cart has, and notes that payment is in progress', async () => {
    assert.deepEqual(await pay(), { approved: true });
    const { checkout } = (await shop.cart()).json;
    assert.equal(checkout.paymentInProgress, true);
    assert.deepEqual(shop.steps.slice(-3), ['validating', 'approving', 'approved']);
  });

  it('denies what the cart has no more, and sends the shopper back to the checkout', async () => {
    await shop.call('POST', BYID, { sku: 'B' });
    const before = (await shop.cart()).text;
    assert.deepEqual(await pay(), denied);
    assert.equal((await shop.cart()).text, before);
    await shop.call('GET', `${BYID}/checkout`);
    assert.deepEqual(await pay(), { approved: true });
  });

  it('denies an emptied cart', async () => {
    await shop.call('POST', `${BYID}/clear`);
    assert.deepEqual(await pay(), denied);
  });

  it('denies an order that the cart has left for another one', async () => {
    await shop.fault('gone', 'read');
    await shop.call('GET', `${BYID}/checkout`);
    assert.deepEqual(await pay(), denied);
  });

  it('judges again where the cart changes meanwhile', async () => {
    const release = shop.journal.hold();
    const adding = shop.call('POST', BYID, { sku: 'B' });
    await until('the add is at the journal', () => Promise.resolve(shop.commit.waiting === 0));
    const paying = pay();
    await until('it is judged', () => Promise.resolve(shop.steps.includes('approving')));
    release();
    assert.deepEqual(await paying, denied);
    isCart(await adding);
  });

  it('gives no approval while the journal takes no note: the provider waits for one', async () => {
    shop.journal.faults.push('refuse');
    assert.deepEqual(await pay(), { approved: false, location: null });
    assert.deepEqual(await pay(), { approved: true });
  });

  it('denies what is no order of ours', async () => {
    const [order] = await shop.orders();
    const { validation } = order!.content['merchant_urls'] as { validation: string };
    const { pathname } = new URL(validation);
    const ask = (body: unknown): Promise<Answer> => shop.call('POST', pathname, body);
    for (const body of [{}, [], { ...order!.content, order_id: order!.id, order_amount: 1 }]) {
      const answer = await ask(body);
      assert.deepEqual([answer.status, answer.headers['location']], [303, denied.location]);
    }
    assert.equal((await ask({ ...order!.content, order_id: order!.id })).status, 200);
    isProblem(await ask('{'), 400, 'body-not-json');
    isProblem(await shop.call('POST', '/cart/checkout/validation/nonsense', {}), 404, 'not-found');
    isProblem(await shop.call('GET', pathname), 405, 'method-not-allowed');
    isProblem(await shop.call('POST', `/cart/byid/c1${pathname.slice(5)}`, {}), 404, 'not-found');
  });
});
