import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describeWire } from '../../proto/compatibility.ts';
import { itNeeds } from '../testing/needs.ts';
import { openGrpcShop } from './testing/shop.ts';
import type { GrpcShop } from './testing/shop.ts';

/** A client that nobody here wrote, and that knows of the services only what reflection tells it. */
describe('grpcurl', function () {
  // Each call is a process of its own.
  this.timeout(60_000);

  let shop: GrpcShop;

  beforeEach(async () => {
    shop = await openGrpcShop();
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  interface Run {
    readonly code: number;
    readonly output: string;
    readonly errors: string;
  }

  function grpcurl(...args: string[]): Promise<Run> {
    return new Promise((resolve) => {
      execFile('grpcurl', ['-plaintext', '-max-time', '10', ...args], (error, output, errors) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, output, errors });
      });
    });
  }

  const address = (): string => `127.0.0.1:${shop.port}`;

  async function call(method: string, request: object, ...flags: string[]): Promise<Record<string, unknown>> {
    const run = await grpcurl(...flags, '-d', JSON.stringify(request), address(), method);
    assert.equal(run.code, 0, `${method}: ${run.errors}`);
    return JSON.parse(run.output) as Record<string, unknown>;
  }

  const cart_id = 'c1';
  const product = { sku: 'P', name: 'P', unit_price: 100, tax_rate: 2500, currency: 'SEK', country: 'se' };

  /** Every call that there is, in an order in which each succeeds. */
  const calls: readonly [method: string, request: object][] = [
    ['messages.CartActor/AddRequest', { cart_id, payload: { sku: 'A', quantity: 2, store_id: 's1' } }],
    ['messages.CartActor/AddItem', { cart_id, payload: { product, quantity: 1 } }],
    ['messages.CartActor/ChangeQuantity', { cart_id, payload: { id: 1, quantity: 3 } }],
    ['messages.CartActor/SetDelivery', { cart_id, payload: { provider: 'standard' } }],
    [
      'messages.CartActor/SetPickupPoint',
      { cart_id, payload: { delivery_id: 1, pickup_point: { id: 'p' } } },
    ],
    ['messages.CartActor/RemoveDelivery', { cart_id, payload: { id: 1 } }],
    ['messages.CartActor/RemoveItem', { cart_id, payload: { id: 1 } }],
    [
      'messages.CartActor/Batch',
      { cart_id, payload: { mutations: [{ add_request: { sku: 'B' } }, { clear: {} }] } },
    ],
    ['messages.CartActor/Clear', { cart_id, payload: {}, options: { request_id: 'k1', if_exists: true } }],
    ['messages.CartActor/SetCartRequest', { cart_id, payload: { items: [{ sku: 'C' }, { sku: 'D' }] } }],
    ['messages.CartActor/AddRequest', { cart_id: 'c2', payload: { sku: 'E' } }],
    ['messages.CartActor/Merge', { cart_id, payload: { source_id: 'c2', strategy: 'MERGE_STRATEGY_MAX' } }],
    ['messages.CartActor/CreateCheckoutOrder', { cart_id, payload: { country: 'se' } }],
    ['messages.CartActor/InitializeCheckout', { cart_id, payload: { order_id: 'o1', status: 's' } }],
    ['messages.CartActor/OrderCreated', { cart_id, payload: { order_id: 'o1', status: 'done' } }],
    ['messages.CartActor/GetState', { cart_id }],
    ['grpc.health.v1.Health/Check', { service: 'messages.CartActor' }],
    ...['hipstershop', 'oteldemo'].flatMap((shop): [string, object][] => [
      [`${shop}.CartService/AddItem`, { user_id: shop, item: { product_id: 'OLJCESPC7Z', quantity: 2 } }],
      [`${shop}.CartService/GetCart`, { user_id: shop }],
      [`${shop}.CartService/EmptyCart`, { user_id: shop }],
    ]),
  ];

  itNeeds('grpcurl', 'lists every service and every method, and describes each', async () => {
    const { output } = await grpcurl(address(), 'list');
    const services = [
      'grpc.health.v1.Health',
      'hipstershop.CartService',
      'messages.CartActor',
      'oteldemo.CartService',
    ];
    assert.deepEqual(output.trim().split('\n'), services);
    const wire = describeWire().services;
    for (const service of services.slice(1)) {
      const listed = (await grpcurl(address(), 'list', service)).output.trim().split('\n');
      assert.deepEqual(
        listed.map((name) => name.replace(`${service}.`, '')).sort(),
        Object.keys(wire[service] ?? {}).sort(),
      );
      const described = await grpcurl(address(), 'describe', service);
      assert.deepEqual([described.code, described.errors], [0, '']);
    }
  });

  itNeeds('grpcurl', 'calls everything', async () => {
    for (const [method, request] of calls) await call(method, request);
    const called = new Set(calls.map(([method]) => method.replace('messages.CartActor/', '')));
    const methods = Object.keys(describeWire().services['messages.CartActor'] ?? {});
    // One never ends; others are between nodes, or say at least what they lack.
    for (const method of methods.filter((name) => !called.has(name) && name !== 'WatchState')) {
      const run = await grpcurl('-d', JSON.stringify({ cart_id }), address(), `messages.CartActor/${method}`);
      assert.match(run.errors, /Code: InvalidArgument\n/, method);
    }
    const { state } = (await call('messages.CartActor/GetState', { cart_id })) as {
      state: { checkout: { status: string; reference: string } };
    };
    assert.deepEqual([state.checkout.status, state.checkout.reference], ['CHECKOUT_ORDERED', 'o1']);
  });

  itNeeds('grpcurl', 'watches a cart until its time is up', async () => {
    await call('messages.CartActor/AddRequest', { cart_id, payload: { sku: 'A' } });
    const request = JSON.stringify({ cart_id, after_version: 0 });
    const watch = await grpcurl('-max-time', '1', '-d', request, address(), 'messages.CartActor/WatchState');
    assert.match(watch.errors, /DeadlineExceeded/);
    const { version, mutation } = JSON.parse(watch.output) as { version: string; mutation: object };
    assert.deepEqual([version, Object.keys(mutation)], ['1', ['add_item']]);
  });

  itNeeds('grpcurl', 'shows what went wrong, in words, by code and by field', async () => {
    const request = JSON.stringify({ cart_id, payload: { sku: 'no-such' } });
    const { code, errors } = await grpcurl('-d', request, address(), 'messages.CartActor/AddRequest');
    assert.equal(code, 64 + 5);
    assert.match(errors, /Code: NotFound\n/);
    assert.match(errors, /"reason": "UNKNOWN_SKU"/);
    assert.match(errors, /"value": "unknown-sku"/);
    assert.match(errors, /"field": "payload\.sku"/);
  });

  itNeeds('grpcurl', 'is believed with the cluster token', async () => {
    await using guarded = await openGrpcShop({ CLUSTER_TOKEN: 'a-cluster-token-of-32-characters' });
    const request = JSON.stringify({ cart_id, payload: { product, quantity: 1 } });
    const run = (token: string): Promise<Run> =>
      grpcurl(
        '-H',
        `authorization: Bearer ${token}`,
        '-d',
        request,
        `127.0.0.1:${guarded.port}`,
        'messages.CartActor/AddItem',
      );
    assert.match((await run('a-wrong-token')).errors, /Code: Unauthenticated\n/);
    assert.equal((await run('a-cluster-token-of-32-characters')).code, 0);
  });
});
