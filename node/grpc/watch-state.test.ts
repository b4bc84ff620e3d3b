import assert from 'node:assert/strict';
import { RetriableError } from '../actor/errors.ts';
import { add, settled } from '../actor/testing/fixtures.ts';
import { openGrpcShop } from './testing/shop.ts';
import { until } from './testing/until.ts';
import { CartWatcher } from './testing/watcher.ts';
import type { GrpcShop } from './testing/shop.ts';

/** `CartActor.WatchState` as a client sees it, over a real connection. */
describe('WatchState', () => {
  let shop: GrpcShop;
  const cartId = 'c1';
  /** Of what the server buffers; small, so that a slow reader is soon found. */
  const bufferMax = 8;

  beforeEach(async () => {
    shop = await openGrpcShop({}, {}, { bufferMax });
  });

  afterEach(() => shop[Symbol.asyncDispose]());

  async function change(times: number, sku = 'A'): Promise<void> {
    for (let time = 0; time < times; time += 1) await shop.pool.apply(cartId, { mutation: add(sku) });
  }

  /** Until somebody reads no more although there is more: what he has not read waits here. */
  async function changeUntilCut(): Promise<void> {
    for (let batch = 0; shop.readersCut === 0; batch += 1) {
      assert.ok(batch < 100, 'nobody is cut');
      await change(9, `sku-${batch}`);
      // Nobody who reads is cut because of a burst.
      await settled();
    }
  }

  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it('begins with the state, and tells each change with what made it and the cart behind it', async () => {
    await change(2);
    using watcher = new CartWatcher(shop.client, cartId);
    await watcher.reaches(2);
    await shop.cart('AddRequest', { cartId, payload: { sku: 'B', quantity: 3 } });
    await shop.cart('RemoveItem', { cartId, payload: { id: 1 } });
    await watcher.reaches(4);
    const [state, added, removed] = watcher.seen;
    assert.deepEqual([state?.version, state?.state?.version, state?.mutation], [2, 2, undefined]);
    assert.deepEqual([added?.mutation?.kind, added?.mutation?.addItem?.quantity], ['addItem', 3]);
    assert.deepEqual([removed?.mutation?.kind, removed?.mutation?.removeItem?.id], ['removeItem', 1]);
    const { reply } = await shop.cart('GetState', { cartId });
    assert.deepEqual(removed?.state, reply['state']);
  });

  it('begins at version 0 for a cart that nobody made yet, and tells when somebody does', async () => {
    using watcher = new CartWatcher(shop.client, cartId);
    await watcher.reaches(0);
    await change(1);
    await watcher.reaches(1);
    assert.deepEqual(watcher.versions, [0, 1]);
  });

  it('resumes behind any version, with what was missed and then what comes, each once and in order', async () => {
    await change(5);
    for (const after of [0, 3, 5]) {
      using watcher = new CartWatcher(shop.client, cartId, after);
      const { version } = await shop.pool.read(cartId);
      await until('it watches', () => shop.feed.size === 1);
      await change(2);
      await watcher.reaches(version + 2);
      assert.deepEqual(watcher.versions, range(after + 1, version + 2));
      assert.ok(watcher.seen.every(({ mutation }) => mutation?.kind === 'addItem'));
      assert.ok(watcher.seen.at(-1)?.state, 'the newest has the cart');
      watcher[Symbol.dispose]();
      await until('it left', () => shop.feed.size === 0);
    }
  });

  it('begins anew with the state where the version is none that the cart had', async () => {
    await change(3);
    using watcher = new CartWatcher(shop.client, cartId, 9);
    await watcher.reaches(3);
    assert.deepEqual([watcher.versions, watcher.seen[0]?.mutation], [[3], undefined]);
  });

  it('cuts who reads too slowly, and tells where to resume: nothing is missed then, and nothing comes twice', async () => {
    using slow = new CartWatcher(shop.client, cartId);
    await slow.reaches(0);
    slow.pause();
    await changeUntilCut();
    slow.resume();
    const { status, details } = await slow.ended();
    assert.deepEqual([status, details.facts['code']], ['ABORTED', 'watch-too-slow']);
    await until('all that was sent is read', () => slow.last === Number(details.facts['after_version']));
    using again = new CartWatcher(shop.client, cartId, slow.last);
    const { version } = await shop.pool.read(cartId);
    await again.reaches(version);
    assert.deepEqual([...slow.versions, ...again.versions], range(0, version));
    assert.ok(slow.seen.length < version);
    assert.deepEqual(shop.done.find(({ method }) => method === 'WatchState')?.status, 'ABORTED');
  });

  it('cuts who takes nothing at all for half a minute, and goes on for everybody else', async () => {
    using reading = new CartWatcher(shop.client, cartId);
    using stuck = new CartWatcher(shop.client, cartId);
    await Promise.all([reading.reaches(0), stuck.reaches(0)]);
    stuck.pause();
    for (let batch = 0; shop.clock.sleeping === 0; batch += 1) {
      await change(1, `sku-${batch}`);
      await settled();
    }
    shop.clock.advance(30_000);
    await until('it is cut', () => shop.readersCut === 1);
    assert.equal(shop.feed.size, 1, 'its place is free');
    await change(1);
    await reading.reaches((await shop.pool.read(cartId)).version);
    assert.equal(reading.end, null);
  });

  it('ends when the node stops, and tells where to resume', async () => {
    await change(2);
    using watcher = new CartWatcher(shop.client, cartId);
    await watcher.reaches(2);
    shop.feed.close();
    await shop.server.close(AbortSignal.timeout(10_000));
    const { status, details } = await watcher.ended();
    assert.deepEqual(
      [status, details.facts['code'], details.facts['after_version']],
      ['UNAVAILABLE', 'closing', '2'],
    );
  });

  it('ends when the cart moves to another node, and tells where to resume', async () => {
    await change(2);
    using watcher = new CartWatcher(shop.client, cartId, 1);
    await watcher.reaches(2);
    shop.pool.dropAll(new RetriableError('ownership-lost', 'this node’s session ended', 500));
    const { status, details } = await watcher.ended();
    assert.deepEqual(
      [status, details.facts['code'], details.facts['after_version'], details.retryMs],
      ['UNAVAILABLE', 'ownership-lost', '2', 500],
    );
  });

  it('is over for the server as soon as the client leaves', async () => {
    const watcher = new CartWatcher(shop.client, cartId);
    await watcher.reaches(0);
    assert.deepEqual([shop.feed.size, shop.server.streams], [1, 1]);
    watcher[Symbol.dispose]();
    await until('it is over', () => shop.feed.size === 0 && shop.server.streams === 0);
    await until('it is noted', () => shop.done.length === 1);
    const [done] = shop.done;
    assert.deepEqual(
      [done?.method, done?.status, done?.cart, done?.unary],
      ['WatchState', 'CANCELLED', 'c1', false],
    );
  });

  it('is refused for what is no cart, and beyond the bounds', async () => {
    using nothing = new CartWatcher(shop.client, 'a b');
    const wrong = await nothing.ended();
    assert.deepEqual([wrong.status, wrong.details.fields], ['INVALID_ARGUMENT', ['cartId']]);
    await using small = await openGrpcShop({ GRPC_CALLS_MAX: 2 }, {}, { watchersMax: 1 });
    using first = new CartWatcher(small.client, cartId);
    await first.reaches(0);
    using second = new CartWatcher(small.client, cartId);
    const full = await second.ended();
    assert.deepEqual([full.status, full.details.facts['code']], ['RESOURCE_EXHAUSTED', 'watchers-full']);
  });

  it('tells 40 watchers of 10 carts every version once and in order, whatever they do, while the carts change', async function () {
    this.timeout(30_000);
    const carts = Array.from({ length: 10 }, (_, index) => `many-${index}`);
    const rounds = 60;
    const followers = Array.from({ length: 40 }, (_, index) =>
      follow(carts[index % carts.length] as string, index),
    );
    await Promise.all([...followers, ...carts.map(changeIt)]);

    async function follow(cart: string, index: number): Promise<void> {
      const versions: number[] = [];
      while (versions.at(-1) !== rounds) {
        const watcher = new CartWatcher(shop.client, cart, versions.at(-1) ?? 0);
        // Each leaves after a number of versions of its own.
        const enough = 3 + (index % 7);
        await until('it heard enough', () => watcher.seen.length >= enough || watcher.last === rounds);
        versions.push(...watcher.versions);
        watcher[Symbol.dispose]();
      }
      assert.deepEqual(versions, range(1, rounds));
    }

    async function changeIt(cart: string): Promise<void> {
      for (let round = 0; round < rounds; round += 1) {
        await shop.pool.apply(cart, { mutation: add() });
        if (round % 3 === 0) await settled();
      }
    }
  });
});
