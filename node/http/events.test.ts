import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { RetriableError } from '../actor/errors.ts';
import { settled } from '../actor/testing/fixtures.ts';
import { isProblem } from './testing/answers.ts';
import { changeView } from './change-view.ts';
import { EventReader } from './testing/event-reader.ts';
import { openShop } from './testing/shop.ts';
import { cartView } from './view.ts';
import type { FeedOptions } from '../actor/change-feed.ts';
import type { HttpSettings } from './settings.ts';
import type { Answer, Problem, Shop } from './testing/shop.ts';

const BYID = '/cart/byid/c1';

describe('events of a cart', () => {
  let shop: Shop;
  let readers: EventReader[];

  beforeEach(async () => {
    readers = [];
    shop = await openShop();
  });

  afterEach(async () => {
    for (const reader of readers) reader.close();
    await shop[Symbol.asyncDispose]();
  });

  async function reopen(settings: Partial<HttpSettings>, following?: Partial<FeedOptions>): Promise<void> {
    await shop[Symbol.asyncDispose]();
    shop = await openShop(settings, {}, undefined, following);
  }

  async function follow(path = `${BYID}/events`, headers?: Record<string, string>): Promise<EventReader> {
    const reader = await EventReader.open(shop.port, path, headers);
    readers.push(reader);
    return reader;
  }

  async function nobodyFollows(): Promise<void> {
    while (shop.feed.size > 0) await settled();
  }

  const add = (sku = 'A'): Promise<Answer> => shop.call('POST', BYID, { sku });

  it('are the state first, then each change with its version, what made it, and the cart', async () => {
    await add();
    const reader = await follow();
    await add('B');
    await shop.call('DELETE', `${BYID}/1`);
    await reader.until(({ events }) => events.length === 3);
    assert.deepEqual(reader.seen, ['state 1', 'change 2', 'change 3']);
    assert.deepEqual(
      cartView.parse(reader.events[0]?.data).items.map(({ sku }) => sku),
      ['A'],
    );
    const change = changeView.parse(reader.events[2]?.data);
    assert.deepEqual([change.version, change.mutation], [3, { type: 'RemoveItem', id: 1 }]);
    assert.equal(change.time, new Date(shop.clock.wallMs()).toISOString());
    assert.deepEqual(change.cart, (await shop.call('GET', BYID)).json);
  });

  it('come as a stream that nothing keeps, caches or looks into', async () => {
    const reader = await follow();
    const { headers } = reader.response;
    assert.equal(headers['content-type'], 'text/event-stream');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-accel-buffering'], 'no');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-length'], undefined);
    await reader.until(({ events }) => events.length === 1);
    assert.equal(reader.retryMs, 1500);
  });

  it('are followed by the cookie as well, which who has none gets', async () => {
    const reader = await follow('/cart/events/');
    const cookie = (reader.response.headers['set-cookie']?.[0] ?? '').split(';', 1)[0] ?? '';
    assert.match(cookie, /^cartid=[0-9A-Za-z]{22}$/);
    await shop.call('POST', '/cart', { sku: 'A' }, { cookie });
    await reader.until(({ events }) => events.length === 2);
    assert.deepEqual(reader.seen, ['state 0', 'change 1']);
  });

  it('go on behind Last-Event-ID without a gap and without a repetition', async () => {
    for (let count = 0; count < 3; count += 1) await add();
    const reader = await follow();
    await reader.until(({ events }) => events.length === 1);
    reader.close();
    await add('B');
    await add('C');
    const resumed = await follow(`${BYID}/events`, { 'last-event-id': '3' });
    await add('D');
    await resumed.until(({ events }) => events.length === 3);
    assert.deepEqual(resumed.seen, ['change 4', 'change 5', 'change 6']);
    const changes = resumed.events.map(({ data }) => changeView.parse(data));
    assert.deepEqual(
      changes.map(({ cart }) => cart?.version),
      [undefined, 5, 6],
      'the newest of what was missed has the cart',
    );
  });

  it('go on behind a version in the query, but for a client that says what it has', async () => {
    for (let count = 0; count < 4; count += 1) await add();
    const first = await follow(`${BYID}/events?afterVersion=2`);
    await first.until(({ events }) => events.length === 2);
    assert.deepEqual(first.seen, ['change 3', 'change 4']);
    const again = await follow(`${BYID}/events?afterVersion=2`, { 'last-event-id': '3' });
    await again.until(({ events }) => events.length === 1);
    assert.deepEqual(again.seen, ['change 4']);
  });

  it('begin with the state again where what was missed is gone', async () => {
    for (let count = 0; count < 300; count += 1) await shop.pool.apply('c1', addOf('A'));
    const reader = await follow(`${BYID}/events`, { 'last-event-id': '2' });
    await reader.until(({ events }) => events.length === 1);
    assert.deepEqual(reader.seen, ['state 300']);
  });

  it('show that they live while nothing happens', async () => {
    const reader = await follow();
    await reader.until(({ events }) => events.length === 1);
    for (let beats = 1; beats <= 3; beats += 1) {
      shop.clock.advance(15_000);
      await reader.until(({ comments }) => comments === beats);
    }
    assert.deepEqual(reader.seen, ['state 0']);
  });

  it('are not followed any more by who left', async () => {
    const reader = await follow();
    assert.equal(shop.feed.size, 1);
    reader.close();
    await nobodyFollows();
  });

  it('are not followed by who left while the cart was loaded', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const claim = shop.journal.claim.bind(shop.journal);
    shop.journal.claim = async (...args) => {
      await promise;
      return claim(...args);
    };
    const socket = connect(shop.port, '127.0.0.1');
    socket.write(`GET ${BYID}/events HTTP/1.1\r\nHost: x\r\n\r\n`);
    while (shop.feed.size < 1) await settled();
    socket.destroy();
    await settled();
    resolve(undefined);
    await nobodyFollows();
  });

  describe('are ended', () => {
    it('with the reason, when the node loses its session, and go on where they were', async () => {
      await add();
      const reader = await follow();
      await add();
      await reader.until(({ events }) => events.length === 2);
      shop.pool.dropAll(new RetriableError('ownership-lost', 'the session was fenced', 500));
      await reader.until(({ over }) => over !== null);
      assert.equal(reader.over, 'end');
      assert.deepEqual(reader.seen, ['state 1', 'change 2', 'end']);
      const problem = reader.events[2]?.data as Problem;
      assert.deepEqual([problem.code, problem.status], ['ownership-lost', 503]);
      assert.equal(reader.lastId, 2);
      const resumed = await follow(`${BYID}/events`, { 'last-event-id': '2' });
      await add();
      await resumed.until(({ events }) => events.length === 1);
      assert.deepEqual(resumed.seen, ['change 3']);
    });

    it('when the node stops, which does not wait for them', async () => {
      const many = await Promise.all(Array.from({ length: 10 }, () => follow()));
      shop.feed.close();
      const before = performance.now();
      await shop.server.close(AbortSignal.timeout(4000));
      assert.ok(performance.now() - before < 2000);
      for (const reader of many) {
        await reader.until(({ over }) => over !== null);
        assert.equal(reader.over, 'end');
        assert.deepEqual(reader.seen, ['state 0', 'end']);
      }
    });
  });

  describe('that are not taken', () => {
    /** Changes the cart, whose JSON is large, for a reader that sleeps, until that shows. */
    async function flood(reader: EventReader, shows: () => boolean): Promise<number> {
      const lines = Array.from({ length: 250 }, (_, n) => ({ sku: `${'long'.repeat(20)}${n}` }));
      await shop.call('POST', `${BYID}/set`, { items: lines });
      await reader.until(({ events }) => events.length > 0);
      reader.pause();
      let changes = 0;
      for (; !shows(); changes += 1) {
        assert.ok(changes < 2000, 'it never showed');
        const quantity = 1 + (changes % 900);
        await shop.pool.apply('c1', { mutation: { type: 'ChangeQuantity', message: { id: 1, quantity } } });
      }
      return changes;
    }

    it('end the connection, hold nothing up, and are told when their reader comes back', async () => {
      await reopen({}, { bufferMax: 8 });
      const reader = await follow();
      const changes = await flood(reader, () => shop.readersCut > 0);
      assert.equal(shop.feed.size, 0);
      reader.resume();
      await reader.until(({ over }) => over !== null);
      assert.equal(reader.over, 'cut');
      const { lastId } = reader;
      assert.ok(lastId !== null && lastId < changes + 1);
      const resumed = await follow(`${BYID}/events`, { 'last-event-id': String(lastId) });
      await resumed.until(() => resumed.lastId === changes + 1);
      const ids = [...reader.events, ...resumed.events].map(({ id }) => id);
      assert.deepEqual(
        ids.slice(ids.indexOf(1)),
        Array.from({ length: changes + 1 }, (_, index) => index + 1),
      );
    });

    it('end the connection also where nothing more happens', async () => {
      await reopen({}, { bufferMax: 10_000 });
      const reader = await follow();
      // It waits for room then, and not only for its next heartbeat.
      await flood(reader, () => shop.clock.sleeping === 2);
      shop.clock.advance(30_000);
      await nobodyFollows();
      assert.equal(shop.readersCut, 1);
    });
  });

  describe('are refused', () => {
    it('beyond the bounds of a cart and of the node, with the time to come back', async () => {
      await reopen({}, { perCartMax: 1, watchersMax: 2 });
      await follow();
      const refused = [await shop.call('GET', `${BYID}/events`)];
      await follow('/cart/byid/c2/events');
      refused.push(await shop.call('GET', '/cart/byid/c3/events'));
      for (const answer of refused) {
        isProblem(answer, 503, 'watchers-full');
        assert.equal(answer.headers['retry-after'], '5');
      }
    });

    it('to pages of other sites, to HEAD, and with ids that are none', async () => {
      const path = `${BYID}/events`;
      isProblem(
        await shop.call('GET', path, undefined, { 'sec-fetch-site': 'cross-site' }),
        403,
        'cross-site',
      );
      const head = await shop.call('HEAD', path);
      assert.deepEqual([head.status, head.headers['allow']], [405, 'GET']);
      for (const id of ['x', '-1', '1.5', '01', '9'.repeat(20)])
        isProblem(await shop.call('GET', path, undefined, { 'last-event-id': id }), 400, 'invalid-header');
      isProblem(await shop.call('GET', `${path}?afterVersion=x`), 422, 'invalid-value');
      isProblem(await shop.call('GET', `${path}?since=1`), 400, 'unknown-field');
      isProblem(await shop.call('POST', path, {}), 405, 'method-not-allowed');
      assert.equal(shop.feed.size, 0);
    });

    it('by a node that stops', async () => {
      shop.feed.close();
      isProblem(await shop.call('GET', `${BYID}/events`), 503, 'closing');
    });
  });

  it('are one request to whoever counts them, answered when the stream is open', async () => {
    await follow();
    assert.deepEqual(
      shop.done.map(({ route, status }) => [route, status]),
      [['/cart/byid/:cartId/events', 200]],
    );
  });
});

function addOf(sku: string): {
  mutation: { type: 'AddRequest'; message: { sku: string; quantity: number; country: string } };
} {
  return { mutation: { type: 'AddRequest', message: { sku, quantity: 1, country: 'se' } } };
}
