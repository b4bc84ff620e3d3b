import assert from 'node:assert/strict';
import { ManualClock } from './kube/testing/manual-clock.ts';
import { Seldom } from './seldom.ts';

describe('what is said seldom', () => {
  it('is said the first time, and again when its time has passed, each for itself', async () => {
    const clock = new ManualClock();
    const seldom = new Seldom(clock);
    assert.deepEqual(
      [seldom.again('a', 1000), seldom.again('a', 1000), seldom.again('b', 1000)],
      [true, false, true],
    );
    await clock.advance(999);
    assert.equal(seldom.again('a', 1000), false);
    await clock.advance(1);
    assert.equal(seldom.again('a', 1000), true);
  });
});
