import assert from 'node:assert/strict';
import { latencyOf, median, percentile, ratios } from './statistics.ts';

describe('bench statistics', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);

  it('takes percentiles by rank', () => {
    assert.equal(percentile(hundred, 0.5), 50);
    assert.equal(percentile(hundred, 0.99), 99);
    assert.equal(percentile([7], 0.99), 7);
    assert.deepEqual(latencyOf(hundred), { p50Ms: 50, p99Ms: 99 });
  });

  it('takes the middle, or the mean of the two in the middle', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 3, 2]), 2.5);
  });

  it('pairs the values of one round', () => {
    assert.deepEqual(ratios([2, 9], [4, 3]), [0.5, 3]);
    assert.throws(() => ratios([1], [1, 2]), /both/);
  });

  it('refuses to make figures out of nothing', () => {
    assert.throws(() => percentile([], 0.5), /no values/);
    assert.throws(() => median([]), /no values/);
  });
});
