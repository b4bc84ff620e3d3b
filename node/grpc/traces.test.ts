import assert from 'node:assert/strict';
import { SpanRecorder } from '../observability/testing/span-recorder.ts';
import { openGrpcShop } from './testing/shop.ts';
import type { RecordedSpan } from '../observability/testing/span-recorder.ts';

describe('a traced call', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const named = ({ spans }: SpanRecorder, name: string): RecordedSpan => {
    const found = spans.find((span) => span.name === name);
    assert.ok(found, name);
    return found;
  };

  it('is followed from gRPC into the journal, in the trace of its caller', async () => {
    await using shop = await openGrpcShop();
    const recorder = new SpanRecorder();
    shop.tracer = recorder;
    const payload = { sku: 'A', quantity: 1 };
    await shop.cart(
      'AddRequest',
      { cartId: 'c1', payload },
      { metadata: { traceparent, tracestate: 'a=b' } },
    );
    assert.deepEqual(recorder.tree, [
      '- messages.CartActor/AddRequest',
      '  - journal claim',
      '  - grain AddRequest',
      '    - journal append',
    ]);
    const { caller, attributes } = named(recorder, 'messages.CartActor/AddRequest');
    assert.deepEqual(caller, { traceparent, tracestate: 'a=b' });
    assert.equal(attributes['rpc.grpc.status_code'], 'OK');
    for (const { name, ends } of recorder.spans) assert.equal(ends, 1, name);
  });

  it('fails where the node did, and not where the client was wrong', async () => {
    await using shop = await openGrpcShop();
    const recorder = new SpanRecorder();
    shop.tracer = recorder;
    await shop.cart('RemoveItem', { cartId: 'c1', payload: { id: 7 } });
    const wrong = named(recorder, 'messages.CartActor/RemoveItem');
    assert.deepEqual([wrong.error, wrong.attributes['cartwright.problem']], [undefined, 'unknown-line']);
    shop.journal.faults.push('refuse');
    await shop.cart('AddRequest', { cartId: 'c1', payload: { sku: 'A', quantity: 1 } });
    assert.ok(named(recorder, 'messages.CartActor/AddRequest').error instanceof Error);
  });
});
