import assert from 'node:assert/strict';
import { costRatio, cpuRatio, interleave, joined, throughputRatio } from './interleave.ts';
import type { Contender, Stretch } from './interleave.ts';

const stretch = (perSecond: number, cpuMs = 100): Stretch => ({
  requests: 1000,
  seconds: 1000 / perSecond,
  perSecond,
  cpuMs,
  p50Ms: 1,
  p99Ms: 2,
});

describe('interleaved rounds', () => {
  it('begins each round with another contender', async () => {
    const order: string[] = [];
    const contender = (name: string): Contender => ({
      name,
      measure: () => {
        order.push(name);
        return Promise.resolve(stretch(1));
      },
    });
    await interleave(['a', 'b', 'c'].map(contender), 3);
    assert.equal(order.join(''), 'abcbcacab');
  });

  it('finds a true ratio on a machine that becomes slower all the time', async () => {
    let speed = 1000;
    const contender = (share: number): Contender => ({
      name: String(share),
      measure: () => Promise.resolve(stretch((speed *= 0.99) * share, 100 / share)),
    });
    const [half, whole] = await interleave([contender(0.5), contender(1)], 9);
    assert.ok(half !== undefined && whole !== undefined);
    assert.ok(Math.abs(throughputRatio(half, whole) - 0.5) < 0.01);
    assert.ok(Math.abs(costRatio(half, whole) - 2) < 0.04);
    assert.equal(cpuRatio(half, whole), 2);
  });

  it('joins short stretches', () => {
    const one = joined([stretch(1000), stretch(500)]);
    assert.deepEqual([one.requests, one.seconds, one.cpuMs], [2000, 3, 200]);
    assert.equal(one.perSecond, 2000 / 3);
  });
});
