import assert from 'node:assert/strict';
import { RateLimit } from './rate-limit.ts';

describe('rate limit', () => {
  it('forgets who was seen least recently, and nobody else', () => {
    const limit = new RateLimit(1, () => 0, 2);
    for (const key of ['a', 'b', 'a', 'c']) limit.charge(key);
    const waits = ['a', 'c', 'b'].map((key) => limit.waitMs(key) > 0);
    assert.deepEqual(waits, [true, true, false]);
  });

  it('takes memory only for those who came', () => {
    const before = process.memoryUsage();
    const limits = Array.from({ length: 20 }, () => new RateLimit(1, () => 0));
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
    assert.ok(bytes < 10_000_000, `${bytes} bytes for ${limits.length} limits`);
  });
});
