import assert from 'node:assert/strict';
import { readCount, sumOf, withoutCounts, written } from './count.ts';

describe('the count of a run', () => {
  it('is its last line that counts, whatever tests wrote before or make writes after', () => {
    const output =
      '1 passed, 1 failed\n  ✔ said 9 passed, 9 failed\n\n12 passed, 3 failed\nmake: *** Error 3\n';
    assert.deepEqual(readCount(output), { passed: 12, failed: 3 });
    assert.deepEqual(readCount('7 passed, 0 failed, 2 skipped\n'), { passed: 7, failed: 0 });
  });

  it('is missing where a run came to no end', () => {
    assert.equal(readCount('  ✔ one\nKilled\n'), null);
  });

  it('can be left out of what was written', () => {
    assert.equal(withoutCounts('  ✔ one\n\n1 passed, 0 failed\n'), '  ✔ one');
  });

  it('is written as it is read', () => {
    const sum = sumOf([
      { passed: 2, failed: 1 },
      { passed: 3, failed: 0 },
    ]);
    assert.equal(written(sum), '5 passed, 1 failed');
    assert.deepEqual(readCount(written(sum)), sum);
  });
});
