import assert from 'node:assert/strict';
import { judge } from './judge.ts';

/** An order of one line, with changes. */
function order(line: object = {}, rest: object = {}): object {
  const whole = {
    type: 'physical',
    reference: 'A',
    name: 'Article',
    quantity: 1,
    unit_price: 10_000,
    tax_rate: 2500,
    total_amount: 10_000,
    total_tax_amount: 2000,
    ...line,
  };
  return {
    purchase_country: 'SE',
    purchase_currency: 'SEK',
    locale: 'sv-SE',
    order_amount: whole.total_amount,
    order_tax_amount: whole.total_tax_amount,
    order_lines: [whole],
    ...rest,
  };
}

const urls = {
  terms: 'https://shop.example/terms',
  checkout: 'https://shop.example/checkout',
  confirmation: 'http://shop.example/thanks',
  push: 'https://shop.example/push?order={checkout.order.id}',
};

describe('the stand-in’s judge', () => {
  it('takes what the provider takes', () => {
    assert.deepEqual(judge(order()), []);
    assert.deepEqual(judge(order({}, { merchant_urls: urls })), []);
    // The tolerance is one minor unit a line.
    assert.deepEqual(judge(order({ total_tax_amount: 2001 })), []);
  });

  const line = (name: string): string => `order_lines[0].${name}`;
  const refused: readonly [what: string, order: unknown, wrong: string | readonly string[]][] = [
    ['no object', [], 'body'],
    ['a field that it does not know', order({}, { note: 'x' }), 'note'],
    [
      'a country that is not enabled',
      order({}, { purchase_country: 'XX', locale: 'en-XX' }),
      'purchase_country',
    ],
    ['a currency of another country', order({}, { purchase_currency: 'EUR' }), 'purchase_currency'],
    ['a language of another country', order({}, { locale: 'de-DE' }), 'locale'],
    ['a locale of another form', order({}, { locale: 'sv_SE' }), 'locale'],
    ['an amount that is no whole number', order({}, { order_amount: 10_000.5 }), 'order_amount'],
    ['an amount that is a text', order({}, { order_amount: '10000' }), 'order_amount'],
    ['an amount that is not the lines’ sum', order({}, { order_amount: 9999 }), 'order_amount'],
    ['a tax that is not the lines’ sum', order({}, { order_tax_amount: 2001 }), 'order_tax_amount'],
    ['no lines', order({}, { order_lines: undefined }), 'order_lines'],
    ['more than 1000 lines', order({}, { order_lines: Array(1001).fill({}) }), 'order_lines'],
    ['a line without a name', order({ name: '' }), line('name')],
    ['a name of 256 characters', order({ name: 'x'.repeat(256) }), line('name')],
    ['a reference of 256 characters', order({ reference: 'x'.repeat(256) }), line('reference')],
    ['a type that there is not', order({ type: 'thing' }), line('type')],
    ['a unit of 9 characters', order({ quantity_unit: 'kilograms' }), line('quantity_unit')],
    ['a total that is not price × quantity less discount', order({ quantity: 2 }), line('total_amount')],
    ['a negative discount', order({ total_discount_amount: -1 }), line('total_discount_amount')],
    ['a tax rate over 100 %', order({ tax_rate: 10_001 }), line('tax_rate')],
    ['an address that is none', order({ image_url: '/image.png' }), line('image_url')],
    // The provider's own sample: 10 % on top of the price in place of the tax within it.
    [
      'a tax computed on top of the price',
      order({ unit_price: 50_000, total_amount: 50_000, tax_rate: 1000, total_tax_amount: 5000 }),
      line('total_tax_amount'),
    ],
    // The tax of one piece times the quantity.
    [
      'a tax rounded for each piece',
      order({ unit_price: 333, quantity: 100, total_amount: 33_300, total_tax_amount: 6700 }),
      line('total_tax_amount'),
    ],
    [
      'a gift card that pays with tax in it',
      order({ type: 'gift_card', unit_price: -10_000, total_amount: -10_000, total_tax_amount: -2000 }),
      line('tax_rate'),
    ],
    [
      'a price beyond the bound',
      order({ unit_price: 100_000_001, total_amount: 100_000_001 }),
      line('unit_price'),
    ],
    [
      'addresses without a push',
      order({}, { merchant_urls: { ...urls, push: undefined } }),
      'merchant_urls.push',
    ],
    [
      'a validation at plain http',
      order({}, { merchant_urls: { ...urls, validation: 'http://127.0.0.1:1/x' } }),
      'merchant_urls.validation',
    ],
    [
      'an address of more than 2000 characters',
      order({}, { merchant_urls: { ...urls, terms: `https://shop.example/${'x'.repeat(2000)}` } }),
      'merchant_urls.terms',
    ],
    [
      'merchant data of more than 6000 characters',
      order({}, { merchant_data: 'x'.repeat(6001) }),
      'merchant_data',
    ],
  ];

  for (const [what, wrongOrder, names] of refused) {
    it(`refuses ${what}`, () => {
      const wrong = judge(wrongOrder);
      for (const name of [names].flat()) assert.ok(wrong.includes(name), `${name} is not in ${wrong.join()}`);
    });
  }

  it('takes a validation at plain http on this machine where it is told to, and nowhere else', () => {
    const at = (validation: string): string[] =>
      judge(order({}, { merchant_urls: { ...urls, validation } }), { loopback: true });
    assert.deepEqual(at('http://127.0.0.1:1/x'), []);
    assert.deepEqual(at('http://shop.example/x'), ['merchant_urls.validation']);
  });
});
