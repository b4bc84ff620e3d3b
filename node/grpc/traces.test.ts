import assert from 'node:assert/strict';
import { SpanRecorder } from '../observability/testing/span-recorder.ts';
import { openGrpcShop } from './testing/shop.ts';
import { until } from './testing/until.ts';
import { CartWatcher } from './testing/watcher.ts';
import type { RecordedSpan } from '../observability/testing/span-recorder.ts';
import type { GrpcShop } from './testing/shop.ts';

describe('a traced call', () => {
  let shop: GrpcShop;
  let recorder: SpanRecorder;

  beforeEach(async () => {
    shop = await openGrpcShop();
    shop.tracer = recorder = new SpanRecorder();
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  const cartId = 'c1';
  const named = (name: string): RecordedSpan => {
    const found = recorder.spans.find((span) => span.name === name);
    assert.ok(found, `${name} among ${recorder.tree.join()}`);
    return found;
  };

  it('is followed through the grain into the journal, in the trace of its caller', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const metadata = { traceparent, tracestate: 'a=b' };
    await shop.cart('AddRequest', { cartId, payload: { sku: 'A' } }, { metadata });
    assert.deepEqual(recorder.tree, [
      '- messages.CartActor/AddRequest',
      '  - journal claim',
      '  - grain AddRequest',
      '    - journal append',
    ]);
    const { caller, attributes } = named('messages.CartActor/AddRequest');
    assert.deepEqual([caller?.traceparent, caller?.tracestate], [traceparent, 'a=b']);
    assert.deepEqual(attributes, {
      'rpc.system': 'grpc',
      'rpc.service': 'messages.CartActor',
      'rpc.method': 'AddRequest',
      'rpc.grpc.status_code': 0,
    });
  });

  it('of another shop’s service is, too', async () => {
    await shop.client.call('hipstershop.CartService/AddItem', {
      userId: 'u1',
      item: { productId: 'P', quantity: 1 },
    });
    await shop.client.call('hipstershop.CartService/GetCart', { userId: 'u2' });
    await shop.client.call('hipstershop.CartService/EmptyCart', { userId: 'u1' });
    const names = recorder.tree.filter((name) => /^- |grain|read/.test(name));
    assert.deepEqual(names, [
      '- hipstershop.CartService/AddItem',
      '  - grain AddItem',
      '- hipstershop.CartService/GetCart',
      '  - journal read',
      '- hipstershop.CartService/EmptyCart',
      '  - grain Clear',
    ]);
  });

  it('that is refused for good reason is no failure of the node; one that the node fails is', async () => {
    await shop.cart('RemoveItem', { cartId, payload: { id: 7 } });
    const refused = named('messages.CartActor/RemoveItem');
    assert.deepEqual(
      [refused.attributes['rpc.grpc.status_code'], refused.attributes['cartwright.problem'], refused.error],
      [5, 'unknown-line', undefined],
    );
    shop.journal.faults.push('refuse');
    await shop.cart('AddRequest', { cartId, payload: { sku: 'A' } });
    assert.ok(named('messages.CartActor/AddRequest').error instanceof Error);
  });

  it('that watches a cart is one span, until it ends', async () => {
    const watcher = new CartWatcher(shop.client, cartId);
    await watcher.reaches(0);
    assert.equal(named('messages.CartActor/WatchState').ends, 0);
    watcher[Symbol.dispose]();
    await until('it is over', () => named('messages.CartActor/WatchState').ends > 0);
  });

  it('ends each of its spans once, and knows no cart’s id', async () => {
    await shop.cart('AddRequest', { cartId, payload: { sku: 'A' } });
    await shop.cart('GetState', { cartId });
    shop.shedding = true;
    await shop.cart('GetState', { cartId });
    assert.ok(recorder.spans.length >= 5);
    for (const { name, ends, attributes } of recorder.spans) {
      assert.equal(ends, 1, name);
      assert.doesNotMatch(`${name} ${JSON.stringify(attributes)}`, /c1/);
    }
  });
});
