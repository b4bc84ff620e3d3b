import assert from 'node:assert/strict';
import { coresOf } from './cores.ts';

describe('cores', () => {
  it('reads what taskset says', () => {
    assert.deepEqual(coresOf("pid 7's current affinity list: 0,1\n"), [0, 1]);
    assert.deepEqual(coresOf("pid 7's current affinity list: 0-2,5"), [0, 1, 2, 5]);
    assert.deepEqual(coresOf("pid 7's current affinity list: 3"), [3]);
  });
});
