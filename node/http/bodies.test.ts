import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { isCart, isProblem } from './testing/answers.ts';
import { openShop } from './testing/shop.ts';
import type { Answer, Shop } from './testing/shop.ts';

const BYID = '/cart/byid/c1';
const GOOD = '{"sku":"A"}';

describe('HTTP bodies', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await openShop();
  });

  afterEach(async () => {
    await shop[Symbol.asyncDispose]();
  });

  const post = (body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> =>
    shop.call('POST', BYID, body, headers);

  it('are UTF-8, or refused: nobody’s letters are replaced in silence', async () => {
    isProblem(
      await post(Buffer.from([...Buffer.from('{"sku":"A'), 0xff, ...Buffer.from('"}')])),
      400,
      'body-not-json',
    );
    isProblem(await post(Buffer.from(GOOD, 'utf16le')), 400, 'body-not-json');
    assert.equal((await post('{"sku":"Å🧺"}')).json.items[0]?.sku, 'Å🧺');
  });

  it('that are said to be in another charset are refused', async () => {
    for (const parameter of ['charset=iso-8859-1', 'charset="utf-16"', 'x=y; charset=latin1'])
      isProblem(
        await post(GOOD, { 'content-type': `application/json; ${parameter}` }),
        415,
        'unsupported-media-type',
      );
    for (const parameter of ['charset=utf-8', 'charset="UTF-8"', 'Charset=utf8', 'x=y'])
      isCart(await post(GOOD, { 'content-type': `application/json; ${parameter}` }));
  });

  it('that are encoded are refused', async () => {
    isProblem(await post(gzipSync(GOOD), { 'content-encoding': 'gzip' }), 415, 'unsupported-media-type');
    isProblem(await post(GOOD, { 'content-encoding': 'gzip' }), 415, 'unsupported-media-type');
    isCart(await post(GOOD, { 'content-encoding': 'identity' }));
  });

  it('hold whole characters only: half of one would be another after a restart', async () => {
    const answer = await post('{"sku":"A\\ud800"}');
    isProblem(answer, 422, 'invalid-value');
    assert.equal(answer.json.errors[0]?.field, 'sku');
    isCart(await post(GOOD));
    isCart(await shop.call('POST', `${BYID}/delivery`, { provider: 'standard' }));
    const point = { id: 'P', name: 'x\udfffy' };
    isProblem(await shop.call('PUT', `${BYID}/delivery/1/pickupPoint`, point), 422, 'invalid-value');
    isCart(await post('{"sku":"\\ud83e\\uddfa"}'));
  });
});
