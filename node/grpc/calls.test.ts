import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { once } from 'node:events';
import { openGrpcShop } from './testing/shop.ts';
import { TestClient } from './testing/client.ts';
import { until } from './testing/until.ts';
import type { Answer } from './testing/client.ts';
import type { GrpcShop } from './testing/shop.ts';

/** What every call has, whichever it is. */
describe('gRPC calls', () => {
  const cartId = 'c1';
  const request = { cartId, payload: { sku: 'A' } };
  const refusal = ({ status, details }: Answer): unknown[] => [status, details.facts['code']];
  const overview = ({ done }: GrpcShop): unknown[] =>
    done.map(({ method, status, problem }) => [method, status, problem?.code]);

  const waiting = (shop: GrpcShop, count: number): Promise<void> =>
    until(`${count} calls under way`, () => shop.server.calls === count);

  for (const [what, passedMs, status] of [
    ['that their client left are noted as CANCELLED', 0, 'CANCELLED'],
    ['whose own time was up are noted as DEADLINE_EXCEEDED', 1e12, 'DEADLINE_EXCEEDED'],
  ] as const) {
    it(what, async () => {
      await using shop = await openGrpcShop();
      // Connecting takes its time, and is none of the call's that is late.
      await shop.cart('GetState', { cartId: 'c0' });
      const release = shop.journal.hold();
      const late = await shop.cart('AddRequest', request, { timeoutMs: 300 });
      assert.equal(late.status, 'DEADLINE_EXCEEDED');
      // On the same connection, behind the end of the call before: the server knows of it by now.
      await shop.cart('GetState', { cartId: 'c2' });
      shop.clock.advance(passedMs);
      release();
      await until('all are done', () => shop.done.length === 3);
      assert.deepEqual(overview(shop).slice(1), [
        ['GetState', 'OK', undefined],
        ['AddRequest', status, undefined],
      ]);
    });
  }

  it('end after the node’s own time where the client sets none so short; the work goes on, and a repetition tells', async () => {
    await using shop = await openGrpcShop({ GRPC_DEADLINE_MS: 100 });
    const release = shop.journal.hold();
    const metadata = { 'idempotency-key': 'k1' };
    const late = await shop.cart('AddRequest', request, { metadata });
    assert.deepEqual(refusal(late), ['DEADLINE_EXCEEDED', 'deadline-exceeded']);
    assert.equal(shop.server.calls, 1, 'it is still under way');
    release();
    await waiting(shop, 0);
    const again = await shop.cart('AddRequest', request, { metadata });
    assert.deepEqual([again.reply['replayed'], again.reply['version']], [true, 1]);
  });

  it('are refused beyond the bound, and counted until their work is done', async () => {
    await using shop = await openGrpcShop({ GRPC_CALLS_MAX: 3 });
    const release = shop.journal.hold();
    const first = [1, 2, 3].map(() => shop.cart('AddRequest', request));
    await waiting(shop, 3);
    const over = await shop.cart('AddRequest', request);
    assert.deepEqual(refusal(over), ['RESOURCE_EXHAUSTED', 'too-many-calls']);
    release();
    for (const answer of await Promise.all(first)) assert.equal(answer.status, 'OK');
    assert.equal((await shop.cart('AddRequest', request)).status, 'OK');
  });

  it('are refused while the node sheds load', async () => {
    await using shop = await openGrpcShop();
    shop.shedding = true;
    const answer = await shop.cart('GetState', { cartId });
    assert.deepEqual(refusal(answer), ['UNAVAILABLE', 'node-overloaded']);
    assert.equal(answer.details.retryMs, 1500);
  });

  it('are refused when their message is too large', async () => {
    await using shop = await openGrpcShop({ GRPC_MESSAGE_BYTES_MAX: 2048 });
    const items = Array.from({ length: 200 }, (_, index) => ({ sku: `article-${index}` }));
    const answer = await shop.cart('SetCartRequest', { cartId, payload: { items } });
    assert.equal(answer.status, 'RESOURCE_EXHAUSTED');
    assert.equal((await shop.cart('AddRequest', request)).status, 'OK');
  });

  it('are as many on one connection as they may', async () => {
    await using shop = await openGrpcShop({ GRPC_STREAMS_MAX: 7 });
    const session = connect(`http://127.0.0.1:${shop.port}`);
    await once(session, 'remoteSettings');
    assert.equal(session.remoteSettings.maxConcurrentStreams, 7);
    session.destroy();
  });

  it('come on as many connections as they may', async () => {
    await using shop = await openGrpcShop({ GRPC_CONNECTIONS_MAX: 1 });
    await shop.client.ready();
    using other = new TestClient(shop.port);
    const answer = await other.call('messages.CartActor/GetState', { cartId }, { timeoutMs: 1000 });
    assert.notEqual(answer.status, 'OK');
    assert.equal((await shop.cart('GetState', { cartId })).status, 'OK');
  });

  it('are observed, each once, with what it was and what came of it', async () => {
    await using shop = await openGrpcShop();
    await shop.cart('AddRequest', request);
    await shop.cart('RemoveItem', { cartId, payload: { id: 9 } });
    await shop.cart('GetState', {});
    await shop.client.call('hipstershop.CartService/GetCart', { userId: 'u1' });
    assert.deepEqual(overview(shop), [
      ['AddRequest', 'OK', undefined],
      ['RemoveItem', 'NOT_FOUND', 'unknown-line'],
      ['GetState', 'INVALID_ARGUMENT', 'invalid-value'],
      ['GetCart', 'OK', undefined],
    ]);
    assert.deepEqual(
      shop.done.map(({ service, cart }) => [service, cart?.slice(0, 5)]),
      [
        ['messages.CartActor', 'c1'],
        ['messages.CartActor', 'c1'],
        ['messages.CartActor', undefined],
        ['hipstershop.CartService', 'user:'],
      ],
    );
  });

  it('that went wrong inside tell nothing of it but where the log has more', async () => {
    await using shop = await openGrpcShop();
    shop.pool.apply = () => Promise.reject(new Error('a secret of the house'));
    const answer = await shop.cart('AddRequest', request);
    assert.deepEqual(refusal(answer), ['INTERNAL', 'internal-error']);
    assert.doesNotMatch(answer.message, /secret/);
    assert.equal(answer.details.instance, shop.done[0]?.problem?.instance);
    assert.match((shop.done[0]?.problem?.cause as Error).message, /secret/);
  });

  it('are answered also where a message would end in half a character, or be very long', async () => {
    await using shop = await openGrpcShop();
    const orderId = `${'x'.repeat(200)}${'🛒'.repeat(27)}`;
    const paid = await shop.cart('OrderCreated', { cartId, payload: { orderId, status: 's' } });
    assert.deepEqual(refusal(paid), ['FAILED_PRECONDITION', 'no-checkout']);
    const items = Array.from({ length: 250 }, () => ({ sku: '\u0001'.repeat(200) }));
    const wrong = await shop.cart('SetCartRequest', { cartId, payload: { items } });
    assert.deepEqual(refusal(wrong), ['INVALID_ARGUMENT', 'invalid-value']);
    assert.equal(wrong.details.fields.length, 10);
  });
});
