import assert from 'node:assert/strict';
import { Seals } from './seal.ts';
import type { OrderContent } from './payload.ts';

const seals = new Seals('a secret of thirty-two characters');
const others = new Seals('another secret of the same length');

const content: OrderContent = {
  purchase_country: 'SE',
  purchase_currency: 'SEK',
  locale: 'sv-SE',
  order_amount: 100,
  order_tax_amount: 20,
  order_lines: [],
  merchant_urls: { terms: '', checkout: '', confirmation: '', push: '' },
};

describe('seals', () => {
  it('hide a cart’s id from all but who has the secret, the same way every time', () => {
    for (const id of ['5DrQlBROa1FyKhAYoKiqa1', '1', 'x'.repeat(64)]) {
      const seal = seals.seal(id);
      assert.match(seal, /^[\w-]{30,200}$/);
      assert.equal(seals.open(seal), id);
      assert.equal(seals.seal(id), seal);
      assert.equal(others.open(seal), null);
    }
  });

  it('are refused where a letter is another one, and whatever else comes', () => {
    const seal = seals.seal('5DrQlBROa1FyKhAYoKiqa1');
    for (let at = 0; at < seal.length - 1; at += 1) {
      const letter = seal[at] === 'A' ? 'B' : 'A';
      assert.equal(seals.open(`${seal.slice(0, at)}${letter}${seal.slice(at + 1)}`), null);
    }
    for (const text of ['', 'x', 'ä', `${seal}=`, 'A'.repeat(5000), `${seal}AAAA`])
      assert.equal(seals.open(text), null);
  });

  it('prove of an order that it was made here, for this cart, this amount and this currency', () => {
    const order = seals.payload('c1', content);
    assert.equal(seals.hashIn('c1', order)?.length, 32);
    assert.deepEqual(seals.hashIn('c1', { ...order, purchase_currency: 'sek' }), seals.hashIn('c1', order));
    assert.equal(seals.hashIn('c2', order), null);
    assert.equal(seals.hashIn('c1', { ...order, order_amount: 99 }), null);
    assert.equal(seals.hashIn('c1', { ...order, purchase_currency: 'EUR' }), null);
    assert.equal(others.hashIn('c1', order), null);
    for (const merchant_data of [null, undefined, '', 'null', '{}', '{"hash":"x","mac":"y"}', '[]'])
      assert.equal(seals.hashIn('c1', { ...order, merchant_data }), null);
  });

  it('name an acknowledgement by a UUID of version 4 that is always the same', () => {
    const key = seals.acknowledgementKey('o1');
    assert.match(key, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(seals.acknowledgementKey('o1'), key);
    assert.notEqual(seals.acknowledgementKey('o2'), key);
  });
});
