import assert from 'node:assert/strict';
import { SpanRecorder } from '../observability/testing/span-recorder.ts';
import { openShop } from './testing/shop.ts';
import type { RecordedSpan } from '../observability/testing/span-recorder.ts';
import type { Shop } from './testing/shop.ts';

describe('a traced request', () => {
  let shop: Shop;
  let recorder: SpanRecorder;

  beforeEach(async () => {
    shop = await openShop();
    recorder = new SpanRecorder();
    shop.tracer = recorder;
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  const path = '/cart/byid/c1';
  const named = (name: string): RecordedSpan => {
    const found = recorder.spans.find((span) => span.name === name);
    assert.ok(found, `${name} among ${recorder.tree.join()}`);
    return found;
  };

  it('is followed from HTTP through the grain into the journal', async () => {
    await shop.call('POST', path, { sku: 'A' });
    assert.deepEqual(recorder.tree, [
      '- POST /cart/byid/:cartId',
      '  - journal claim',
      '  - grain AddRequest',
      '    - journal append',
    ]);
    assert.equal(named('journal append').attributes['cartwright.journal.outcome'], 'ok');
    assert.equal(named('grain AddRequest').attributes['cartwright.version'], 1);
  });

  it('goes on in the trace of its caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await shop.call('GET', path, undefined, { traceparent, tracestate: 'a=b' });
    const { caller } = named('GET /cart/byid/:cartId');
    assert.deepEqual([caller?.traceparent, caller?.tracestate], [traceparent, 'a=b']);
  });

  it('shows a read from the journal, and none from memory', async () => {
    await shop.call('GET', path);
    assert.deepEqual(recorder.tree, ['- GET /cart/byid/:cartId', '  - journal read']);
    await shop.call('POST', path, { sku: 'A' });
    recorder.spans.splice(0);
    await shop.call('GET', path);
    assert.deepEqual(recorder.tree, ['- GET /cart/byid/:cartId']);
  });

  it('shows that it was looked up whether a cart is new', async () => {
    await shop[Symbol.asyncDispose]();
    shop = await openShop({ RATE_LIMIT_NEW_CARTS: 1 });
    await shop.call('POST', path, { sku: 'A' });
    shop.tracer = recorder;
    assert.equal((await shop.call('POST', '/cart/byid/c2', { sku: 'A' })).status, 429);
    assert.deepEqual(recorder.tree, ['- POST /cart/byid/:cartId', '  - journal read']);
  });

  it('shows what a reader of an ordered cart does for the cart that follows', async () => {
    await shop.call('POST', path, { sku: 'A', quantity: 2 });
    const cart = await shop.pool.read('c1');
    const paid = { lines: cart.lines.map((line) => ({ ...line, quantity: 1 })), deliveries: [] };
    const message = { orderId: 'o1', status: 'AUTHORIZED', paid, successorId: 'c2' };
    await shop.pool.apply('c1', { mutation: { type: 'OrderCreated', message } });
    recorder.spans.splice(0);
    await shop.call('GET', path);
    assert.deepEqual(recorder.tree, [
      '- GET /cart/byid/:cartId',
      '  - journal read',
      '  - journal claim',
      '  - grain TakeOver',
      '    - journal append',
      '  - grain TakenOver',
      '    - journal append',
    ]);
  });

  it('shows what is read for a cookie that goes over to the cart that follows', async () => {
    const { headers, json } = await shop.call('POST', '/cart/', { sku: 'A' });
    const { lines } = await shop.pool.read(json.id);
    const message = {
      orderId: 'o1',
      status: 'AUTHORIZED',
      paid: { lines, deliveries: [] },
      successorId: 'c2',
    };
    await shop.pool.apply(json.id, { mutation: { type: 'OrderCreated', message } });
    recorder.spans.splice(0);
    await shop.call('GET', '/cart/', undefined, { cookie: headers['set-cookie']!.split(';', 1)[0]! });
    assert.deepEqual(recorder.tree, ['- GET /cart/', '  - journal read']);
  });

  it('that is refused for good reason is no failure of the node', async () => {
    await shop.call('DELETE', `${path}/7`);
    const { attributes, error } = named('DELETE /cart/byid/:cartId/:lineId');
    assert.deepEqual(
      [attributes['http.response.status_code'], attributes['cartwright.problem'], error],
      [404, 'unknown-line', undefined],
    );
    assert.equal(named('grain RemoveItem').attributes['cartwright.rejection'], 'unknown-line');
    assert.equal(named('grain RemoveItem').error, undefined);
  });

  it('that the node fails is a failure, down to the part that failed', async () => {
    shop.journal.faults.push('refuse');
    await shop.call('POST', path, { sku: 'A' });
    for (const name of ['POST /cart/byid/:cartId', 'grain AddRequest', 'journal append'])
      assert.ok(named(name).error instanceof Error, name);
  });

  it('that shares a record with others has the record in its trace', async () => {
    await shop.call('POST', path, { sku: 'A' });
    recorder.spans.splice(0);
    const letGo = shop.journal.hold();
    const calls = ['B', 'C', 'D'].map((sku) => shop.call('POST', path, { sku }));
    while (recorder.spans.filter(({ name }) => name === 'grain AddRequest').length < 3)
      await new Promise((resolve) => setImmediate(resolve));
    letGo();
    await Promise.all(calls);
    const appends = recorder.spans.filter(({ name }) => name === 'journal append');
    assert.equal(appends.length, 3);
    assert.equal(new Set(appends.map(({ parent }) => parent)).size, 3);
    assert.ok(appends.some(({ attributes }) => Number(attributes['cartwright.record.mutations']) > 1));
  });

  it('ends each of its spans, and knows no cart’s id', async () => {
    await shop.call('POST', path, { sku: 'A' });
    await shop.call('GET', `${path}?c1=c1`);
    await shop.call('POST', `${path}/nothing`, { sku: 'A' });
    shop.catalog.down = true;
    await shop.call('POST', path, { sku: 'B' });
    for (const { name, ends, attributes } of recorder.spans) {
      assert.equal(ends, 1, name);
      assert.doesNotMatch(`${name} ${JSON.stringify(attributes)}`, /c1/);
    }
  });
});
