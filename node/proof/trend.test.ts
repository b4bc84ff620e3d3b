import assert from 'node:assert/strict';
import { riseOf, trendOf } from './trend.ts';

describe('trend', () => {
  const line = (slope: number): { x: number; y: number }[] =>
    Array.from({ length: 20 }, (_, x) => ({ x, y: 100 + slope * x }));

  it('finds the slope and the mean of a straight line', () => {
    assert.deepEqual(trendOf(line(2)), { slope: 2, mean: 119 });
  });

  it('looks at the second half only', () => {
    const warm = line(0).map(({ x, y }) => ({ x, y: x < 10 ? x : y }));
    assert.equal(riseOf(warm), 0);
  });

  it('tells a rise as a share of the mean', () => {
    const rise = riseOf(line(10));
    assert.ok(Math.abs(rise - 90 / 245) < 1e-9, String(rise));
  });

  it('refuses a single sample', () => {
    assert.throws(() => trendOf([{ x: 1, y: 1 }]), /two samples/);
  });
});
