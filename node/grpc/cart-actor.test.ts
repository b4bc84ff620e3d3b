import assert from 'node:assert/strict';
import { describeWire } from '../../proto/compatibility.ts';
import { aProduct } from '../actor/testing/fixtures.ts';
import { openGrpcShop } from './testing/shop.ts';
import { mintCartId } from '../http/cart-id.ts';
import type { CartState__Output } from '../../proto/types/messages/CartState.ts';
import type { GrpcShop } from './testing/shop.ts';
import type { Answer } from './testing/client.ts';

/** `CartActor` as a client sees it, over a real connection. */
describe('CartActor', () => {
  let shop: GrpcShop;

  beforeEach(async () => {
    shop = await openGrpcShop();
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  const cartId = 'c1';

  function stateOf({ status, message, reply }: Answer): CartState__Output {
    assert.equal(status, 'OK', message);
    return reply['state'] as CartState__Output;
  }

  function isProblem(answer: Answer, status: string, code: string, ...fields: string[]): void {
    assert.deepEqual([answer.status, answer.details.facts['code']], [status, code], answer.message);
    assert.equal(answer.details.reason, code.replaceAll('-', '_').toUpperCase());
    assert.deepEqual(answer.details.fields, fields);
    assert.match(answer.details.instance ?? '', /^urn:uuid:/);
    assert.doesNotMatch(answer.message, /node_modules|\.ts:/);
  }

  const add = (sku = 'A', quantity = 1): Promise<Answer> =>
    shop.cart('AddRequest', { cartId, payload: { sku, quantity, country: 'se' } });

  const lines = (state: CartState__Output): unknown[] =>
    state.lines.map(({ id, product, quantity }) => [id, product?.sku, quantity]);

  it('makes every mutation of a shopper', async () => {
    assert.deepEqual(lines(stateOf(await add('A', 2))), [[1, 'A', 2]]);
    assert.deepEqual(
      lines(stateOf(await shop.cart('ChangeQuantity', { cartId, payload: { id: 1, quantity: 5 } }))),
      [[1, 'A', 5]],
    );
    await add('B');
    const sent = stateOf(
      await shop.cart('SetDelivery', {
        cartId,
        payload: { provider: 'standard', pickupPoint: { id: 'p1', zip: '111 22' } },
      }),
    );
    assert.deepEqual(
      sent.deliveries.map(({ id, option, pickupPoint }) => [id, option?.provider, pickupPoint?.zip]),
      [[1, 'standard', '111 22']],
    );
    const moved = await shop.cart('SetPickupPoint', {
      cartId,
      payload: { deliveryId: 1, pickupPoint: { id: 'p2' } },
    });
    assert.equal(stateOf(moved).deliveries[0]?.pickupPoint?.id, 'p2');
    assert.deepEqual(
      stateOf(await shop.cart('RemoveDelivery', { cartId, payload: { id: 1 } })).deliveries,
      [],
    );
    assert.deepEqual(lines(stateOf(await shop.cart('RemoveItem', { cartId, payload: { id: 1 } }))), [
      [2, 'B', 1],
    ]);
    const items = [
      { sku: 'C', quantity: 3, country: 'se' },
      { sku: 'D', quantity: 1, country: 'se', variant: 'red', storeId: 's1' },
    ];
    const set = stateOf(await shop.cart('SetCartRequest', { cartId, payload: { items } }));
    assert.deepEqual(lines(set), [
      [1, 'C', 3],
      [2, 'D', 1],
    ]);
    assert.deepEqual(lines(stateOf(await shop.cart('Clear', { cartId, payload: {} }))), []);
    const mutations = [
      { addRequest: { sku: 'E', quantity: 2, country: 'se' } },
      { setDelivery: { provider: 'standard' } },
      { changeQuantity: { id: 3, quantity: 4 } },
    ];
    const batched = stateOf(await shop.cart('Batch', { cartId, payload: { mutations } }));
    assert.deepEqual(lines(batched), [[3, 'E', 4]]);
    assert.equal(batched.version, 10);
    const read = stateOf(await shop.cart('GetState', { cartId }));
    assert.deepEqual(read, batched);
    assert.deepEqual(read.totals, {
      items: 79_600,
      deliveries: 4900,
      discount: 0,
      total: 84_500,
      tax: 16_900,
    });
    assert.equal(read.checkout?.status, 'CHECKOUT_NONE');
  });

  it('makes every mutation of the shop’s own services', async () => {
    const product = aProduct('P', { unitPrice: 100 });
    const added = stateOf(await shop.cart('AddItem', { cartId, payload: { product, quantity: 2 } }));
    assert.deepEqual([lines(added), added.totals?.total], [[[1, 'P', 2]], 200]);
    const requested = await shop.cart('CreateCheckoutOrder', { cartId, payload: { country: 'se' } });
    assert.equal(stateOf(requested).checkout?.status, 'CHECKOUT_REQUESTED');
    const payload = { orderId: 'o1', status: 'incomplete', payloadHash: Buffer.from('ab'), cartVersion: 2 };
    const opened = stateOf(await shop.cart('InitializeCheckout', { cartId, payload })).checkout;
    assert.deepEqual(
      [opened?.status, opened?.reference, opened?.payloadHash],
      ['CHECKOUT_OPEN', 'o1', Buffer.from('ab')],
    );
    const paid = await shop.cart('OrderCreated', { cartId, payload: { orderId: 'o1', status: 'complete' } });
    assert.equal(stateOf(paid).checkout?.status, 'CHECKOUT_ORDERED');
    isProblem(await add(), 'FAILED_PRECONDITION', 'already-ordered');
  });

  it('merges another cart into this one, once, and shows the other one’s id to nobody', async () => {
    const sourceId = 'the-other-one';
    await add('A', 2);
    await shop.cart('AddRequest', { cartId: sourceId, payload: { sku: 'A', quantity: 3 } });
    await shop.cart('AddRequest', { cartId: sourceId, payload: { sku: 'B' } });
    const merge = (strategy?: string): Promise<Answer> =>
      shop.cart('Merge', { cartId, payload: { sourceId, ...(strategy !== undefined && { strategy }) } });
    const merged = await merge();
    assert.deepEqual(lines(stateOf(merged)), [
      [1, 'A', 5],
      [2, 'B', 1],
    ]);
    const again = await merge('MERGE_STRATEGY_SUM');
    assert.deepEqual([again.reply['replayed'], again.reply['version']], [true, merged.reply['version']]);
    isProblem(await merge('MERGE_STRATEGY_MAX'), 'FAILED_PRECONDITION', 'cart-merged', 'payload.source');
    assert.deepEqual(lines(stateOf(await shop.cart('GetState', { cartId: sourceId }))), []);
    const late = await shop.cart('AddRequest', { cartId: sourceId, payload: { sku: 'C' } });
    isProblem(late, 'FAILED_PRECONDITION', 'cart-merged');
    for (const answer of [merged, again, late])
      assert.doesNotMatch(JSON.stringify([answer.reply, answer.message, answer.details]), /the-other-one/);
  });

  it('takes nothing of a merge that only the node may fill in', async () => {
    await add();
    const payload = { sourceId: 'c2', source: { lines: [] }, mergeId: 'm1' };
    isProblem(
      await shop.cart('Merge', { cartId, payload }),
      'INVALID_ARGUMENT',
      'invalid-value',
      'payload.source',
    );
    const self = await shop.cart('Merge', { cartId, payload: { sourceId: cartId } });
    isProblem(self, 'INVALID_ARGUMENT', 'self-merge', 'payload.source');
    const nobody = await shop.cart('Merge', { cartId, payload: { sourceId: 'c2' } });
    isProblem(nobody, 'NOT_FOUND', 'unknown-source', 'payload.source');
    const foreign = await shop.cart('Merge', { cartId, payload: { sourceId: 'user:1' } });
    isProblem(foreign, 'INVALID_ARGUMENT', 'invalid-value', 'payload.sourceId');
  });

  it('has a handler for every method that the .proto file has', async () => {
    const methods = Object.keys(describeWire().services['messages.CartActor'] ?? {});
    assert.ok(methods.length >= 16);
    const streams = new Set(['WatchState']);
    for (const method of methods.filter((name) => !streams.has(name))) {
      const { status } = await shop.cart(method, { cartId });
      assert.notEqual(status, 'UNIMPLEMENTED', method);
    }
  });

  it('takes a wish without quantity and country as one piece in the node’s own country', async () => {
    const state = stateOf(await shop.cart('AddRequest', { cartId, payload: { sku: 'A' } }));
    assert.deepEqual([lines(state), state.country], [[[1, 'A', 1]], 'se']);
  });

  it('answers a repeated request as the first time, by metadata or by option, and refuses its key for another', async () => {
    const payload = { sku: 'A', quantity: 2 };
    const metadata = { 'idempotency-key': 'k1' };
    const first = await shop.cart('AddRequest', { cartId, payload }, { metadata });
    const again = await shop.cart('AddRequest', { cartId, payload, options: { requestId: 'k1' } });
    assert.deepEqual([first.reply['version'], first.reply['replayed']], [1, false]);
    assert.deepEqual([again.reply['version'], again.reply['replayed']], [1, true]);
    assert.deepEqual(lines(stateOf(again)), [[1, 'A', 2]]);
    const other = await shop.cart('AddRequest', { cartId, payload: { sku: 'B' } }, { metadata });
    isProblem(other, 'INVALID_ARGUMENT', 'idempotency-key-reused');
    const both = await shop.cart(
      'Clear',
      { cartId, payload: {}, options: { requestId: 'k2' } },
      { metadata },
    );
    isProblem(both, 'INVALID_ARGUMENT', 'invalid-value', 'options.requestId');
    const empty = await shop.cart('Clear', { cartId, payload: {}, options: { requestId: '' } });
    isProblem(empty, 'INVALID_ARGUMENT', 'invalid-value', 'options.requestId');
    const long = await shop.cart(
      'Clear',
      { cartId, payload: {} },
      { metadata: { 'idempotency-key': 'x'.repeat(256) } },
    );
    isProblem(long, 'INVALID_ARGUMENT', 'invalid-metadata');
  });

  it('changes only the version that the caller means', async () => {
    const change = (options: object): Promise<Answer> => shop.cart('Clear', { cartId, payload: {}, options });
    isProblem(await change({ ifExists: true }), 'FAILED_PRECONDITION', 'version-mismatch');
    await add();
    isProblem(await change({ ifVersions: [3, 4] }), 'FAILED_PRECONDITION', 'version-mismatch');
    assert.equal(stateOf(await change({ ifVersions: [1, 4] })).version, 2);
    assert.equal(stateOf(await change({ ifExists: true })).version, 3);
    isProblem(await change({ ifExists: true, ifVersions: [0] }), 'FAILED_PRECONDITION', 'version-mismatch');
  });

  const mistakes: readonly [name: string, method: string, request: object, field: string][] = [
    ['no cart', 'GetState', {}, 'cartId'],
    ['an id of another shape', 'AddRequest', { cartId: 'a b', payload: { sku: 'A' } }, 'cartId'],
    ['the id of a user’s cart', 'GetState', { cartId: 'user:abc' }, 'cartId'],
    ['no payload', 'AddRequest', { cartId }, 'payload'],
    ['no sku', 'AddRequest', { cartId, payload: { quantity: 1 } }, 'payload.sku'],
    ['too many pieces', 'AddRequest', { cartId, payload: { sku: 'A', quantity: 1000 } }, 'payload.quantity'],
    ['control characters', 'AddRequest', { cartId, payload: { sku: 'A\n' } }, 'payload.sku'],
    ['line 0', 'RemoveItem', { cartId, payload: {} }, 'payload.id'],
    ['no pickup point', 'SetPickupPoint', { cartId, payload: { deliveryId: 1 } }, 'payload.pickupPoint'],
    ['no product', 'AddItem', { cartId, payload: { quantity: 1 } }, 'payload.product'],
    [
      'a tax of more than all',
      'AddItem',
      { cartId, payload: { product: aProduct('A', { taxRate: 10_001 }), quantity: 1 } },
      'payload.product.taxRate',
    ],
    [
      'an item without country in another shape',
      'SetCartRequest',
      { cartId, payload: { items: [{ sku: 'A' }, { sku: 'B', country: 'sweden' }] } },
      'payload.items[1].country',
    ],
    [
      'the catalog’s answer of its own',
      'SetCartRequest',
      { cartId, payload: { items: [{ sku: 'A' }], resolved: [{ product: aProduct(), quantity: 1 }] } },
      'payload.resolved',
    ],
    [
      'a delivery’s price of its own',
      'SetDelivery',
      { cartId, payload: { provider: 'standard', resolved: { price: 0 } } },
      'payload.resolved',
    ],
    ['an empty batch', 'Batch', { cartId, payload: {} }, 'payload.mutations'],
    [
      'another cart in a batch',
      'Batch',
      { cartId, payload: { mutations: [{ merge: { sourceId: 'c2' } }] } },
      'payload.mutations[0].merge',
    ],
    [
      'a successor that is no client’s to name',
      'OrderCreated',
      { cartId, payload: { orderId: 'o1', status: 'complete', successorId: 'user:1' } },
      'payload.successorId',
    ],
    [
      'a successor whose name fits into no cookie',
      'Batch',
      {
        cartId,
        payload: {
          mutations: [
            { clear: {} },
            { orderCreated: { orderId: 'o1', status: 'complete', successorId: '☃; Domain=example' } },
          ],
        },
      },
      'payload.mutations[1].orderCreated.successorId',
    ],
    ['a part that is nothing', 'Batch', { cartId, payload: { mutations: [{}] } }, 'payload.mutations[0]'],
    [
      'a batch in a batch',
      'Batch',
      { cartId, payload: { mutations: [{ clear: {} }, { batch: { mutations: [{ clear: {} }] } }] } },
      'payload.mutations[1].batch',
    ],
    [
      'a wrong part',
      'Batch',
      { cartId, payload: { mutations: [{ clear: {} }, { addRequest: { sku: 'A', quantity: 1000 } }] } },
      'payload.mutations[1].addRequest.quantity',
    ],
    [
      'too many items in all',
      'Batch',
      {
        cartId,
        payload: {
          mutations: [0, 1].map(() => ({
            setCartRequest: { items: Array.from({ length: 126 }, () => ({ sku: 'A' })) },
          })),
        },
      },
      'payload.mutations',
    ],
  ];

  for (const [name, method, request, field] of mistakes) {
    it(`refuses ${name}, and names the field`, async () => {
      isProblem(await shop.cart(method, request), 'INVALID_ARGUMENT', 'invalid-value', field);
      assert.equal(stateOf(await shop.cart('GetState', { cartId })).version, 0);
    });
  }

  it('has only a cart that a cookie may name follow a cart that a cookie may name', async () => {
    const order = { orderId: 'o1', status: 'complete', successorId: 'c2' };
    const minted = { cartId: mintCartId(), payload: { sku: 'A', quantity: 1, country: 'se' } };
    await shop.cart('AddRequest', minted);
    const refused = await shop.cart('OrderCreated', { cartId: minted.cartId, payload: order });
    isProblem(refused, 'INVALID_ARGUMENT', 'invalid-value', 'payload.successorId');
    await add();
    for (const [id, successorId] of [
      [minted.cartId, mintCartId()],
      [cartId, 'c2'],
    ]) {
      const allowed = await shop.cart('OrderCreated', { cartId: id, payload: { ...order, successorId } });
      isProblem(allowed, 'FAILED_PRECONDITION', 'no-checkout', 'payload.orderId');
    }
  });

  it('tells by the status whether the value, the cart or what is named in it is to blame', async () => {
    await add('A', 900);
    const missing = await shop.cart('RemoveItem', { cartId, payload: { id: 7 } });
    isProblem(missing, 'NOT_FOUND', 'unknown-line', 'payload.id');
    isProblem(await add('no-such'), 'NOT_FOUND', 'unknown-sku', 'payload.sku');
    const limit = await add('A', 100);
    isProblem(limit, 'OUT_OF_RANGE', 'quantity-limit', 'payload.quantity');
    assert.equal(limit.details.facts['limit'], '999');
    const product = aProduct('X', { currency: 'EUR', country: 'fi' });
    const mismatch = await shop.cart('AddItem', { cartId, payload: { product, quantity: 1 } });
    isProblem(mismatch, 'FAILED_PRECONDITION', 'currency-mismatch', 'payload.country');
    const mutations = [{ clear: {} }, { removeItem: { id: 1 } }];
    const part = await shop.cart('Batch', { cartId, payload: { mutations } });
    isProblem(part, 'NOT_FOUND', 'unknown-line', 'payload.mutations[1].removeItem.id');
  });

  it('says what is not stored, and what may be', async () => {
    await add();
    shop.journal.faults.push('refuse');
    const refused = await add();
    isProblem(refused, 'UNAVAILABLE', 'journal-unavailable');
    assert.equal(refused.details.retryMs, 1000);
    assert.deepEqual(refused.trailers.get('grpc-retry-pushback-ms'), ['1000']);
    shop.journal.faults.push('full');
    const full = await add();
    isProblem(full, 'RESOURCE_EXHAUSTED', 'journal-full');
    shop.journal.faults.push('lose-answer');
    isProblem(await add(), 'UNKNOWN', 'unknown-outcome');
    shop.catalog.down = true;
    isProblem(await add('other'), 'UNAVAILABLE', 'journal-unavailable');
    const other = await shop.cart('AddRequest', { cartId: 'c2', payload: { sku: 'A' } });
    isProblem(other, 'UNAVAILABLE', 'catalog-unavailable');
  });

  it('takes only minted ids where that is the policy', async () => {
    await using strict = await openGrpcShop({ CART_ID_POLICY: 'minted' });
    isProblem(await strict.cart('GetState', { cartId }), 'INVALID_ARGUMENT', 'invalid-value', 'cartId');
    assert.equal((await strict.cart('GetState', { cartId: '0123456789ABCDEFGHIJKL' })).status, 'OK');
  });

  it('keeps every one of many concurrent adds', async () => {
    const answers = await Promise.all(Array.from({ length: 200 }, () => add()));
    assert.ok(answers.every(({ status }) => status === 'OK'));
    assert.equal(new Set(answers.map(({ reply }) => reply['version'])).size, 200);
    assert.deepEqual(lines(stateOf(await shop.cart('GetState', { cartId }))), [[1, 'A', 200]]);
  });
});
