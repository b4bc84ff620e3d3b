import assert from 'node:assert/strict';
import fc from 'fast-check';
import { containedTax, spreadDiscount } from './money.ts';

describe('contained tax', () => {
  // [total, rate, tax], each as the checkout provider computes it; the comments name where the figures were published.
  const vectors: readonly [number, number, number][] = [
    // The examples of Klarna's kco_rest_php.
    [6000, 2500, 1200],
    [4000, 2500, 800],
    [10_000, 1000, 909],
    [-1000, 1000, -91],
    // docs.kustom.co, discounts.
    [25_000, 2500, 5000],
    [-1000, 2500, -200],
    // docs.kustom.co, create order.
    [50_000, 1000, 4545],
    // Klarna's tax documentation.
    [59_500, 2000, 9917],
    [2900, 2000, 483],
    // krokedil/klarna-payments, issue 82.
    [9900, 1900, 1581],
    [19_900, 2500, 3980],
    [19_900, 1200, 2132],
    [19_900, 600, 1126],
    [1, 2500, 0],
    [3, 2500, 1],
    [0, 2500, 0],
    [100, 0, 0],
  ];

  for (const [total, rate, tax] of vectors) {
    it(`of ${total} at ${rate} is ${tax}`, () => assert.equal(containedTax(total, rate), tax));
  }

  // What providers refuse: figures that other implementations produced.
  const refused: readonly [string, number, number, number][] = [
    ['tax on top instead of contained (an official example, kco_rest_dotnet issue 24)', 50_000, 1000, 5000],
    ['the tax of one line given as another’s (klarna-checkout-for-woocommerce issue 177)', 4000, 2000, 700],
    ['a unit’s tax times the quantity: 67 · 100', 333 * 100, 2500, 6700],
  ];

  for (const [mistake, total, rate, wrong] of refused) {
    it(`is not ${mistake}`, () => assert.notEqual(containedTax(total, rate), wrong));
  }

  it('is computed for a line, not for a unit', () => {
    assert.equal(containedTax(333 * 100, 2500), 6660);
  });

  it('sums up lines: an order of 62,400 with 10,400 tax', () => {
    assert.equal(containedTax(59_500, 2000) + containedTax(2900, 2000), 10_400);
  });

  it('rounds half away from zero, exactly, over the whole range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -100_000_000, max: 100_000_000 }),
        fc.integer({ min: 0, max: 10_000 }),
        (total, rate) => {
          const numerator = 2n * BigInt(Math.abs(total)) * BigInt(rate) + BigInt(10_000 + rate);
          const exact = Number(numerator / (2n * BigInt(10_000 + rate)));
          // + 0: there is no negative zero in an amount.
          assert.equal(containedTax(total, rate), Math.sign(total) * exact + 0);
        },
      ),
    );
  });
});

describe('spreading a discount', () => {
  it('gives each line its share by largest remainder', () => {
    const lines = [9999, 4999, 1000];
    const shares = spreadDiscount(1000, lines);
    assert.deepEqual(shares, [625, 312, 63]);
    const rates = [2500, 600, 1200];
    const taxed = lines.map((total, index) => {
      const left = total - (shares[index] ?? 0);
      return [left, containedTax(left, rates[index] ?? 0)];
    });
    assert.deepEqual(taxed, [
      [9374, 1875],
      [4687, 265],
      [937, 100],
    ]);
  });

  it('sums up to the discount, never exceeds a line, and refuses more than there is', () => {
    const lines = fc.array(fc.integer({ min: 0, max: 100_000_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(lines, fc.double({ min: 0, max: 1, noNaN: true }), (totals, part) => {
        const sum = totals.reduce((all, one) => all + one, 0);
        const discount = Math.floor(sum * part);
        const shares = spreadDiscount(discount, totals);
        assert.equal(
          shares.reduce((all, one) => all + one, 0),
          discount,
        );
        assert.ok(shares.every((share, index) => share >= 0 && share <= (totals[index] ?? 0)));
        assert.throws(() => spreadDiscount(sum + 1, totals), RangeError);
      }),
    );
  });
});
