import assert from 'node:assert/strict';
import { isProblem } from '../http/testing/answers.ts';
import { aProduct, add } from '../actor/testing/fixtures.ts';
import { Rejection } from '../domain/rejection.ts';
import { openShop } from '../http/testing/shop.ts';
import { openCheckoutShop } from './testing/checkout-shop.ts';
import type { Answer } from '../http/testing/shop.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { CheckoutShop } from './testing/checkout-shop.ts';
import type { StandInOrder } from './stand-in/orders.ts';

const BYID = '/cart/byid/c1';
const CHECKOUT = `${BYID}/checkout`;

describe('checkout', function () {
  this.timeout(15_000);

  let shop: CheckoutShop;

  beforeEach(async () => {
    shop = await openCheckoutShop();
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  const checkout = (path = CHECKOUT): Promise<Answer> => shop.call('GET', path);
  const more = (sku = 'B', quantity = 1): Promise<Answer> => shop.call('POST', BYID, { sku, quantity });

  async function opened(): Promise<StandInOrder> {
    const answer = await checkout();
    assert.equal(answer.status, 200, answer.text);
    return only();
  }

  async function only(): Promise<StandInOrder> {
    const orders = await shop.orders();
    assert.equal(orders.length, 1);
    return orders[0]!;
  }

  it('answers the provider’s HTML byte for byte, and the order where JSON is asked for', async () => {
    for (const path of [CHECKOUT, `${CHECKOUT}/`]) {
      const html = await checkout(path);
      assert.equal(html.status, 200, html.text);
      assert.equal(html.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(html.headers['cache-control'], 'no-store');
      assert.equal(html.headers['referrer-policy'], 'no-referrer');
      assert.match(html.text, /^<div id="klarna-checkout-container".*<script>.*<\/script><\/div>$/s);
      const json = await shop.call('GET', path, undefined, { accept: 'application/json' });
      assert.equal(json.headers['content-type'], 'application/json; charset=utf-8');
      const order = json.json as unknown as Record<string, unknown>;
      assert.deepEqual([order['order_id'], order['order_amount']], [(await only()).id, 39_800]);
      assert.equal(order['html_snippet'], html.text);
      assert.equal('merchant_data' in order || 'merchant_urls' in order, false);
    }
    assert.deepEqual(shop.calls, ['create ok', 'read ok', 'read ok', 'read ok']);
  });

  it('is found by cookie too', async () => {
    const first = await shop.call('POST', '/cart/', { sku: 'A' });
    const cookie = (first.headers['set-cookie'] ?? '').split(';', 1)[0] ?? '';
    assert.match((await shop.call('GET', '/cart/checkout', undefined, { cookie })).text, /199\.00 SEK/);
  });

  it('notes the order in the cart, and changes nothing where nothing changed', async () => {
    const order = await opened();
    const cart = (await shop.cart()).json;
    assert.deepEqual(cart.checkout, { status: 'open', reference: order.id });
    await checkout();
    assert.equal((await shop.cart()).text, JSON.stringify(cart));
  });

  it('brings the provider’s order up to date when the cart changed', async () => {
    const before = await opened();
    await more();
    await shop.call('POST', `${BYID}/delivery`, { provider: 'standard' });
    const after = await opened();
    assert.equal(after.id, before.id);
    assert.equal(after.content['order_amount'], 64_600);
    assert.deepEqual(shop.calls, ['create ok', 'update ok']);
  });

  it('of an empty cart is refused without asking the provider', async () => {
    isProblem(await checkout('/cart/byid/empty/checkout'), 409, 'no-checkout');
    assert.deepEqual(shop.calls, []);
  });

  it('asked for many times at once makes one order', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.desk.open('c1')));
    assert.equal(new Set(answers.map(({ snippet }) => snippet)).size, 1);
    assert.deepEqual(shop.calls, ['create ok']);
    await only();
  });

  it('asked for again behind a change, while the first answer is waited for, shows what the cart has since', async () => {
    const first = await shop.catalog.hold(() => shop.desk.open('c1'));
    const changed = await more('B', 2);
    const second = shop.desk.open('c1');
    first.release();
    const { order } = await second;
    assert.equal((order as { order_amount: number }).order_amount, changed.json.totals.total);
    await first.result;
    assert.deepEqual(shop.calls, ['create ok', 'update ok'], 'one after the other');
  });

  it('asked for again behind a change that mends what the first one is refused for, is not refused', async () => {
    await more();
    shop.catalog.withdraw('A');
    const first = await shop.catalog.hold(() => shop.desk.open('c1'));
    await shop.call('DELETE', `${BYID}/1`);
    const second = shop.desk.open('c1');
    first.release();
    await assert.rejects(first.result, Rejection);
    assert.equal(((await second).order as { order_amount: number }).order_amount, 19_900);
    assert.deepEqual(shop.calls, ['create ok']);
  });

  it('of those who wait one behind the other, ends each at its own deadline and at nobody else’s', async () => {
    await shop[Symbol.asyncDispose]();
    shop = await openCheckoutShop({ timeoutMs: 2000 });
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
    // Two calls one after the other take longer than the deadline; each by itself does not.
    for (const call of ['create', 'update']) await shop.fault('slow', call, { ms: 1200 });
    const first = shop.desk.open('c1');
    while (!shop.steps.includes('asking')) await new Promise((resolve) => setImmediate(resolve));
    await more();
    const second = shop.desk.open('c1');
    await first;
    const third = shop.desk.open('c1');
    await assert.rejects(second, { code: 'checkout-provider-timeout' });
    assert.equal(((await third).order as { order_amount: number }).order_amount, 59_700);
    assert.deepEqual(shop.calls, ['create ok', 'update ok']);
    assert.equal(shop.desk.trouble(), null);
  });

  it('shows the order that another node was faster with, and never its own', async () => {
    await shop.fault('slow', 'create', { ms: 300 });
    const slow = checkout();
    while (!shop.steps.includes('asking')) await new Promise((resolve) => setImmediate(resolve));
    const other = await shop.call('POST', '/cart/byid/c2', { sku: 'A', quantity: 2 });
    assert.equal(other.status, 200);
    // Another node's order: made for the same content, noted while this one waits.
    const message = {
      orderId: 'theirs',
      status: 'checkout_incomplete',
      payloadHash: Uint8Array.of(1),
      cartVersion: 1,
      paymentInProgress: false,
      replaces: '',
    };
    await shop.pool.apply('c1', { mutation: { type: 'InitializeCheckout', message } });
    assert.equal((await slow).status, 200);
    // Theirs does not exist at the stand-in, so it was replaced in the second round; the first order was shown to nobody.
    assert.deepEqual(shop.calls, ['create ok', 'update gone', 'placed gone', 'create ok']);
    const [lost, shown] = await shop.orders();
    assert.ok((await slow).text.includes(shown!.id) && !(await slow).text.includes(lost!.id));
    assert.equal((await shop.cart()).json.checkout.reference, shown!.id);
  });

  it('believes what the provider holds, not what it was told: an older update may have come behind ours', async () => {
    const order = await opened();
    await more();
    await opened();
    await shop.control('POST', `orders/${order.id}/update`, order.content);
    assert.equal((await opened()).content['order_amount'], 59_700);
    assert.deepEqual(shop.calls.slice(-2), ['read ok', 'update ok']);
  });

  describe('looks prices up again', () => {
    it('once they are older than their time, and tells of a change with both amounts', async () => {
      await shop.call('POST', `${BYID}/delivery`, { provider: 'standard' });
      await opened();
      const { asked } = shop.catalog;
      await opened();
      assert.equal(shop.catalog.asked, asked, 'recent enough');
      shop.clock.advance(61_000);
      shop.catalog.reprice('A', { unitPrice: 25_000 });
      const order = await opened();
      assert.ok(shop.catalog.asked > asked);
      assert.equal(order.content['order_amount'], 54_900);
      const cart = (await shop.cart()).json;
      assert.deepEqual(cart.warnings, [
        { code: 'price-changed', lineId: 1, oldAmount: 19_900, newAmount: 25_000 },
      ]);
      assert.equal(cart.totals.total, 54_900);
    });

    it('and without the provider’s answer has the old ones still', async () => {
      await opened();
      shop.clock.advance(61_000);
      shop.catalog.reprice('A', { unitPrice: 25_000 });
      const before = (await shop.cart()).text;
      await shop.fault('fail');
      isProblem(await checkout(), 502, 'checkout-provider-error');
      assert.equal((await shop.cart()).text, before);
    });

    it('and refuses where the catalog gives no answer, or has the article no more', async () => {
      const before = await shop.cart();
      shop.catalog.down = true;
      isProblem(await checkout(), 503, 'catalog-unavailable');
      shop.catalog.down = false;
      const product = aProduct('no-more');
      await shop.pool.apply('c1', { mutation: { type: 'AddItem', message: { product, quantity: 1 } } });
      const answer = await checkout();
      isProblem(answer, 404, 'unknown-sku');
      assert.equal(answer.json.errors[0]?.field, 'items[1].sku');
      assert.deepEqual(shop.calls, []);
      await shop.call('DELETE', `${BYID}/2`);
      assert.equal((await shop.cart()).json.totals.total, before.json.totals.total);
    });
  });

  describe('with a provider that', () => {
    const rows: readonly [fault: string, status: number][] = [
      ['refuse', 502],
      ['unauthorized', 502],
      ['fail', 502],
      ['gateway-timeout', 504],
      ['lose-answer', 502],
      ['lose-request', 502],
      ['hang', 504],
      ['malformed', 502],
      ['no-snippet', 502],
    ];
    const calls: readonly [call: string, prepare: () => Promise<unknown>][] = [
      ['create', () => Promise.resolve()],
      ['read', opened],
      ['update', () => opened().then(() => more())],
    ];
    const onCreate: readonly [string, number][] = [
      ['read-only', 502],
      ['gone', 502],
      ['expired', 502],
    ];

    for (const [call, prepare] of calls) {
      for (const [fault, status] of call === 'create' ? [...rows, ...onCreate] : rows) {
        it(`answers ${call} with ‘${fault}’: ${status}, the cart byte-equal, and the next try succeeds`, async () => {
          await shop[Symbol.asyncDispose]();
          shop = await openCheckoutShop({ timeoutMs: fault === 'hang' ? 300 : 5000 });
          await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
          await prepare();
          const before = (await shop.cart()).text;
          await shop.fault(fault, call);
          const answer = await checkout();
          isProblem(answer, status, status === 504 ? 'checkout-provider-timeout' : 'checkout-provider-error');
          const { correlationId, providerCorrelationId } = answer.json as unknown as Record<string, string>;
          assert.match(correlationId ?? '', /^[0-9a-f-]{36}$/);
          if (fault === 'refuse' || fault === 'fail')
            assert.match(providerCorrelationId ?? '', /^[0-9a-f-]{36}$/);
          assert.doesNotMatch(
            answer.text,
            /Bad value|Internal server/,
            'the provider’s words are not for shoppers',
          );
          assert.equal((await shop.cart()).text, before);
          assert.equal((await checkout()).status, 200);
          assert.equal((await shop.cart()).json.checkout.status, 'open');
        });
      }
    }

    it('is too slow: 504, the cart byte-equal', async () => {
      await shop[Symbol.asyncDispose]();
      shop = await openCheckoutShop({ timeoutMs: 200 });
      await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
      const before = (await shop.cart()).text;
      await shop.fault('slow', 'create', { ms: 2000 });
      isProblem(await checkout(), 504, 'checkout-provider-timeout');
      assert.equal((await shop.cart()).text, before);
    });

    it('is not there: 502, the cart byte-equal, and readiness tells', async () => {
      const before = (await shop.cart()).text;
      await shop.fault('lose-request', 'create', { times: 3 });
      for (let n = 0; n < 3; n += 1) isProblem(await checkout(), 502, 'checkout-provider-error');
      assert.equal((await shop.cart()).text, before);
      assert.equal(shop.desk.trouble(), 'the provider fails');
      await opened();
      assert.equal(shop.desk.trouble(), null);
    });

    for (const fault of ['gone', 'expired']) {
      it(`has lost the order (${fault}) gets a new one`, async () => {
        const first = await opened();
        await shop.fault(fault, 'read');
        assert.equal((await checkout()).status, 200);
        const reference = (await shop.cart()).json.checkout.reference;
        assert.notEqual(reference, first.id);
        await more();
        await shop.fault(fault, 'update');
        assert.equal((await checkout()).status, 200);
        assert.notEqual((await shop.cart()).json.checkout.reference, reference);
        assert.equal((await shop.orders()).length, 3);
      });
    }

    it('has lost the order because it was paid makes no second one', async () => {
      const order = await opened();
      await shop.control('POST', `orders/${order.id}/complete?unasked`);
      await shop.fault('gone', 'read');
      isProblem(await checkout(), 409, 'already-ordered');
      assert.equal((await shop.cart()).json.checkout.status, 'ordered');
      await only();
    });

    it('takes no change while the shopper pays: the order is shown as it is, payment in progress', async () => {
      const order = await opened();
      await shop.control('POST', `orders/${order.id}/lock`);
      await more();
      assert.equal((await checkout()).status, 200);
      const { checkout: state } = (await shop.cart()).json;
      assert.deepEqual(state, { status: 'open', reference: order.id, paymentInProgress: true });
      await shop.control('POST', `orders/${order.id}/lock?off`);
      assert.equal((await opened()).content['order_amount'], 59_700);
      assert.equal((await shop.cart()).json.checkout.paymentInProgress, undefined);
    });

    it('holds a paid order already: 409 with the confirmation’s address, and the cart is an ordered one', async () => {
      const order = await opened();
      await more();
      await shop.control('POST', `orders/${order.id}/complete?unasked`);
      const answer = await checkout();
      isProblem(answer, 409, 'already-ordered');
      const { confirmationUrl } = answer.json as unknown as { confirmationUrl: string };
      assert.equal(confirmationUrl, `https://shop.example/thanks?order=${order.id}`);
      assert.equal((await shop.cart()).json.checkout.status, 'ordered');
      isProblem(await checkout(), 409, 'already-ordered');
    });
  });

  it('whose note can’t be stored leaves the cart as it was, and the next one makes another order', async () => {
    const before = (await shop.cart()).text;
    shop.journal.faults.push('refuse');
    isProblem(await checkout(), 503, 'journal-unavailable');
    assert.equal((await shop.cart()).text, before);
    assert.equal((await checkout()).status, 200);
    assert.equal((await shop.orders()).length, 2);
  });

  it('is refused where too many wait', async () => {
    const gate = Promise.withResolvers<undefined>();
    const mutation: Mutation = add('A');
    const ids = Array.from({ length: 512 }, (_, index) => `w${index}`);
    await Promise.all(ids.map((id) => shop.pool.apply(id, { mutation })));
    shop.catalog.gate = gate.promise.then(() => undefined);
    const waiting = ids.map((id) => shop.desk.open(id));
    const answer = await checkout();
    isProblem(answer, 503, 'checkout-busy');
    assert.equal(answer.headers['retry-after'], '1');
    gate.resolve(undefined);
    await Promise.all(waiting);
  });

  it('is off where no provider is configured', async () => {
    const plain = await openShop();
    try {
      isProblem(await plain.call('GET', CHECKOUT), 501, 'checkout-off');
      isProblem(await plain.call('POST', '/cart/checkout/push/x?order=y'), 501, 'checkout-off');
    } finally {
      await plain[Symbol.asyncDispose]();
    }
  });

  it('is no question that a foreign page may ask, nor one about headers', async () => {
    isProblem(
      await shop.call('GET', CHECKOUT, undefined, { 'sec-fetch-site': 'cross-site' }),
      403,
      'cross-site',
    );
    isProblem(await shop.call('PUT', CHECKOUT, {}), 405, 'method-not-allowed');
    assert.equal((await shop.call('HEAD', CHECKOUT)).status, 405);
    assert.deepEqual(shop.calls, []);
  });
});
