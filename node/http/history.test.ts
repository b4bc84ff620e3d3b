import assert from 'node:assert/strict';
import { isProblem } from './testing/answers.ts';
import { historyView } from './change-view.ts';
import { openShop } from './testing/shop.ts';
import type { z } from 'zod';
import type { Answer, Shop } from './testing/shop.ts';

const BYID = '/cart/byid/c1';

describe('history of a cart', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  function historyOf(answer: Answer): z.output<typeof historyView> {
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['cache-control'], 'no-store');
    return historyView.parse(answer.json);
  }

  it('has every change with its version, its time and what was applied', async () => {
    const startMs = shop.clock.wallMs();
    await shop.call('POST', BYID, { sku: 'A', quantity: 2 });
    shop.clock.advance(60_000);
    await shop.call('POST', `${BYID}/delivery`, { provider: 'standard' });
    await shop.call('PUT', BYID, { id: 1, quantity: 5 });
    const { id, version, retainedFrom, changes, next } = historyOf(await shop.call('GET', `${BYID}/history`));
    assert.deepEqual([id, version, retainedFrom, next], ['c1', 3, 1, null]);
    assert.deepEqual(
      changes.map((change) => [change.version, Date.parse(change.time) - startMs]),
      [
        [1, 0],
        [2, 60_000],
        [3, 60_000],
      ],
    );
    const [added, delivery, quantity] = changes.map(({ mutation }) => mutation);
    assert.ok(added?.type === 'AddItem' && added.product.unitPrice === 19_900 && added.quantity === 2);
    assert.ok(delivery?.type === 'SetDelivery' && delivery.price === 4900);
    assert.deepEqual(quantity, { type: 'ChangeQuantity', id: 1, quantity: 5 });
  });

  it('is read in pages', async () => {
    for (let count = 0; count < 5; count += 1) await shop.call('POST', BYID, { sku: 'A' });
    const first = historyOf(await shop.call('GET', `${BYID}/history/?limit=3&fromVersion=2`));
    assert.deepEqual([first.changes.map(({ version }) => version), first.next], [[2, 3, 4], 5]);
    const last = historyOf(await shop.call('GET', `${BYID}/history?fromVersion=${String(first.next)}`));
    assert.deepEqual([last.changes.map(({ version }) => version), last.next], [[5], null]);
    const none = historyOf(await shop.call('GET', `${BYID}/history?fromVersion=6`));
    assert.deepEqual([none.changes, none.next], [[], null]);
  });

  it('says where it begins when older changes are gone', async () => {
    const mutation = { type: 'AddRequest', message: { sku: 'A', quantity: 1, country: 'se' } } as const;
    for (let count = 0; count < 300; count += 1) await shop.pool.apply('c1', { mutation });
    const { retainedFrom, changes } = historyOf(await shop.call('GET', `${BYID}/history`));
    assert.ok(retainedFrom !== null && retainedFrom > 1 && retainedFrom <= 173, String(retainedFrom));
    assert.equal(changes[0]?.version, retainedFrom);
  });

  it('is that of the cookie’s cart, and empty for a new one', async () => {
    const { headers } = await shop.call('POST', '/cart', { sku: 'A' });
    const cookie = (headers['set-cookie'] ?? '').split(';', 1)[0] ?? '';
    assert.equal(historyOf(await shop.call('GET', '/cart/history', undefined, { cookie })).version, 1);
    const fresh = await shop.call('GET', '/cart/history');
    assert.match(fresh.headers['set-cookie'] ?? '', /^cartid=\w{22};/);
    const { version, retainedFrom, changes } = historyOf(fresh);
    assert.deepEqual([version, retainedFrom, changes], [0, null, []]);
    assert.equal((await shop.call('HEAD', '/cart/history', undefined, { cookie })).status, 200);
  });

  it('refuses what it can’t make sense of, and what can’t be read', async () => {
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'fromVersion=0', 'fromVersion=1e3'])
      isProblem(await shop.call('GET', `${BYID}/history?${query}`), 422, 'invalid-value');
    isProblem(await shop.call('GET', `${BYID}/history?from=1`), 400, 'unknown-field');
    isProblem(await shop.call('PUT', `${BYID}/history`, {}), 405, 'method-not-allowed');
    await shop.call('POST', BYID, { sku: 'A' });
    shop.journal.history = () => Promise.resolve({ status: 'damaged', error: new Error('injected') });
    isProblem(await shop.call('GET', `${BYID}/history`), 503, 'cart-damaged');
  });
});
