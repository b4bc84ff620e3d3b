import assert from 'node:assert/strict';
import { Metadata } from '@grpc/grpc-js';
import { describeWire } from '../../proto/compatibility.ts';
import { aProduct } from '../actor/testing/fixtures.ts';
import { GrpcProblem } from './problems.ts';
import { openGrpcShop } from './testing/shop.ts';
import { needsTrust, Trust } from './trust.ts';
import type { Mutation } from '../domain/mutation.ts';
import type { CallHow } from './testing/client.ts';

const token = 'a-cluster-token-of-32-characters';

describe('trust', () => {
  const cartId = 'c1';
  const item = { product: aProduct('A', { unitPrice: 1 }), quantity: 1 };
  const paid = { orderId: 'o1', status: 'complete' };

  const calls: readonly [method: string, payload: object][] = [
    ['AddItem', item],
    ['InitializeCheckout', { orderId: 'o1', status: 'open', payloadHash: Buffer.alloc(1) }],
    ['CreateCheckoutOrder', { country: 'se' }],
    ['OrderCreated', paid],
    ['TakeOver', { sourceId: 'c2', lines: [] }],
    ['TakenOver', { successorId: 'c2' }],
    ['Batch', { mutations: [{ clear: {} }, { addItem: item }] }],
    ['Batch', { mutations: [{ orderCreated: paid }] }],
  ];

  function codeOf(run: () => void): string {
    try {
      run();
    } catch (error) {
      assert.ok(error instanceof GrpcProblem);
      return error.code;
    }
    return 'taken';
  }

  const check = (trust: Trust, peer: string, header?: string): string => {
    const metadata = new Metadata();
    if (header !== undefined) metadata.set('authorization', header);
    return codeOf(() => trust.check({ peer, metadata }));
  };

  it('is not given for prices and paid marks without the cluster token, and is with it', async () => {
    await using shop = await openGrpcShop({ CLUSTER_TOKEN: token });
    const refusal = async (method: string, payload: object, how: CallHow = {}): Promise<unknown[]> => {
      const { status, details } = await shop.cart(method, { cartId, payload }, how);
      return [status, details.facts['code']];
    };
    for (const [method, payload] of calls) {
      assert.deepEqual(await refusal(method, payload), ['UNAUTHENTICATED', 'cluster-token-missing']);
      const metadata = { authorization: `Bearer ${token}x` };
      assert.deepEqual(await refusal(method, payload, { metadata }), [
        'UNAUTHENTICATED',
        'cluster-token-wrong',
      ]);
    }
    const { reply } = await shop.cart('GetState', { cartId });
    assert.equal((reply['state'] as { version: number }).version, 0, 'and nothing of it was done');
    const metadata = { authorization: `Bearer ${token}` };
    const answer = await shop.cart('AddItem', { cartId, payload: item }, { metadata });
    assert.equal(answer.status, 'OK', answer.message);
    // What was paid is read from the provider's order, by the node: nobody else says it.
    const content = { paid: { lines: [], deliveries: [] } };
    assert.deepEqual(await refusal('OrderCreated', { ...paid, ...content }, { metadata }), [
      'INVALID_ARGUMENT',
      'invalid-value',
    ]);
  });

  it('is not asked for where two carts are merged: who has both ids may', async () => {
    await using shop = await openGrpcShop({ CLUSTER_TOKEN: token });
    await shop.cart('AddRequest', { cartId: 'c2', payload: { sku: 'A' } });
    const { status } = await shop.cart('Merge', { cartId, payload: { sourceId: 'c2' } });
    assert.equal(status, 'OK');
  });

  it('makes no step of a merge: those have no calls, and no place in a batch', async () => {
    await using shop = await openGrpcShop();
    const steps = ['merging', 'merged', 'mergeRefused', 'mergeCanceled', 'merge', 'takeOver', 'takenOver'];
    for (const step of steps) {
      const { status, details } = await shop.cart('Batch', {
        cartId,
        payload: { mutations: [{ [step]: {} }] },
      });
      assert.deepEqual([status, details.fields], ['INVALID_ARGUMENT', [`payload.mutations[0].${step}`]]);
    }
    const calls = Object.keys(describeWire().services['messages.CartActor'] ?? {});
    assert.deepEqual(
      calls.filter((name) => /^Merg/.test(name)),
      ['Merge'],
    );
  });

  it('is needed for every mutation but those of shoppers, also for such as come later', () => {
    const wire = describeWire().messages['messages.Mutation'] ?? {};
    const types = Object.values(wire).map(({ type }) => type.split(' ')[1]?.replace(/^.*\./, '') ?? '');
    const free = types.filter(
      (type) => !needsTrust({ type, message: { mutations: [] } } as unknown as Mutation),
    );
    assert.deepEqual(free.sort(), [
      'AddRequest',
      'Batch',
      'ChangeQuantity',
      'Clear',
      'Merge',
      'RemoveDelivery',
      'RemoveItem',
      'SetCartRequest',
      'SetDelivery',
      'SetPickupPoint',
    ]);
    assert.ok(needsTrust({ type: 'GiveAway', message: {} } as unknown as Mutation));
  });

  it('is not needed for what shoppers may do', async () => {
    await using shop = await openGrpcShop({ CLUSTER_TOKEN: token });
    const { status } = await shop.cart('AddRequest', { cartId, payload: { sku: 'A' } });
    assert.equal(status, 'OK');
  });

  it('goes without a configured token to this machine only', () => {
    const trust = new Trust('');
    for (const peer of ['127.0.0.1:5000', '::1:5000', '::ffff:127.0.0.1:5000'])
      assert.equal(check(trust, peer), 'taken', peer);
    for (const peer of [
      '10.0.0.7:5000',
      '127.0.0.6:5000',
      '::ffff:10.0.0.7:5000',
      'fe80::1:5000',
      '::2:1',
      'unknown',
      '',
    ])
      assert.equal(check(trust, peer), 'not-trusted', peer);
    assert.equal(check(trust, '10.0.0.7:5000', 'Bearer '), 'not-trusted', 'the empty token is nobody’s');
  });

  it('goes with a configured token to whoever knows it, and to this machine only then', () => {
    const trust = new Trust(token);
    assert.equal(check(trust, '10.0.0.7:5000', `Bearer ${token}`), 'taken');
    assert.equal(check(trust, '10.0.0.7:5000', `bearer  ${token}`), 'taken');
    assert.equal(check(trust, '127.0.0.1:5000'), 'cluster-token-missing');
    for (const header of [token, `Basic ${token}`, 'Bearer', `Bearer ${token} x`])
      assert.equal(check(trust, '127.0.0.1:5000', header), 'cluster-token-missing', header);
    for (const header of [
      `Bearer ${token.slice(0, -1)}`,
      `Bearer ${token}${token}`,
      `Bearer ${token.toUpperCase()}`,
    ])
      assert.equal(check(trust, '127.0.0.1:5000', header), 'cluster-token-wrong', header);
  });
});
