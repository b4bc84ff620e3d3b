import assert from 'node:assert/strict';
import { settled } from '../actor/testing/fixtures.ts';
import { SpanRecorder } from '../observability/testing/span-recorder.ts';
import { openCheckoutShop } from './testing/checkout-shop.ts';
import type { RecordedSpan } from '../observability/testing/span-recorder.ts';
import type { MaybeSpan } from '../observability/trace.ts';
import type { CheckoutOptions } from './context.ts';
import type { StandInOrder } from './stand-in/orders.ts';
import type { CheckoutShop } from './testing/checkout-shop.ts';

const BYID = '/cart/byid/secretcart';
const CHECKOUT = `${BYID}/checkout`;
const SERVED = '- GET /cart/byid/:cartId/checkout';
const CREATE = 'POST /checkout/v3/orders';
const READ = 'GET /checkout/v3/orders/{order_id}';
const UPDATE = 'POST /checkout/v3/orders/{order_id}';
const PLACED = 'GET /ordermanagement/v1/orders/{order_id}';
const ACKNOWLEDGE = 'POST /ordermanagement/v1/orders/{order_id}/acknowledge';

describe('a traced checkout', function () {
  this.timeout(15_000);

  let shop: CheckoutShop;
  let recorder: SpanRecorder;

  beforeEach(() => openShop());
  afterEach(() => shop[Symbol.asyncDispose]());

  async function openShop(changes: Partial<CheckoutOptions> = {}): Promise<void> {
    shop = await openCheckoutShop(changes);
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
    shop.tracer = recorder = new SpanRecorder();
  }

  async function checkout(status = 200): Promise<void> {
    const answer = await shop.call('GET', CHECKOUT);
    assert.equal(answer.status, status, answer.text);
  }

  /** The order at the provider; what led to it is not looked at. */
  async function opened(): Promise<StandInOrder> {
    await checkout();
    recorder.spans.splice(0);
    return (await shop.orders()).at(-1)!;
  }

  /** The callbacks are the provider's own calls. */
  function control(order: StandInOrder, action: string): Promise<unknown> {
    return shop.control('POST', `orders/${order.id}/${action}`);
  }

  const calls = (): RecordedSpan[] => recorder.spans.filter(({ kind }) => kind === 'client');
  const only = (name: string): RecordedSpan => {
    const found = recorder.spans.filter((span) => span.name === name);
    assert.equal(found.length, 1, `${name} among ${recorder.tree.join()}`);
    return found[0]!;
  };

  it('is followed from HTTP to the provider, and back into the journal', async () => {
    await checkout();
    assert.deepEqual(recorder.tree, [
      SERVED,
      `  - ${CREATE}`,
      '  - grain InitializeCheckout',
      '    - journal append',
    ]);
    const { kind, attributes, error } = only(CREATE);
    assert.deepEqual([kind, error], ['client', undefined]);
    assert.deepEqual(attributes, {
      'http.request.method': 'POST',
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(shop.baseUrl).port),
      'url.template': '/checkout/v3/orders',
      'http.response.status_code': 201,
      'cartwright.checkout.outcome': 'ok',
    });
  });

  it('tells the provider of itself, with each call as the parent of what the provider does', async () => {
    await checkout();
    await shop.call('POST', BYID, { sku: 'B' });
    await checkout();
    await checkout();
    const ids = calls().map(({ id }) => id);
    const told = ['create', 'update', 'read'].map((call, index) => ({
      call,
      traceparent: `00-${'1'.repeat(32)}-${ids[index]}-01`,
      tracestate: 'recorder=1',
    }));
    assert.deepEqual(await shop.traces(), told);
  });

  it('tells the provider nothing where nothing is traced', async () => {
    shop.tracer = null;
    await checkout();
    assert.deepEqual(await shop.traces(), [{ call: 'create', traceparent: null, tracestate: null }]);
  });

  it('has the callbacks’ work in the callbacks’ spans, down to the cart that follows', async () => {
    const order = await opened();
    await control(order, 'complete');
    assert.deepEqual(recorder.tree, [
      '- POST /cart/checkout/validation/:seal',
      '  - grain InitializeCheckout',
      '    - journal append',
    ]);
    await shop.call('POST', BYID, { sku: 'B' });
    recorder.spans.splice(0);
    await control(order, 'push');
    assert.deepEqual(recorder.tree, [
      '- POST /cart/checkout/push/:seal',
      `  - ${PLACED}`,
      '  - grain OrderCreated',
      '    - journal append',
      '  - journal read',
      '  - journal claim',
      '  - grain TakeOver',
      '    - journal append',
      '  - grain TakenOver',
      '    - journal append',
      `  - ${ACKNOWLEDGE}`,
    ]);
    for (const call of calls()) assert.equal(call.attributes['cartwright.checkout.outcome'], 'ok');
    assert.deepEqual(
      (await shop.traces()).slice(-2).map(({ traceparent }) => traceparent?.split('-')[2]),
      calls().map(({ id }) => id),
    );
  });

  it('asks the journal and the catalog within its span, too', async () => {
    assert.equal((await shop.call('GET', '/cart/byid/empty/checkout')).status, 409);
    assert.deepEqual(recorder.tree, [SERVED, '  - journal read']);
    const { catalog } = shop;
    const product = catalog.product.bind(catalog);
    const within: unknown[] = [];
    catalog.product = (query, ...[span]: MaybeSpan[]) => {
      within.push(span?.traceId);
      return product(query);
    };
    await checkout();
    assert.deepEqual(within, ['1'.repeat(32)]);
  });

  for (const [fault, type, status] of [
    ['fail', 'failed', 500],
    ['gateway-timeout', 'timeout', 504],
    ['malformed', 'failed', 201],
    ['no-snippet', 'failed', 201],
    ['lose-answer', 'unreachable', undefined],
    ['lose-request', 'unreachable', undefined],
    ['hang', 'timeout', undefined],
  ] as const) {
    it(`fails with a provider that fails (${fault}), and says how`, async () => {
      await shop[Symbol.asyncDispose]();
      await openShop({ timeoutMs: fault === 'hang' ? 300 : 5000 });
      await shop.fault(fault, 'create');
      await checkout(type === 'timeout' ? 504 : 502);
      assert.deepEqual(recorder.tree, [SERVED, `  - ${CREATE}`]);
      const { error, attributes } = only(CREATE);
      assert.equal((error as { code?: string }).code, type);
      assert.deepEqual(
        [attributes['http.response.status_code'], attributes['cartwright.checkout.outcome']],
        [status, type],
      );
      assert.ok(recorder.spans[0]?.error instanceof Error);
    });
  }

  it('has no failure in what the provider says no to', async () => {
    await shop.fault('refuse', 'create');
    await checkout(502);
    const refused = only(CREATE);
    assert.ok(recorder.spans[0]?.error instanceof Error, 'what the node made of it is one');
    const order = await opened();
    await control(order, 'lock');
    await shop.call('POST', BYID, { sku: 'B' });
    recorder.spans.splice(0);
    await checkout();
    const readOnly = only(UPDATE);
    recorder.spans.splice(0);
    await shop.fault('gone', 'update');
    await checkout();
    const gone = [only(UPDATE), only(PLACED)];
    assert.deepEqual(
      [refused, readOnly, ...gone].map(({ attributes, error }) => [
        attributes['http.response.status_code'],
        attributes['cartwright.checkout.outcome'],
        error,
      ]),
      [
        [400, 'refused', undefined],
        [403, 'read-only', undefined],
        [404, 'gone', undefined],
        [404, 'gone', undefined],
      ],
    );
  });

  it('that waits for another one shows the wait; the calls, and their failure, are the other one’s', async () => {
    const { promise: answer, resolve: letGo } = Promise.withResolvers<undefined>();
    shop.catalog.gate = answer;
    await shop.fault('fail', 'create');
    const both = [checkout(502), checkout(502)];
    const deadlineMs = performance.now() + 5000;
    while (recorder.spans.length < 2) {
      assert.ok(performance.now() < deadlineMs, 'both are there');
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled();
    letGo(undefined);
    await Promise.all(both);
    assert.deepEqual(recorder.tree, [SERVED, `  - ${CREATE}`, SERVED, '  - checkout wait']);
    assert.deepEqual([only('checkout wait').ends, only('checkout wait').error], [1, undefined]);
  });

  it('ends each of its spans, and knows no id, no seal and no password', async () => {
    await shop[Symbol.asyncDispose]();
    await openShop({ timeoutMs: 300 });
    const order = await opened();
    await shop.call('POST', BYID, { sku: 'B' });
    await checkout();
    for (const fault of ['hang', 'gone', 'fail']) {
      await shop.fault(fault, 'read');
      await shop.call('GET', CHECKOUT);
    }
    const paid = (await shop.orders()).at(-1)!;
    await control(paid, 'complete?unasked');
    await control(paid, 'push');
    assert.deepEqual([...new Set(calls().map(({ name }) => name))].sort(), [
      READ,
      PLACED,
      CREATE,
      UPDATE,
      ACKNOWLEDGE,
    ]);
    const { push } = order.content['merchant_urls'] as { push: string };
    const seal = /push\/([^?]+)/.exec(push)?.[1] ?? '';
    assert.ok(seal.length > 20);
    for (const { name, ends, attributes } of recorder.spans) {
      assert.equal(ends, 1, name);
      const said = `${name} ${JSON.stringify(attributes)}`;
      for (const secret of ['secretcart', seal, 'merchant', 'Basic', order.id, paid.id])
        assert.ok(!said.includes(secret), said);
    }
  });
});
