import assert from 'node:assert/strict';
import { loadServices } from '../../proto/load.ts';
import { CART_SERVICES } from './cart-service.ts';
import { openGrpcShop } from './testing/shop.ts';
import type { MethodDefinition, ServiceDefinition } from '@grpc/proto-loader';
import type { Answer } from './testing/client.ts';
import type { GrpcShop } from './testing/shop.ts';

/** What the clients of two well-known shops rely on. */
for (const service of CART_SERVICES) {
  describe(`${service}, as the shop’s other services see it,`, () => {
    let shop: GrpcShop;

    beforeEach(async () => {
      shop = await openGrpcShop();
    });

    afterEach(() => shop[Symbol.asyncDispose]());

    async function call(method: string, request: object): Promise<Answer['reply']> {
      const { status, message, reply } = await shop.client.call(`${service}/${method}`, request);
      assert.equal(status, 'OK', message);
      return reply;
    }

    const add = (userId: string, productId: string, quantity: number): Promise<unknown> =>
      call('AddItem', { userId, item: { productId, quantity } });
    const cart = (userId: string): Promise<unknown> => call('GetCart', { userId });

    it('has an empty cart, with an empty user id, for a user that is not known', async () => {
      assert.deepEqual(await cart('nobody'), { userId: '', items: [] });
      assert.deepEqual(await cart(''), { userId: '', items: [] });
      assert.equal(shop.pool.size, 0, 'and keeps nothing of it');
    });

    it('adds up the same product, and keeps the order of others', async () => {
      assert.deepEqual(await add('u1', 'OLJCESPC7Z', 2), {});
      await add('u1', '66VCHSJNUP', 1);
      await add('u1', 'OLJCESPC7Z', 3);
      const items = [
        { productId: 'OLJCESPC7Z', quantity: 5 },
        { productId: '66VCHSJNUP', quantity: 1 },
      ];
      assert.deepEqual(await cart('u1'), { userId: 'u1', items });
      assert.deepEqual(await cart('u2'), { userId: '', items: [] });
    });

    it('keeps every one of many concurrent adds of one user', async () => {
      await Promise.all(Array.from({ length: 100 }, (_, index) => add('u1', `p${index % 2}`, 1)));
      const { items } = (await cart('u1')) as { items: { quantity: number }[] };
      assert.deepEqual(
        items.map(({ quantity }) => quantity),
        [50, 50],
      );
    });

    it('takes any product, without asking the catalog', async () => {
      shop.catalog.down = true;
      for (const productId of ['no-such', 'ключ', '🛒', '1', ' ', 'x'.repeat(255)])
        await add('u1', productId, 1);
      const { items } = (await cart('u1')) as { items: { productId: string }[] };
      assert.deepEqual(
        items.map(({ productId }) => productId),
        ['no-such', 'ключ', '🛒', '1', ' ', 'x'.repeat(255)],
      );
      assert.equal(shop.catalog.asked, 0);
    });

    it('takes any user', async () => {
      const users = [
        '4b9a5a5e-8a0e-4e0b-9d33-0f0d5d1c6a10',
        'имя',
        '0123456789ABCDEFGHIJKL',
        'u'.repeat(10_000),
        '/..',
      ];
      for (const [index, user] of users.entries()) await add(user, 'p', index + 1);
      for (const [index, userId] of users.entries())
        assert.deepEqual(await cart(userId), { userId, items: [{ productId: 'p', quantity: index + 1 }] });
    });

    it('empties carts, and has nothing to say about those that were never there', async () => {
      await add('u1', 'p', 1);
      assert.deepEqual(await call('EmptyCart', { userId: 'u1' }), {});
      assert.deepEqual(await cart('u1'), { userId: '', items: [] });
      assert.deepEqual(await call('EmptyCart', { userId: 'u2' }), {});
      await add('u1', 'q', 2);
      assert.deepEqual(await cart('u1'), { userId: 'u1', items: [{ productId: 'q', quantity: 2 }] });
      const { batches } = shop.journal;
      assert.equal(batches.length, 3, 'a cart that was never there is not made by emptying it');
    });

    it('fails with FAILED_PRECONDITION when the carts can’t be stored', async () => {
      const request = { userId: 'u1', item: { productId: 'p', quantity: 1 } };
      await add('u1', 'p', 1);
      for (const [fault, code] of [
        ['refuse', 'journal-unavailable'],
        ['full', 'journal-full'],
        ['lose-answer', 'unknown-outcome'],
      ] as const) {
        shop.journal.faults.push(fault);
        const answer = await shop.client.call(`${service}/AddItem`, request);
        assert.deepEqual([answer.status, answer.details.facts['code']], ['FAILED_PRECONDITION', code]);
      }
    });

    it('fails with UNAVAILABLE, which may be tried again, when the node is busy', async () => {
      shop.shedding = true;
      const answer = await shop.client.call(`${service}/GetCart`, { userId: 'u1' });
      assert.deepEqual([answer.status, answer.details.facts['code']], ['UNAVAILABLE', 'node-overloaded']);
    });

    for (const [name, request, field] of [
      ['no user', { item: { productId: 'p', quantity: 1 } }, 'userId'],
      ['no item', { userId: 'u1' }, 'item'],
      ['no product', { userId: 'u1', item: { quantity: 1 } }, 'item.productId'],
      ['no pieces', { userId: 'u1', item: { productId: 'p' } }, 'item.quantity'],
      ['fewer than none', { userId: 'u1', item: { productId: 'p', quantity: -1 } }, 'item.quantity'],
    ] as const) {
      it(`refuses to add with ${name}`, async () => {
        const answer = await shop.client.call(`${service}/AddItem`, request);
        assert.deepEqual([answer.status, answer.details.fields], ['INVALID_ARGUMENT', [field]]);
      });
    }

    it('applies a repeated request once', async () => {
      const request = { userId: 'u1', item: { productId: 'p', quantity: 1 } };
      const metadata = { 'idempotency-key': 'k1' };
      for (let time = 0; time < 3; time += 1)
        assert.equal((await shop.client.call(`${service}/AddItem`, request, { metadata })).status, 'OK');
      assert.deepEqual(await cart('u1'), { userId: 'u1', items: [{ productId: 'p', quantity: 1 }] });
    });

    it('can’t reach a cart of the shop’s own, nor can anybody else reach a user’s', async () => {
      const cartId = '0123456789ABCDEFGHIJKL';
      await shop.cart('AddRequest', { cartId, payload: { sku: 'A' } });
      assert.deepEqual(await cart(cartId), { userId: '', items: [] });
      await add('u1', 'p', 1);
      for (const id of ['u1', 'user:u1', shop.done.at(-1)?.cart ?? '']) {
        const { reply } = await shop.cart('GetState', { cartId: id });
        assert.equal((reply['state'] as { lines: unknown[] } | undefined)?.lines.length ?? 0, 0);
      }
    });

    it('has the wire of the public contract', () => {
      const definition = loadServices()[service] as ServiceDefinition;
      const method = (name: string): MethodDefinition<object, object> => {
        assert.equal(definition[name]?.path, `/${service}/${name}`);
        return definition[name];
      };
      const item = { productId: 'p', quantity: 300 };
      // Field 1, a text of 1; field 2, a message of 6: field 1, a text of 1; field 2, the number 300.
      const added = Buffer.from('0a01751206' + '0a0170' + '10ac02', 'hex');
      assert.deepEqual(method('AddItem').requestSerialize({ userId: 'u', item }), added);
      assert.deepEqual(method('AddItem').responseSerialize({}), Buffer.alloc(0));
      const user = Buffer.from('0a0175', 'hex');
      assert.deepEqual(method('GetCart').requestSerialize({ userId: 'u' }), user);
      assert.deepEqual(method('GetCart').responseSerialize({ userId: 'u', items: [item] }), added);
      assert.deepEqual(method('GetCart').responseDeserialize(Buffer.alloc(0)), { userId: '', items: [] });
      assert.deepEqual(method('EmptyCart').requestSerialize({ userId: 'u' }), user);
      assert.deepEqual(method('EmptyCart').responseSerialize({}), Buffer.alloc(0));
    });
  });
}

describe('the two names of the cart service', () => {
  it('are for the same carts', async () => {
    await using shop = await openGrpcShop();
    const item = { productId: 'p', quantity: 1 };
    await shop.client.call('hipstershop.CartService/AddItem', { userId: 'u1', item });
    const { reply } = await shop.client.call('oteldemo.CartService/GetCart', { userId: 'u1' });
    assert.deepEqual(reply, { userId: 'u1', items: [item] });
  });
});
