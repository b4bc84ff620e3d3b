import assert from 'node:assert/strict';
import { isCart, isProblem } from './testing/answers.ts';
import { openShop } from './testing/shop.ts';
import type { Shop } from './testing/shop.ts';

const BYID = '/cart/byid/c1';

describe('HTTP paths', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  it('are told from lines: DELETE where another method belongs is 405', async () => {
    for (const name of ['set', 'clear', 'batch', 'delivery']) {
      for (const path of [`/cart/${name}`, `/cart/${name}/`, `${BYID}/${name}`]) {
        const answer = await shop.call('DELETE', path);
        isProblem(answer, 405, 'method-not-allowed');
        assert.equal(answer.headers['allow'], 'POST');
      }
    }
    isProblem(await shop.call('DELETE', '/cart/x'), 422, 'invalid-value');
  });

  it('are case-sensitive, as rules in front of the node are', async () => {
    for (const path of ['/CART/', '/cart/ADD/A', '/Cart/byid/c1', '/cart/ByID/c1'])
      isProblem(await shop.call('GET', path), 404, 'not-found');
  });

  it('may be whole addresses, and what is none is not found', async () => {
    isCart(await shop.call('GET', `http://shop.example${BYID}?x=1`));
    for (const target of ['http://[::1/cart/', 'http://%t@x/cart/', '/\\%@x#/cart/', '*'])
      isProblem(await shop.call('GET', target), 404, 'not-found');
    assert.ok(shop.done.every(({ status }) => status < 500));
  });

  it('are decoded once, and a bad escape is only text', async () => {
    isProblem(await shop.call('GET', `${BYID}/add/no-%zz`), 404, 'unknown-sku');
    isProblem(await shop.call('GET', `${BYID}/add/%00`), 422, 'invalid-value');
    isProblem(await shop.call('GET', '/cart/byid/a%2Fb'), 404, 'not-found');
    assert.equal((await shop.call('GET', `${BYID}/add/a%2Fb%2525`)).json.items[0]?.sku, 'a/b%25');
    assert.equal((await shop.call('GET', '/cart/byid/%63%31')).json.id, 'c1');
  });
});
